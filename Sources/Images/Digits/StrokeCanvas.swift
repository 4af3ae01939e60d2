/// Strokes as short straight segments, and their picture by the distance of each pixel to the nearest.
struct StrokeCanvas {
  private static let side = DigitRenderer.side
  private static let piecesBetweenPoints = 6

  private var segments: [(from: StrokePoint, to: StrokePoint)] = []
  /// The square of the distance to the nearest segment, a value a pixel.
  private var nearest = [Float](repeating: 0, count: side * side)

  mutating func clear() { segments.removeAll(keepingCapacity: true) }

  /// Adds the Catmull-Rom curve through `points`, three or more.
  mutating func add(_ points: [StrokePoint]) {
    for i in 0..<(points.count - 1) {
      let (p1, p2) = (points[i], points[i + 1])
      let (p0, p3) = (points[max(0, i - 1)], points[min(points.count - 1, i + 2)])
      var from = p1
      for piece in 1...Self.piecesBetweenPoints {
        let t = Float(piece) / Float(Self.piecesBetweenPoints)
        let to = StrokePoint(
          Self.catmullRom(p0.x, p1.x, p2.x, p3.x, t), Self.catmullRom(p0.y, p1.y, p2.y, p3.y, t))
        segments.append((from, to))
        from = to
      }
    }
  }

  /// Moves the centre of gravity of the strokes to the middle of the picture, as MNIST does it, and on
  /// by (x, y) pixels, but never so far that a stroke comes near the border.
  mutating func centre(x: Float, y: Float) {
    var (length, momentX, momentY): (Float, Float, Float) = (0, 0, 0)
    var (low, high) = (StrokePoint(.infinity, .infinity), StrokePoint(-.infinity, -.infinity))
    for (from, to) in segments {
      let (dx, dy) = (to.x - from.x, to.y - from.y)
      let piece = (dx * dx + dy * dy).squareRoot()
      length += piece
      momentX += piece * (from.x + to.x) / 2
      momentY += piece * (from.y + to.y) / 2
      low = StrokePoint(min(low.x, from.x, to.x), min(low.y, from.y, to.y))
      high = StrokePoint(max(high.x, from.x, to.x), max(high.y, from.y, to.y))
    }
    guard length > 0 else { return }
    let move = StrokePoint(
      Self.move(to: x, from: momentX / length, low: low.x, high: high.x),
      Self.move(to: y, from: momentY / length, low: low.y, high: high.y))
    for i in segments.indices {
      segments[i].from = StrokePoint(segments[i].from.x + move.x, segments[i].from.y + move.y)
      segments[i].to = StrokePoint(segments[i].to.x + move.x, segments[i].to.y + move.y)
    }
  }

  /// Writes the 28×28 bytes: white within the pen's radius, black beyond its edge, smooth between.
  mutating func render(_ pen: Pen, into target: UnsafeMutablePointer<UInt8>) {
    let outer = pen.radius + pen.softness / 2
    unsafe nearest.withUnsafeMutableBufferPointer { nearest in
      guard let nearest = nearest.baseAddress else { return }
      for i in 0..<(Self.side * Self.side) { unsafe nearest[i] = outer * outer }
      for (from, to) in segments {
        unsafe Self.approach(nearest, from: from, to: to, reach: outer)
      }
      for i in 0..<(Self.side * Self.side) {
        let inside = unsafe (outer - nearest[i].squareRoot()) / pen.softness
        let t = max(0, min(1, inside))
        unsafe target[i] = UInt8(t * t * (3 - 2 * t) * 255 + 0.5)
      }
    }
  }

  private static func move(to offset: Float, from centre: Float, low: Float, high: Float) -> Float {
    let margin: Float = 2.6
    let wanted = Float(side) / 2 + offset - centre
    return max(margin - low, min(Float(side) - margin - high, wanted))
  }

  private static func catmullRom(
    _ p0: Float, _ p1: Float, _ p2: Float, _ p3: Float, _ t: Float
  ) -> Float {
    let (a, b) = (2 * p1, p2 - p0)
    let (c, d) = (2 * p0 - 5 * p1 + 4 * p2 - p3, 3 * p1 - p0 - 3 * p2 + p3)
    return 0.5 * (a + t * (b + t * (c + t * d)))
  }

  /// Lowers the distances of the pixels that the segment is within `reach` of.
  private static func approach(
    _ nearest: UnsafeMutablePointer<Float>, from: StrokePoint, to: StrokePoint, reach: Float
  ) {
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    let length = dx * dx + dy * dy
    let inverse = length > 0 ? 1 / length : 0
    // Pixel centres lie at half-integers.
    let columns = pixels(min(from.x, to.x) - reach, max(from.x, to.x) + reach)
    for row in pixels(min(from.y, to.y) - reach, max(from.y, to.y) + reach) {
      let py = Float(row) + 0.5 - from.y
      for column in columns {
        let px = Float(column) + 0.5 - from.x
        let t = max(0, min(1, (px * dx + py * dy) * inverse))
        let (ex, ey) = (px - t * dx, py - t * dy)
        let square = ex * ex + ey * ey
        let i = row * side + column
        unsafe nearest[i] = min(nearest[i], square)
      }
    }
  }

  private static func pixels(_ low: Float, _ high: Float) -> Range<Int> {
    let first = max(0, min(side, Int(low)))
    return first..<max(first, min(side, Int(high) + 1))
  }
}
