import Results
import RunFormat
import Spec

/// report.html of a sweep.
enum SweepReport {
  /// Writes it anew from what the trials have come to; nothing where none has begun.
  ///
  /// - Parameter directory: the sweep's.
  /// - Throws: exit 4 where it cannot be written.
  static func write(in directory: String, name: String) throws {
    let runs = LoadedRun.load(RunScan([directory]).runs)
    guard !runs.isEmpty else { return }
    let report = Report(title: name, runs: runs, sort: nil, notes: [])
    try Failure.catching {
      try FileLayer().replace("\(directory)/report.html", with: Array(report.html.utf8))
    }
  }
}
