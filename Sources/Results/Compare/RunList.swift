import RunFormat

/// `gan-exp ls`: one line a run.
package struct RunList: Sendable {
  package let runs: [LoadedRun]
  package let notes: [String]

  package init(_ scan: RunScan, filter: RunFilter) throws(ReferenceError) {
    let loaded = LoadedRun.load(scan.runs, readsSettings: filter.needsSettings)
    runs = try filter.apply(loaded)
    notes = scan.notes + (filter.needsSettings ? loaded.flatMap(\.problems) : [])
  }

  package var table: Table {
    let losses = Table.titles(of: runs.map { $0.measures.map(\.name).filter(\.isLoss) })
    let columns =
      [Table.Column("id"), .init("name"), .init("state"), .init("step", isNumeric: true)]
      + losses.map { .init($0, isNumeric: true) }
      + [.init("started"), .init("time", isNumeric: true)]
    return Table(
      columns: columns,
      rows: runs.map { loaded in
        let run = loaded.run
        return [.text(run.id), .text(run.name), .text(run.state.text), .text(run.progress)]
          + losses.map { loaded.measure($0).map(Table.Cell.number) ?? .missing }
          + [
            run.status?.started.map { .text($0.short) } ?? .missing,
            run.status?.duration.map { .text(durationText(seconds: $0)) } ?? .missing,
          ]
      })
  }

  /// For programs: plain numbers, seconds, and the path.
  package var data: Table {
    let measures = Table.titles(of: runs.map { $0.measures.map(\.name) })
    let columns =
      [
        Table.Column("id"), .init("name"), .init("path"), .init("state"),
        .init("step", isNumeric: true),
      ]
      + [.init("steps", isNumeric: true), .init("seconds", isNumeric: true), .init("reason")]
      + measures.map { .init($0, isNumeric: true) }
    return Table(
      columns: columns,
      rows: runs.map { loaded in
        let (run, status) = (loaded.run, loaded.run.status)
        func count(_ n: Int?) -> Table.Cell { n.map(Table.Cell.count) ?? .missing }
        return [.text(run.id), .text(run.name), .text(run.path), .text(run.state.text)]
          + [count(run.step), count(status?.steps), count(status?.duration)]
          + [status?.reason.map(Table.Cell.text) ?? .missing]
          + measures.map { loaded.measure($0).map(Table.Cell.number) ?? .missing }
      })
  }
}

extension String {
  /// Of a column of losses.csv.
  var isLoss: Bool { LossColumn(rawValue: self).isLoss }
}

extension Table {
  /// All names, in the order in which they first appear.
  static func titles(of lists: [[String]]) -> [String] {
    var seen: Set<String> = []
    return lists.joined().filter { seen.insert($0).inserted }
  }
}

extension Run {
  /// `1200/10000`
  package var progress: String {
    switch (step, status?.steps) {
    case (let step?, let steps?): "\(step)/\(steps)"
    case (let step?, nil): "\(step)"
    case (nil, _): "–"
    }
  }
}
