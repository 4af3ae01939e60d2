import RunFormat

/// Curves over the steps, one panel a measure, as an SVG picture that follows the light or dark of its
/// reader.
package struct CurvesChart: Sendable {
  package struct Panel: Sendable {
    package let title: String
    package let curves: [Curve]

    package init(title: String, curves: [Curve]) { (self.title, self.curves) = (title, curves) }
  }

  package let title: String
  package let panels: [Panel]

  package init(title: String, panels: [Panel]) { (self.title, self.panels) = (title, panels) }

  private static let width = 900.0
  private static let left = 72.0
  private static let right = 876.0
  private static let panelHeight = 300.0
  private static let legendColumns = 2

  private var names: [String] { Table.titles(of: panels.map { $0.curves.map(\.name) }) }

  /// A whole file.
  package var svg: String {
    let legendRows = (names.count + Self.legendColumns - 1) / Self.legendColumns
    let top = 62 + Double(legendRows) * 20
    let height = top + Double(panels.count) * Self.panelHeight + 8
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(fixed(Self.width)) \(fixed(height))" \
      font-family="system-ui, sans-serif" font-size="13">
      <title>\(title.htmlEscaped)</title>
      <style>\(Self.style)</style>
      <rect class="paper" width="\(fixed(Self.width))" height="\(fixed(height))" rx="8"/>
      <text class="title" x="24" y="36">\(title.htmlEscaped)</text>

      """
    for (index, name) in names.enumerated() {
      let x = 24 + Double(index % Self.legendColumns) * 430
      let y = 62 + Double(index / Self.legendColumns) * 20
      text += line("M\(fixed(x)) \(fixed(y - 4))h24", index)
      text += "<text x=\"\(fixed(x + 32))\" y=\"\(fixed(y))\">"
      text += "\(name.cut(to: 56).htmlEscaped)</text>\n"
    }
    for (index, panel) in panels.enumerated() {
      text += draw(panel, top: top + Double(index) * Self.panelHeight, clip: "panel\(index)")
    }
    return text + "</svg>\n"
  }

  private static var style: String {
    func strokes(_ colours: [String]) -> String {
      colours.enumerated().map { ".c\($0) { stroke: \($1); } .f\($0) { fill: \($1); }" }
        .joined(separator: " ")
    }
    return """

      text { fill: #59636e; } .title { font-size: 18px; font-weight: 600; fill: #1f2328; }
      .paper { fill: #ffffff; } .grid { stroke: #d8dee4; } .axis { stroke: #818b98; }
      .line { fill: none; stroke-width: 2; stroke-linejoin: round; } .raw { opacity: .28; }
      .band { opacity: .16; stroke: none; }
      \(strokes(Palette.light))
      @media (prefers-color-scheme: dark) {
      text { fill: #9198a1; } .title { fill: #f0f3f6; } .paper { fill: #0d1117; }
      .grid { stroke: #21262d; } .axis { stroke: #656c76; }
      \(strokes(Palette.dark))
      }

      """
  }

  private func line(_ path: String, _ index: Int, _ more: String = "") -> String {
    let dash = Palette.dash(index)
    return "<path class=\"line c\(index % Palette.light.count)\(more)\" d=\"\(path)\""
      + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"") + "/>\n"
  }

  private func draw(_ panel: Panel, top: Double, clip: String) -> String {
    let (upper, lower) = (top + 26, top + Self.panelHeight - 44)
    let xAxis = Axis(
      covering: panel.curves.flatMap { $0.points.map(\.step) }, ticks: 8, margin: 0)
    let yAxis = Axis(
      covering: Axis.readable(panel.curves.flatMap { $0.points.map(\.value) }), ticks: 5)
    func x(_ value: Double) -> Double {
      Self.left + xAxis.fraction(of: value) * (Self.right - Self.left)
    }
    // Far outside the frame a curve is clipped anyway; renderers dislike huge numbers.
    func y(_ value: Double) -> Double {
      lower - min(max(yAxis.fraction(of: value), -2), 3) * (lower - upper)
    }
    var text = "<clipPath id=\"\(clip)\"><rect x=\"\(fixed(Self.left))\" y=\"\(fixed(upper))\" "
    text +=
      "width=\"\(fixed(Self.right - Self.left))\" height=\"\(fixed(lower - upper))\"/></clipPath>\n"
    text += "<text class=\"title\" style=\"font-size:14px\" x=\"\(fixed(Self.left))\" "
    text += "y=\"\(fixed(top + 14))\">\(panel.title.htmlEscaped)</text>\n"
    for tick in yAxis.ticks {
      let place = fixed(y(tick.value))
      text += "<path class=\"grid\" d=\"M\(fixed(Self.left)) \(place)H\(fixed(Self.right))\"/>"
      text += "<text x=\"\(fixed(Self.left - 8))\" y=\"\(place)\" dy=\"0.35em\" "
      text += "text-anchor=\"end\">\(tick.label)</text>\n"
    }
    for tick in xAxis.ticks {
      let place = fixed(x(tick.value))
      text += "<path class=\"axis\" d=\"M\(place) \(fixed(lower))v5\"/>"
      text += "<text x=\"\(place)\" y=\"\(fixed(lower + 19))\" text-anchor=\"middle\">"
      text += "\(tick.label)</text>\n"
    }
    text += "<path class=\"axis\" d=\"M\(fixed(Self.left)) \(fixed(lower))H\(fixed(Self.right))\"/>"
    text += "<text x=\"\(fixed(Self.right))\" y=\"\(fixed(lower + 34))\" "
    text += "text-anchor=\"end\">step</text>\n<g clip-path=\"url(#\(clip))\">\n"
    for curve in panel.curves {
      let index = names.firstIndex(of: curve.name) ?? 0
      text += band(curve, index, x, y)
      let isLong = curve.points.count > 60
      if isLong { text += line(path(curve, x, y), index, " raw") }
      text += line(path(isLong ? curve.smoothed : curve, x, y), index)
    }
    return text + "</g>\n"
  }

  private func path(
    _ curve: Curve, _ x: (Double) -> Double, _ y: (Double) -> Double
  ) -> String {
    var data = ""
    var pen = "M"
    for point in curve.points {
      // A value that is no number leaves a gap.
      guard point.value.isFinite else {
        pen = "M"
        continue
      }
      data += "\(pen)\(fixed(x(point.step))) \(fixed(y(point.value)))"
      pen = "L"
    }
    return curve.points.count == 1 ? data + "h0" : data
  }

  /// From the least to the most of the replicates.
  private func band(
    _ curve: Curve, _ index: Int, _ x: (Double) -> Double, _ y: (Double) -> Double
  ) -> String {
    let points = curve.points.filter { $0.low.isFinite && $0.high.isFinite }
    guard points.contains(where: { $0.low < $0.high }) else { return "" }
    let upper = points.map { "\(fixed(x($0.step))) \(fixed(y($0.high)))" }
    let lower = points.reversed().map { "\(fixed(x($0.step))) \(fixed(y($0.low)))" }
    return "<path class=\"band f\(index % Palette.light.count)\" "
      + "d=\"M\((upper + lower).joined(separator: "L"))Z\"/>\n"
  }
}

/// A coordinate: a tenth of a unit is finer than any screen shows.
func fixed(_ x: Double) -> String {
  let tenths = Int((x * 10).rounded())
  let text = tenths % 10 == 0 ? "\(tenths / 10)" : "\(abs(tenths) / 10).\(abs(tenths) % 10)"
  return tenths < 0 && tenths % 10 != 0 ? "-" + text : text
}

extension Comparison {
  /// One panel a measure, one curve a row.
  package func curves(title: String, limit: Int = 1_000) -> CurvesChart {
    let tables = rows.map { row in
      row.runs.flatMap { loaded in
        [try? loaded.run.losses(), try? loaded.run.metrics()].compactMap(\.self)
      }
    }
    return CurvesChart(
      title: title,
      panels: measures.map { measure in
        CurvesChart.Panel(
          title: measure,
          curves: zip(rows, tables).map { row, tables in
            Curve(row.title(keys: keys), tables: tables, column: measure, limit: limit)
          }.filter { !$0.points.isEmpty })
      })
  }
}

extension Comparison.Row {
  /// What the row is called where there is no table beside it: its label, and what differs.
  package func title(keys: [String]) -> String {
    let told = zip(keys, settings).compactMap { key, text -> String? in
      guard let text = text?.cut(to: 22) else { return nil }
      let path = key.split(separator: ".")
      // `loss.kind hinge` is `hinge`, `latent.size 16` is `latent 16`.
      switch path.last {
      case "kind": return text
      case "size" where path.count > 1: return "\(path[path.count - 2]) \(text)"
      case let last?: return "\(last.replacing("_", with: " ")) \(text)"
      case nil: return text
      }
    }
    guard !told.isEmpty else { return label }
    let start = label == first.run.id ? "" : "\(label): "
    return start + told.joined(separator: ", ")
  }
}
