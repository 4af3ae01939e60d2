import ArgumentParser
import Results
import RunFormat
import Runner
import Spec

/// What a cluster starts when the trials of a sweep are over.
struct Collect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the summary and the report of a sweep that a cluster has played.",
    shouldDisplay: false)

  @Argument(help: ArgumentHelp("The sweep's directory.", valueName: "dir"))
  var sweep: String

  func run() throws {
    let base = try loadSpec(sweep + "/resolved.yaml", overrides: []).get()
    let states = try Failure.catching {
      var directory = try SweepDirectory(reading: sweep)
      return try directory.collect(base.metrics?.objective)
    }
    guard let states else {
      Terminal.error("\(sweep): another process is at work on it and writes the summary")
      return
    }
    let runs = LoadedRun.load(RunScan([sweep]).runs)
    if !runs.isEmpty {
      let report = Report(title: base.name, runs: runs, sort: nil, notes: [])
      try Failure.catching {
        try FileLayer().replace("\(sweep)/report.html", with: Array(report.html.utf8))
      }
    }
    Terminal.error("\(sweep): \(TrialState.counts(states))")
    try Output.result(sweep)
  }
}

extension TrialState {
  /// `12 finished, 1 failed`
  static func counts(_ states: [TrialState]) -> String {
    ["finished", "stopped", "diverged", "failed", "interrupted", "running", "pending"]
      .map { word in (word, states.count { $0.word == word }) }
      .filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }
}
