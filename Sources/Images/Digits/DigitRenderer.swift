import Dispatch

/// Draws digits as a hand would: a way of writing the digit, bent a little, turned, sheared, scaled and
/// moved, with a pen of some width and an edge of some softness.
///
/// An image is a function of (seed, index) alone. It takes only the operations that IEEE 754 defines to
/// the last bit (no sine, no exponential), so every platform draws the same bytes.
struct DigitRenderer: Sendable {
  static let side = 28
  static let classes = 10

  let seed: UInt64

  /// The class of image `index`: every ten images in a row show every digit once.
  static func label(of index: Int) -> Int32 { Int32(index % classes) }

  /// `[count, 28, 28, 1]`, white on black.
  func draw(count: Int) -> [UInt8] {
    let size = Self.side * Self.side
    return unsafe [UInt8](unsafeUninitializedCapacity: count * size) { output, filled in
      filled = count * size
      guard let base = output.baseAddress else { return }
      nonisolated(unsafe) let target = unsafe base
      let imagesAtOnce = 100
      let parts = (count + imagesAtOnce - 1) / imagesAtOnce
      DispatchQueue.concurrentPerform(iterations: parts) { part in
        var canvas = StrokeCanvas()
        for index in (part * imagesAtOnce)..<min(count, (part + 1) * imagesAtOnce) {
          let pen = draw(index, on: &canvas)
          unsafe canvas.render(pen, into: target + index * size)
        }
      }
    }
  }

  private func draw(_ index: Int, on canvas: inout StrokeCanvas) -> Pen {
    var random = SplitMix64(seed: seed, index: UInt64(index))
    let ways = DigitStrokes.ways[Int(Self.label(of: index))]
    let way = ways[min(ways.count - 1, Int(random.unit() * Float(ways.count)))]
    let hand = Hand(&random)
    canvas.clear()
    for curve in way { canvas.add(curve.map(hand.place)) }
    canvas.centre(x: random.between(-0.8, 0.8), y: random.between(-0.8, 0.8))
    return Pen(radius: random.between(0.8, 1.6), softness: random.between(0.9, 1.7))
  }
}

/// Half the width of the line and the width of its edge, in pixels.
struct Pen {
  let radius: Float
  let softness: Float
}

/// Where a hand puts the points of a digit: a quadratic bend and then an affine map, in pixels.
private struct Hand {
  private let bendX: (Float, Float, Float)
  private let bendY: (Float, Float, Float)
  private let matrix: (Float, Float, Float, Float)

  init(_ random: inout SplitMix64) {
    let bend: Float = 0.14
    bendX = (random.around(bend), random.around(bend), random.around(bend))
    bendY = (random.around(bend), random.around(bend), random.around(bend))
    // The rational parametrisation of a turn: t is the tangent of half the angle, up to 12°.
    let t = random.around(0.105)
    let (cosine, sine) = ((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t))
    let shear = random.between(-0.12, 0.32)
    let height = random.between(7.9, 9.3)
    let width = height * random.between(0.66, 1.02)
    // turn · shear · scale; y points down, so a positive shear leans to the right.
    matrix = (
      cosine * width, (-cosine * shear - sine) * height,
      sine * width, (-sine * shear + cosine) * height
    )
  }

  func place(_ point: StrokePoint) -> StrokePoint {
    let (u, v) = (2 * point.x - 1, 2 * point.y - 1)
    let bentU = u + bendX.0 * u * u + bendX.1 * u * v + bendX.2 * v * v
    let bentV = v + bendY.0 * u * u + bendY.1 * u * v + bendY.2 * v * v
    return StrokePoint(
      matrix.0 * bentU + matrix.1 * bentV, matrix.2 * bentU + matrix.3 * bentV)
  }
}

/// The counter generator of Steele, Lea and Flood (2014), started from a seed and an index.
struct SplitMix64: Sendable {
  private var state: UInt64

  init(seed: UInt64, index: UInt64 = 0) {
    state = Self.mix(seed &+ 0x9e37_79b9_7f4a_7c15) ^ Self.mix(index &* 0xd1b5_4a32_d192_ed03)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mix(state)
  }

  /// In [0, 1), a multiple of 2⁻²⁴.
  mutating func unit() -> Float { Float(next() >> 40) / Float(1 << 24) }

  mutating func between(_ low: Float, _ high: Float) -> Float { low + (high - low) * unit() }

  /// In [-extent, extent], rather near 0: the mean of two uniform numbers.
  mutating func around(_ extent: Float) -> Float {
    let sum = unit() + unit()
    return extent * (sum - 1)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
