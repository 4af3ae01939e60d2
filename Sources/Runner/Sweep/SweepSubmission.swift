import RunFormat
import Spec

/// Giving a sweep to an engine that goes on without this process.
package struct SweepSubmission {
  /// What was found, and what was done.
  package struct Outcome: Sendable, Hashable {
    package fileprivate(set) var done = 0
    package fileprivate(set) var failed = 0
    /// Trials with a worker that beats.
    package fileprivate(set) var held = 0
    /// Trials that wait or run already.
    package fileprivate(set) var live = 0
    package fileprivate(set) var jobs: [JobID] = []
  }

  private let sweep: SweepDirectory
  private let options: SweepOptions

  package init(_ sweep: SweepDirectory, _ options: SweepOptions) {
    (self.sweep, self.options) = (sweep, options)
  }

  /// Submits what is missing.
  ///
  /// - Throws: `.locked` while another process submits or runs the sweep.
  package mutating func submit(_ engine: inout SlurmEngine) throws(RunError) -> Outcome {
    let claim = try RunClaim.take(
      sweep.path, as: .current(), steps: sweep.trials.count, lostAfter: options.lostAfter,
      files: sweep.files)
    do throws(RunError) {
      let outcome = try submitClaimed(&engine)
      try claim.end(.map(["state": .text("submitted")]))
      return outcome
    } catch {
      try? claim.end(.map(["state": .text("failed"), "reason": .text("\(error)")]))
      throw error
    }
  }

  private func submitClaimed(_ engine: inout SlurmEngine) throws(RunError) -> Outcome {
    var outcome = Outcome()
    let live = try engine.live()
    let failures = options.retriesFailed ? [:] : try sweep.journal.content().failures
    var missing: [PlannedTrial] = []
    for trial in sweep.trials where options.only?.contains(trial.index) ?? true {
      let standing = try Standing(
        of: sweep.folder(trial), lostAfter: options.lostAfter, files: sweep.files)
      switch standing {
      case .ended: outcome.done += 1
      case _ where live[trial.index] != nil: outcome.live += 1
      case .held: outcome.held += 1
      case .open where failures[trial.index] != nil: outcome.failed += 1
      case .open: missing.append(trial)
      }
    }
    guard !missing.isEmpty else { return outcome }
    try sweep.files.requireFree(options.leastFree, at: sweep.path)
    outcome.jobs = try engine.submit(missing)
    try sweep.journal.add(
      "submitted",
      [
        ("trials", .integer(outcome.jobs.count)),
        (
          "jobs",
          .list(
            Set(outcome.jobs.map { String($0.word.prefix { $0 != "_" }) }).sorted()
              .map(JSON.text))
        ),
      ])
    if outcome.jobs.count < missing.count {
      throw .scheduler(
        "\(outcome.jobs.count) of \(missing.count) trials were submitted, then Slurm took no more: "
          + "say the same again for the rest")
    }
    return outcome
  }
}
