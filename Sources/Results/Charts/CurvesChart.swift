import Charts
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
  private static let panelHeight = 300.0
  private static let legendColumns = 2

  private var names: [String] { Table.titles(of: panels.map { $0.curves.map(\.name) }) }

  private static func stroke(_ index: Int) -> Stroke {
    Stroke("c\(index % Palette.light.count)", dash: Palette.dash(index))
  }

  /// A whole file.
  package var svg: String { picture.svg }

  /// The same, to be written as something else.
  package var picture: ChartPicture {
    let legendRows = (names.count + Self.legendColumns - 1) / Self.legendColumns
    let top = 62 + Double(legendRows) * 20
    var picture = ChartPicture(
      title: title, width: Self.width, height: top + Double(panels.count) * Self.panelHeight + 8,
      colours: Palette.light.indices.map {
        .init("c\($0)", light: Palette.light[$0], dark: Palette.dark[$0])
      })
    picture.add(title, x: 24, y: 36, style: "title")
    for (index, name) in names.enumerated() {
      let x = 24 + Double(index % Self.legendColumns) * 430
      let y = 62 + Double(index / Self.legendColumns) * 20
      let line = "M\(coordinate(x)) \(coordinate(y - 4))h24"
      picture.content += Self.stroke(index).path(line, "line")
      picture.add(name.cut(to: 56), x: x + 32, y: y)
    }
    for (index, panel) in panels.enumerated() {
      draw(panel, on: &picture, top: top + Double(index) * Self.panelHeight, frame: "panel\(index)")
    }
    return picture
  }

  private func draw(
    _ panel: Panel, on picture: inout ChartPicture, top: Double, frame: String
  ) {
    let points = panel.curves.flatMap(\.points)
    let plot = Plot(
      left: 72, right: 876, top: top + 26, bottom: top + Self.panelHeight - 44,
      horizontal: Axis(covering: points.map(\.x), scale: .whole, ticks: 8, margin: 0),
      vertical: Axis(covering: Axis.readable(points.lazy.map(\.value)), ticks: 5))
    picture.add(panel.title, x: plot.left, y: top + 14, style: "heading")
    picture.content += plot.grid
    picture.add("step", x: plot.right, y: plot.bottom + 34, anchor: "end")
    let curves = panel.curves.map { ($0, Self.stroke(names.firstIndex(of: $0.name) ?? 0)) }
    picture.content.append(
      plot.framed(frame, curves.flatMap { plot.band($0, $1) + plot.line($0, $1) }))
  }
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
            Curve(row.title, tables: tables, column: measure, limit: limit)
          }.filter { !$0.points.isEmpty })
      })
  }
}

extension Comparison.Row {
  /// What the row is called where there is no table beside it: its label, and what differs.
  package func title(keys: [String]) -> String {
    let told = settingWords(
      zip(keys, zip(settings, differs)).compactMap { key, setting in
        // Of several experiments the name says what all of one have in common.
        setting.1 || experiment == nil ? (key, setting.0) : nil
      })
    // `lsgan`, or `lsgan 9f3a2c` where it has several rows.
    let name = experiment.map { isOnlyOne ? $0 : "\($0) \(label)" }
    guard !told.isEmpty else { return name ?? label }
    return (name.map { "\($0): " } ?? "") + told
  }
}

/// Settings in a few words: `loss.kind hinge` is `hinge`, `latent.size 16` is `latent 16`.
package func settingWords(_ settings: [(key: String, text: String?)]) -> String {
  settings.compactMap { key, text -> String? in
    guard let text = text.map(NumberFormat.setting)?.cut(to: 22) else { return nil }
    let path = key.split(separator: ".")
    switch path.last {
    case "kind": return text
    case "size" where path.count > 1: return "\(path[path.count - 2]) \(text)"
    case let last?: return "\(last.replacing("_", with: " ")) \(text)"
    case nil: return text
    }
  }.joined(separator: ", ")
}
