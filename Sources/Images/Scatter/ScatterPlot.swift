import Spec

/// Pictures of vectors: real ones faint, generated ones in colour over them, on axes that the data fix
/// once and for all, so that pictures of different epochs can be compared.
///
/// Vectors of more than two numbers are shown by their first two, vectors of one number on a line.
package struct ScatterPlot: Sendable, Equatable {
  package let axes: PlotAxes
  /// `[count, 2]`.
  private let real: [Float]
  private let length: Int

  /// - Parameter shown: of the real vectors, so many are on the picture.
  package init(of set: VectorSet, shown: Int) {
    self.init(
      length: set.length, all: set.values,
      shown: set.values(of: Array(0..<min(shown, set.count))))
  }

  /// - Parameters:
  ///   - store: vectors; the axes are around all of them.
  ///   - indices: those that are on the picture.
  package init(_ store: any SampleStore, indices: [Int]) throws(DatasetError) {
    guard case .vector(let length) = store.format else {
      preconditionFailure("a scatter plot shows vectors, not \(store.format)")
    }
    self.init(
      length: length, all: try store.values(of: Array(0..<store.count)),
      shown: try store.values(of: indices))
  }

  private init(length: Int, all: [Float], shown: [Float]) {
    self.length = length
    axes = PlotAxes(around: Self.plane(all, length))
    real = Self.plane(shown, length)
  }

  /// The real vectors alone.
  package func drawReal() -> Raster { picture([(real, Self.realColour, 0.8, "REAL")]) }

  /// - Parameter generated: `[count, length]`. Those beyond the axes are counted, and lie on the edge.
  package func draw(generated: [Float]) -> Raster {
    precondition(generated.count % length == 0)
    return picture([
      (real, Self.realColour, 0.4, "REAL"),
      (Self.plane(generated, length), Self.generatedColour, 0.55, "GENERATED"),
    ])
  }

  private static func plane(_ values: [Float], _ length: Int) -> [Float] {
    if length == 2 { return values }
    return stride(from: 0, to: values.count, by: length).flatMap { first -> [Float] in
      [values[first], length > 1 ? values[first + 1] : 0]
    }
  }

  // MARK: Drawing

  private typealias Layer = (
    points: [Float], colour: PointCanvas.Colour, opacity: Float, name: String
  )

  private static let side = 480
  private static let margin = (left: 36, top: 24, right: 16, bottom: 24)
  private static let radius: Float = 1.7
  private static let background = PointCanvas.Colour(20, 22, 27)
  private static let lines = PointCanvas.Colour(70, 75, 84)
  private static let realColour = PointCanvas.Colour(150, 158, 172)
  private static let generatedColour = PointCanvas.Colour(255, 159, 28)
  private static let ink: UInt8 = 190

  private func picture(_ layers: [Layer]) -> Raster {
    let (left, top, side) = (Self.margin.left, Self.margin.top, Self.side)
    var canvas = PointCanvas(
      width: left + side + Self.margin.right, height: top + side + Self.margin.bottom,
      background: Self.background)
    drawLines(on: &canvas)
    var legend: [(text: String, left: Int)] = []
    var place = left
    for layer in layers {
      let outside = scatter(layer, on: &canvas)
      canvas.disc(
        x: Float(place) + 4, y: Float(top) / 2, radius: 3.5, layer.colour, opacity: 1)
      let text = layer.name + (outside == 0 ? "" : ", \(outside) OUTSIDE")
      legend.append((text, place + 12))
      place += 12 + PixelFont.width(of: text) + 18
    }
    var raster = canvas.raster
    func write(_ text: String, left: Int, middle: Int) {
      PixelFont.draw(
        text, on: &raster, left: left, top: middle - PixelFont.height / 2, scale: 1, ink: Self.ink)
    }
    for entry in legend { write(entry.text, left: entry.left, middle: top / 2) }
    for tick in axes.ticks(axes.x) {
      let text = Self.text(tick, step: axes.step)
      let centre = Int(column(tick)) - PixelFont.width(of: text) / 2
      write(text, left: centre, middle: top + side + Self.margin.bottom / 2)
    }
    for tick in axes.ticks(axes.y) {
      let text = Self.text(tick, step: axes.step)
      write(text, left: left - 6 - PixelFont.width(of: text), middle: Int(row(tick)))
    }
    return raster
  }

  private func drawLines(on canvas: inout PointCanvas) {
    let (left, top, side) = (Self.margin.left, Self.margin.top, Self.side)
    let (columns, rows) = (left..<left + side, top..<top + side)
    for tick in axes.ticks(axes.x) {
      let column = Int(column(tick))
      canvas.rectangle(columns: column..<column + 1, rows: rows, Self.lines, opacity: 0.4)
    }
    for tick in axes.ticks(axes.y) {
      let row = Int(row(tick))
      canvas.rectangle(columns: columns, rows: row..<row + 1, Self.lines, opacity: 0.4)
    }
    for edge in [left - 1, left + side] {
      canvas.rectangle(columns: edge..<edge + 1, rows: top - 1..<top + side + 1, Self.lines)
    }
    for edge in [top - 1, top + side] {
      canvas.rectangle(columns: left - 1..<left + side + 1, rows: edge..<edge + 1, Self.lines)
    }
  }

  /// Returns how many points lie beyond the axes.
  private func scatter(_ layer: Layer, on canvas: inout PointCanvas) -> Int {
    var outside = 0
    for i in 0..<layer.points.count / 2 {
      let (x, y) = (Double(layer.points[2 * i]), Double(layer.points[2 * i + 1]))
      if !axes.x.contains(x) || !axes.y.contains(y) { outside += 1 }
      guard x.isFinite, y.isFinite else { continue }
      canvas.disc(
        x: column(Self.clamped(x, axes.x)), y: row(Self.clamped(y, axes.y)), radius: Self.radius,
        layer.colour, opacity: layer.opacity)
    }
    return outside
  }

  private static func clamped(_ value: Double, _ axis: ClosedRange<Double>) -> Double {
    min(axis.upperBound, max(axis.lowerBound, value))
  }

  private func column(_ x: Double) -> Float {
    let share = (x - axes.x.lowerBound) / (axes.x.upperBound - axes.x.lowerBound)
    return Float(Self.margin.left) + Float(share) * Float(Self.side)
  }

  private func row(_ y: Double) -> Float {
    let share = (axes.y.upperBound - y) / (axes.y.upperBound - axes.y.lowerBound)
    return Float(Self.margin.top) + Float(share) * Float(Self.side)
  }

  /// As many decimals as the step has.
  private static func text(_ tick: Double, step: Double) -> String {
    var (scale, decimals) = (1.0, 0)
    while decimals < 6, abs((step * scale).rounded() - step * scale) > 1e-6 {
      (scale, decimals) = (scale * 10, decimals + 1)
    }
    let whole = Int((abs(tick) * scale).rounded())
    let sign = tick < 0 && whole > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let digits = String(whole)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }
}
