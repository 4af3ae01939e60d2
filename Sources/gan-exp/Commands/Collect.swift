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
    // Somebody who says the same `run` again as the last trial ends has the sweep for a moment.
    let isJob = ProcessInfo.processInfo.environment["SLURM_JOB_ID"] != nil
    let collection = try Failure.catching {
      var directory = try SweepDirectory(reading: sweep)
      return try directory.collect(
        base.metrics?.objective, knowing: queue, tells: notify && base.notify != nil,
        patience: isJob ? 120 : 0)
    }
    guard let collection else {
      Terminal.error("\(sweep): another process is at work on it and writes the summary")
      return
    }
    defer { tell(collection, base) }
    try SweepReport.write(in: sweep, name: base.name)
    Terminal.error("\(sweep): \(TrialState.counts(collection.states))")
    try Output.result(sweep)
  }

  private func tell(_ collection: SweepCollection, _ base: Experiment) {
    guard notify, let section = base.notify else { return }
    guard collection.isToBeTold else {
      return Terminal.error(
        collection.living > 0
          ? "notify: \(collection.living) trials still wait or run; the job that comes after them tells"
          : "notify: another job has told of this end")
    }
    Notifier(section, environment: ProcessInfo.processInfo.environment.pairs)
      .tell(of: sweep, base, SweepOutcome.exitCode(collected: collection.states))
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
