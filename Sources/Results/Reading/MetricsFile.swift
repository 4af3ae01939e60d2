/// metrics.csv in either of two shapes: a column a metric, or a row a number,
/// `step,metric,value,<protocol…>`.
enum MetricsFile {
  /// One row a step, one column a metric.
  ///
  /// A metric that was measured by several protocols (raw and averaged weights, say) becomes several
  /// columns, `digit_fd (ema)`.
  static func table(_ text: String) -> NumberTable {
    let bytes = Array(text.utf8)
    let header = text.prefix { $0 != "\n" && $0 != "\r\n" }.split(separator: ",").map(String.init)
    guard let metric = header.firstIndex(of: "metric"), let value = header.firstIndex(of: "value"),
      let step = header.firstIndex(of: "step")
    else { return NumberTable(bytes) }

    let rows = completeRows(text, cells: header.count)
    let protocols = header.indices.filter { ![metric, value, step].contains($0) }
    // Only what differs among the numbers of one metric is worth naming.
    let telling = protocols.filter { column in
      Dictionary(grouping: rows, by: { $0[metric] }).values.contains { rows in
        Set(rows.map { $0[column] }).count > 1
      } && header[column] != "epoch" && header[column] != "images" && header[column] != "seconds"
    }
    var steps: [Double] = []
    var columns: [String] = []
    var cells: [String: [Double: Double]] = [:]
    for row in rows {
      guard let at = Double(row[step]), let number = Double(row[value]) else { continue }
      let note = telling.map { row[$0] }.filter { !$0.isEmpty }.joined(separator: ", ")
      let name = note.isEmpty ? row[metric] : "\(row[metric]) (\(note))"
      if steps.last != at, !steps.contains(at) { steps.append(at) }
      if cells[name] == nil { columns.append(name) }
      cells[name, default: [:]][at] = number
    }
    steps.sort()
    return NumberTable(
      columns: ["step"] + columns,
      values: [steps] + columns.map { name in steps.map { cells[name]?[$0] } })
  }

  private static func completeRows(_ text: String, cells: Int) -> [[String]] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // The last piece is empty, or a line that is still being written.
    lines.removeLast()
    return lines.dropFirst().compactMap { line in
      let row = line.split(separator: ",", omittingEmptySubsequences: false).map {
        String($0.last == "\r" ? $0.dropLast() : $0)
      }
      return row.count == cells ? row : nil
    }
  }
}
