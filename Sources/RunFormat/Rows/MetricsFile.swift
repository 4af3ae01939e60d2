/// metrics.csv in either of two shapes: a column a metric, or a row a number,
/// `step,metric,value,<protocol…>`.
package enum MetricsFile {
  /// One row a step, one column a metric.
  ///
  /// A metric that was measured by several protocols (raw and averaged weights, say) becomes several
  /// columns, `digit_fd (ema)`.
  package static func table(_ bytes: [UInt8]) -> NumberTable {
    let cellTable = CellTable(bytes)
    let (header, rows) = (cellTable.header, cellTable.rows)
    guard let metric = header.firstIndex(of: "metric"), let value = header.firstIndex(of: "value"),
      let step = header.firstIndex(of: "step")
    else { return NumberTable(bytes) }

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
      guard let at = Double(row[step]), at.isFinite, let number = Double(row[value]) else {
        continue
      }
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
}
