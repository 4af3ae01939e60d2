import RunFormat
import Spec

/// `gan-exp du`: a line a run, or a sweep as a whole, the largest first.
package struct DiskUseList: Sendable {
  package struct Row: Sendable {
    package let path: String
    package let name: String
    /// Of a sweep; nil for a run.
    package let trials: Int?
    package let use: DiskUse
  }

  package let rows: [Row]

  package var sum: DiskUse { rows.reduce(DiskUse()) { $0 + $1.use } }

  /// - Parameter opensSweeps: whether each trial has its row, and what a sweep has besides them has one.
  package init(_ scan: RunScan, opensSweeps: Bool) {
    let trialsOf = Dictionary(
      grouping: scan.runs.filter { $0.path.parentPath.lastPathComponent == "trials" },
      by: { $0.path.parentPath.parentPath })
    let sweeps = scan.sweeps.filter { sweep in sweep.path.lastPathComponent != "trials" }
    let known = Set(sweeps.map(\.path))
    let single = scan.runs.filter { run in
      PlainFiles.isFolder(run.path)
        && (opensSweeps || !known.contains(run.path.parentPath.parentPath))
    }
    let ofRuns = parallelMap(single) { run in
      Row(path: run.path, name: run.name, trials: nil, use: DiskUse(of: run.path))
    }
    let ofSweeps = parallelMap(sweeps) { sweep in
      let count = (trialsOf[sweep.path] ?? []).count { PlainFiles.isFolder($0.path) }
      let use =
        opensSweeps
        ? DiskUse(of: sweep.path, without: ["trials"]) : DiskUse(of: sweep.path)
      return Row(path: sweep.path, name: sweep.name, trials: count, use: use)
    }
    rows = (ofRuns + ofSweeps).sorted { ($1.use.total, $0.path) < ($0.use.total, $1.path) }
  }

  package var table: Table {
    let kinds = DiskUse.Kind.allCases
    func cells(_ use: DiskUse) -> [Table.Cell] {
      [.text("\(ByteCount(use.total))")]
        + kinds.map { use[$0] == 0 ? .missing : .text("\(ByteCount(use[$0]))") }
    }
    return Table(
      columns: [.init("total", isNumeric: true)]
        + kinds.map { .init($0.rawValue, isNumeric: true) } + [.init("trials", isNumeric: true)]
        + [.init("path")],
      rows: rows.map { row in
        cells(row.use) + [row.trials.map(Table.Cell.count) ?? .missing, .text(row.path)]
      } + (rows.count > 1 ? [cells(sum) + [.missing, .text("in all")]] : []))
  }

  /// For programs: bytes.
  package var json: JSON {
    func members(_ use: DiskUse) -> [(String, JSON)] {
      [("bytes", .integer(use.total)), ("files", .integer(use.files))]
        + DiskUse.Kind.allCases.map { ($0.rawValue, .integer(use[$0])) }
    }
    return .object([
      (
        "runs",
        .list(
          rows.map { row in
            .object(
              [
                ("path", .text(row.path)), ("name", .text(row.name)),
                ("trials", row.trials.map(JSON.integer) ?? .null),
              ] + members(row.use))
          })
      ),
      ("all", .object(members(sum))),
    ])
  }
}
