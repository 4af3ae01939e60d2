import RunFormat
import Spec

/// Both losses over the epochs, as an SVG picture that follows the light or dark of its reader.
package struct LossChart: Sendable {
  /// A point of a curve: epochs played, loss.
  package struct Point: Sendable, Hashable {
    package let epoch: Double
    package let loss: Double

    package init(epoch: Double, loss: Double) {
      self.epoch = epoch
      self.loss = loss
    }
  }

  package let title: String
  package let discriminator: [Point]
  package let generator: [Point]

  package init(title: String, discriminator: [Point], generator: [Point]) {
    self.title = title
    self.discriminator = discriminator
    self.generator = generator
  }

  private struct Frame {
    static let width = 860.0
    static let height = 440.0
    static let left = 62.0
    static let right = 838.0
    static let top = 62.0
    static let bottom = 392.0
  }

  package var svg: String {
    let xAxis = Axis(
      covering: 0, (discriminator + generator).map(\.epoch).max() ?? 0, ticks: 9, whole: true)
    let range = Self.readableRange((discriminator + generator).map(\.loss))
    let yAxis = Axis(covering: range.low, range.high, ticks: 6, whole: false)
    var text = Self.opening
    text += "<text class=\"title\" x=\"\(fixed(Frame.left))\" y=\"30\">\(escaped(title))</text>\n"
    text += Self.legend
    text += grid(xAxis, yAxis)
    text += "<g clip-path=\"url(#frame)\">\n"
    text += curve(discriminator, "d", xAxis, yAxis)
    text += curve(generator, "g", xAxis, yAxis)
    text += "</g>\n"
    if discriminator.isEmpty && generator.isEmpty {
      text += "<text x=\"450\" y=\"230\" text-anchor=\"middle\">no rows yet</text>\n"
    }
    return text + "</svg>\n"
  }

  private static let opening = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 440" width="860" height="440" role="img">
    <style>
    text { font: 12px system-ui, "Helvetica Neue", Arial, sans-serif; fill: #57606a; }
    .title { font-size: 16px; font-weight: 600; fill: #1f2328; }
    .paper { fill: #ffffff; }
    .grid { stroke: #e4e8ec; stroke-width: 1; }
    .axis { stroke: #8c959f; stroke-width: 1; }
    .d, .g { fill: none; stroke-linejoin: round; stroke-linecap: round; }
    .d { stroke: #c2410c; }
    .g { stroke: #1d64c8; }
    .raw { stroke-width: 1; stroke-opacity: 0.28; }
    .line { stroke-width: 2.2; }
    @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title { fill: #f0f3f6; }
    .paper { fill: #0d1117; }
    .grid { stroke: #21262d; }
    .axis { stroke: #656c76; }
    .d { stroke: #ff9b5e; }
    .g { stroke: #6cb0ff; }
    }
    </style>
    <clipPath id="frame"><rect x="62" y="62" width="776" height="330"/></clipPath>
    <rect class="paper" width="860" height="440" rx="8"/>

    """

  private static let legend = """
    <path class="d line" d="M620 26h22"/><text x="648" y="30">discriminator</text>
    <path class="g line" d="M750 26h22"/><text x="778" y="30">generator</text>

    """

  private func grid(_ xAxis: Axis, _ yAxis: Axis) -> String {
    var text = ""
    for (value, label) in yAxis.ticks {
      let y = fixed(place(y: value, yAxis))
      text += "<path class=\"grid\" d=\"M\(fixed(Frame.left)) \(y)H\(fixed(Frame.right))\"/>"
      text += "<text x=\"\(fixed(Frame.left - 8))\" y=\"\(y)\" dy=\"0.35em\" "
      text += "text-anchor=\"end\">\(label)</text>\n"
    }
    for (value, label) in xAxis.ticks {
      let x = fixed(place(x: value, xAxis))
      text += "<path class=\"axis\" d=\"M\(x) \(fixed(Frame.bottom))v5\"/>"
      text += "<text x=\"\(x)\" y=\"\(fixed(Frame.bottom + 19))\" text-anchor=\"middle\">"
      text += "\(label)</text>\n"
    }
    text += "<path class=\"axis\" d=\"M\(fixed(Frame.left)) \(fixed(Frame.bottom))"
    text += "H\(fixed(Frame.right))\"/>\n"
    text += "<text x=\"\(fixed((Frame.left + Frame.right) / 2))\" y=\"430\" "
    text += "text-anchor=\"middle\">epoch</text>\n"
    text += "<text x=\"\(fixed(Frame.left - 8))\" y=\"50\" text-anchor=\"end\">loss</text>\n"
    return text
  }

  private func place(x: Double, _ axis: Axis) -> Double {
    Frame.left + axis.fraction(of: x) * (Frame.right - Frame.left)
  }

  /// Far outside the frame a curve is clipped anyway; renderers dislike huge numbers.
  private func place(y: Double, _ axis: Axis) -> Double {
    Frame.bottom - min(max(axis.fraction(of: y), -2), 3) * (Frame.bottom - Frame.top)
  }

  /// Many points are drawn twice: as they are, pale, and smoothed, strong.
  private func curve(_ points: [Point], _ player: String, _ xAxis: Axis, _ yAxis: Axis) -> String {
    let raw = Self.thinned(points)
    guard raw.count > 60 else { return path(raw, "\(player) line", xAxis, yAxis) }
    return path(raw, "\(player) raw", xAxis, yAxis)
      + path(Self.smoothed(raw), "\(player) line", xAxis, yAxis)
  }

  private func path(_ points: [Point], _ style: String, _ xAxis: Axis, _ yAxis: Axis) -> String {
    var data = ""
    var pen = "M"
    for point in points {
      // A loss that is no number leaves a gap.
      guard point.loss.isFinite else {
        pen = "M"
        continue
      }
      let x = fixed(place(x: point.epoch, xAxis))
      data += "\(pen)\(x) \(fixed(place(y: point.loss, yAxis)))"
      // A line of no length is a dot, so that a point between two gaps is seen.
      if pen == "M" { data += "h0" }
      pen = "L"
    }
    return data.isEmpty ? "" : "<path class=\"\(style)\" d=\"\(data)\"/>\n"
  }
}

extension LossChart {
  /// No more points than the picture has columns to show them: neighbours become their mean.
  static func thinned(_ points: [Point], to limit: Int = 1500) -> [Point] {
    guard points.count > limit else { return points }
    return (0..<limit).map { bucket in
      let part = points[(bucket * points.count / limit)..<((bucket + 1) * points.count / limit)]
      let count = Double(part.count)
      return Point(
        epoch: part.map(\.epoch).reduce(0, +) / count, loss: part.map(\.loss).reduce(0, +) / count)
    }
  }

  /// The mean of the middle half of the neighbours within 1/60 of all points to either side: a few
  /// wild losses do not bend the line.
  static func smoothed(_ points: [Point]) -> [Point] {
    let reach = max(2, points.count / 60)
    return points.indices.map { index in
      let near = max(0, index - reach)...min(points.count - 1, index + reach)
      let sorted = points[near].map(\.loss).filter(\.isFinite).sorted()
      guard !sorted.isEmpty else { return points[index] }
      let quarter = sorted.count / 4
      let middle = sorted[quarter..<(sorted.count - quarter)]
      return Point(
        epoch: points[index].epoch, loss: middle.reduce(0, +) / Double(middle.count))
    }
  }

  /// The range that holds the curves, without the few losses (mostly the first) that would flatten
  /// everything else.
  static func readableRange(_ losses: [Double]) -> (low: Double, high: Double) {
    let sorted = losses.filter(\.isFinite).sorted()
    guard let least = sorted.first, let most = sorted.last else { return (0, 1) }
    let margin = sorted.count / 50
    let (low, high) = (sorted[margin], sorted[sorted.count - 1 - margin])
    let width = max(high - low, abs(high) * 0.02, 1e-6)
    return (max(least, low - 0.35 * width), min(most, high + 0.35 * width))
  }
}

/// Round numbers along one side of a chart.
struct Axis {
  let low: Double
  let high: Double
  let ticks: [(value: Double, label: String)]

  /// - Parameter whole: only whole numbers, when the range is wide enough to have some.
  init(covering least: Double, _ most: Double, ticks wanted: Int, whole: Bool) {
    let span = max(most - least, max(abs(least), abs(most)) * 0.04, 1e-6)
    let most = max(most, least + span)
    let rough = span / Double(wanted)
    let power = Self.power(ofTen: rough)
    var step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
    if whole, span >= 2 { step = max(1, step.rounded()) }
    let first = Int((least / step).rounded(whole ? .down : .up))
    let last = Int((most / step).rounded(.down))
    (low, high) = whole ? (least, most) : (least - 0.03 * span, most + 0.03 * span)
    let decimals = step >= 1 && step == step.rounded() ? 0 : Self.decimals(of: step)
    ticks = (first...max(first, last)).map {
      (Double($0) * step, fixed(Double($0) * step, decimals: decimals, trimmed: false))
    }
  }

  func fraction(of value: Double) -> Double { (value - low) / (high - low) }

  /// The largest power of ten that is not above `value`.
  private static func power(ofTen value: Double) -> Double {
    var power = 1.0
    while power > value { power /= 10 }
    while power * 10 <= value { power *= 10 }
    return power
  }

  private static func decimals(of step: Double) -> Int {
    var (scaled, count) = (step, 0)
    while count < 8, abs(scaled - scaled.rounded()) > 1e-6 * scaled {
      (scaled, count) = (scaled * 10, count + 1)
    }
    return count
  }
}

private func escaped(_ text: String) -> String {
  text.map { letter in
    switch letter {
    case "&": "&amp;"
    case "<": "&lt;"
    case ">": "&gt;"
    case "\"": "&quot;"
    case _: String(letter)
    }
  }.joined()
}
