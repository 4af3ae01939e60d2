import Charts

/// Curves drawn with characters, with a scale on the left and the steps below.
package struct TerminalChart {
  /// The ASCII marks, and the colours, of the first, second … curve.
  private static let marks = Array("*o+x#@%&")
  private static let colours: [UInt8] = [75, 208, 43, 175, 178, 117, 141, 250]

  package static func lines(
    of curves: [Curve], style: TerminalStyle, height: Int = 14
  ) -> [String] {
    let curves = curves.filter { curve in curve.points.contains { $0.value.isFinite } }
    guard !curves.isEmpty else { return [] }
    let yAxis = Axis(
      covering: Axis.readable(curves.flatMap { $0.points.map(\.value) }), ticks: 4, margin: 0.02)
    let xAxis = Axis(covering: curves.flatMap { $0.points.map(\.x) }, ticks: 5, margin: 0)
    let gutter = (yAxis.ticks.map(\.label.count).max() ?? 0) + 2
    let width = max(8, style.width - gutter - 1)
    let rows = style.hasColour ? height * 2 : height

    /// The row of each column for one curve: the mean of what falls there.
    func places(_ curve: Curve) -> [Int?] {
      var sums = [(sum: Double, count: Int)](repeating: (0, 0), count: width)
      for point in curve.points where point.value.isFinite && point.x.isFinite {
        let column = Int(xAxis.fraction(of: point.x) * Double(width - 1) + 0.5)
        guard sums.indices.contains(column) else { continue }
        sums[column] = (sums[column].sum + point.value, sums[column].count + 1)
      }
      var means = sums.map { sum -> Double? in
        let mean = sum.sum / Double(sum.count)
        return mean.isFinite ? mean : nil
      }
      bridge(&means)
      return means.map { mean in
        mean.map { value in
          let fraction = min(max(yAxis.fraction(of: value), 0), 1)
          return rows - 1 - Int(fraction * Double(rows - 1) + 0.5)
        }
      }
    }

    let plots = curves.map(places)
    let body =
      style.hasColour
      ? coloured(plots, width: width, rows: rows) : plain(plots, width: width, rows: rows)
    let legend = curves.enumerated().map { index, curve in
      style.hasColour
        ? "\u{1B}[38;5;\(colours[index % colours.count])m━\u{1B}[0m \(curve.name)"
        : "\(marks[index % marks.count]) \(curve.name)"
    }
    var labels: [Int: String] = [:]
    for tick in yAxis.ticks {
      labels[height - 1 - Int(yAxis.fraction(of: tick.value) * Double(height - 1) + 0.5)] =
        tick.label
    }
    let (corner, side, floor) = style.hasColour ? ("└", "┤", "─") : ("+", "|", "-")
    var lines = [String(repeating: " ", count: gutter) + legend.joined(separator: "   ")]
    for (row, text) in body.enumerated() {
      let label = labels[row] ?? ""
      lines.append(String(repeating: " ", count: gutter - 1 - label.count) + label + side + text)
    }
    lines.append(
      String(repeating: " ", count: gutter - 1) + corner + String(repeating: floor, count: width))
    lines.append(scale(xAxis, gutter: gutter, width: width))
    return lines
  }

  /// Columns between two points lie on the line between them.
  private static func bridge(_ means: inout [Double?]) {
    var last: Int?
    for column in means.indices {
      guard let value = means[column] else { continue }
      if let last, column - last > 1, let start = means[last] {
        for between in (last + 1)..<column {
          let part = Double(between - last) / Double(column - last)
          means[between] = start + (value - start) * part
        }
      }
      last = column
    }
  }

  private static func coloured(_ plots: [[Int?]], width: Int, rows: Int) -> [String] {
    var blocks = HalfBlocks(width: width, height: rows)
    for (index, plot) in plots.enumerated() {
      let colour = TerminalColour(index: colours[index % colours.count])
      for column in plot.indices {
        for row in span(plot, column) { blocks[column, row] = colour }
      }
    }
    return blocks.lines
  }

  private static func plain(_ plots: [[Int?]], width: Int, rows: Int) -> [String] {
    var canvas = Array(repeating: Array(repeating: Character(" "), count: width), count: rows)
    for (index, plot) in plots.enumerated() {
      for column in plot.indices {
        for row in span(plot, column) { canvas[row][column] = marks[index % marks.count] }
      }
    }
    return canvas.map { String($0) }
  }

  /// From the row of a column half way to that of the one before, so that a steep line has no holes.
  private static func span(_ plot: [Int?], _ column: Int) -> Range<Int> {
    guard let row = plot[column] else { return 0..<0 }
    guard column > 0, let before = plot[column - 1], abs(before - row) > 1 else {
      return row..<row + 1
    }
    return before < row ? (before + 1)..<(row + 1) : row..<before
  }

  private static func scale(_ axis: Axis, gutter: Int, width: Int) -> String {
    var line = Array(repeating: Character(" "), count: gutter + width)
    var free = 0
    for tick in axis.ticks {
      let middle = gutter + Int(axis.fraction(of: tick.value) * Double(width - 1) + 0.5)
      let start = min(max(middle - tick.label.count / 2, free), line.count - tick.label.count)
      guard start >= free else { continue }
      for (offset, letter) in tick.label.enumerated() { line[start + offset] = letter }
      free = start + tick.label.count + 1
    }
    let name = " step"
    if free + name.count <= line.count {
      for (offset, letter) in name.enumerated() {
        line[line.count - name.count + offset] = letter
      }
    }
    return String(String(line).reversed().drop { $0 == " " }.reversed())
  }
}
