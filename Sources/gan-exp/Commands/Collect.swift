import ArgumentParser
import Foundation
import Results
import RunFormat
import Runner
import Spec

struct Collect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes summary.csv and report.html of a sweep that a cluster has played.",
    discussion: "A job says it when the trials are over; it can be said at any time.")

  @Argument(help: ArgumentHelp("The sweep's directory.", valueName: "dir"), completion: .directory)
  var sweep: String

  @Flag(
    help:
      "Run the program that the file's `notify` names, once no trial waits or runs; the job that a cluster is given says so."
  )
  var notify = false

  func run() throws {
    let base = try loadSpec(sweep + "/resolved.yaml", overrides: []).get()
    let queue = knownToTheScheduler()
    let states = try Failure.catching {
      var directory = try SweepDirectory(reading: sweep)
      return try directory.collect(base.metrics?.objective, knowing: queue)
    }
    guard let states else {
      Terminal.error("\(sweep): another process is at work on it and writes the summary")
      return
    }
    try SweepReport.write(in: sweep, name: base.name)
    Terminal.error("\(sweep): \(TrialState.counts(states))")
    try Output.result(sweep)
    guard notify, let section = base.notify else { return }
    let living = queue?.live.count ?? 0
    guard living == 0 else {
      return Terminal.error(
        "notify: \(living) trials still wait or run; who comes after them tells")
    }
    Notifier(section, environment: ProcessInfo.processInfo.environment.pairs)
      .tell(of: sweep, base, SweepOutcome.exitCode(collected: states))
  }

  /// nil where nothing was submitted, or Slurm gives no answer: the folder alone tells then, in which a worker that
  /// was killed counts as living for a while.
  private func knownToTheScheduler() -> QueuedTrials? {
    let place = PlainFiles.absolute(sweep) ?? sweep
    guard FileLayer().exists("\(place)/slurm") else { return nil }
    do throws(RunError) {
      return try SlurmQueue(.current, sweep: place).trials()
    } catch {
      Terminal.error("\(error); what follows is what the folder says")
      return nil
    }
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
