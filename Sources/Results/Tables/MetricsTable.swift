import RunFormat

/// Everything that was measured of some runs, a row a step and a column a metric, for notebooks.
package struct MetricsTable: Sendable {
  package let table: Table
  /// What could not be read.
  package let notes: [String]

  /// - Parameters:
  ///   - keys: of the spec, a column each beside the run's.
  ///   - losses: whether the rows of losses.csv are among them.
  package init(_ runs: [Run], keys: [String], losses: Bool) {
    struct Part {
      let run: Run
      let settings: [String?]
      var columns: [String]
      var rows: [Double: [String: Double]]
    }
    var notes: [String] = []
    var parts: [Part] = []
    for run in runs {
      func attempt<T>(_ body: () throws(ReadingError) -> T) -> T? {
        do throws(ReadingError) { return try body() } catch {
          notes.append("\(error)")
          return nil
        }
      }
      let settings =
        keys.isEmpty ? .none : attempt { () throws(ReadingError) in try run.settings() }
      var tables: [NumberTable] = []
      if losses, run.planned == nil,
        let table = attempt({ () throws(ReadingError) in try run.losses() })
      {
        if let damage = run.damage(in: table) { notes.append(damage) }
        tables.append(table)
      }
      if let table = attempt({ () throws(ReadingError) in try run.metrics() }) {
        tables.append(table)
      }
      var part = Part(run: run, settings: keys.map { settings?[$0] }, columns: [], rows: [:])
      for table in tables {
        guard let steps = table["step"] else { continue }
        for column in table.columns where column != "step" {
          // Both files say where a row stands; each number is there once.
          if !part.columns.contains(column) { part.columns.append(column) }
          for case (let step?, let value?) in zip(steps, table[column] ?? []) {
            part.rows[step, default: [:]][column] = value
          }
        }
        for case let step? in steps where part.rows[step] == nil { part.rows[step] = [:] }
      }
      if part.rows.isEmpty { notes.append("\(run.path): nothing was measured") }
      parts.append(part)
    }
    let columns = Table.titles(of: parts.map(\.columns))
    table = Table(
      columns: [Table.Column("run")] + keys.map { Table.Column($0) }
        + [.init("step", isNumeric: true)] + columns.map { .init($0, isNumeric: true) },
      rows: parts.flatMap { part in
        part.rows.sorted { $0.key < $1.key }.map { step, values in
          [Table.Cell.text(part.run.wholeName)]
            + part.settings.map { $0.map(Table.Cell.setting) ?? .missing }
            + [.number(step)] + columns.map { values[$0].map(Table.Cell.number) ?? .missing }
        }
      })
    self.notes = notes
  }
}
