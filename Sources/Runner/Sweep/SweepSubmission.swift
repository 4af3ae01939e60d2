import RunFormat
import Spec

/// Giving a sweep to an engine that goes on without this process.
package struct SweepSubmission {
  /// What was found, and what was done.
  package struct Outcome: Sendable {
    package fileprivate(set) var done = 0
    package fileprivate(set) var failed = 0
    /// Why the ends of some cannot be read.
    package fileprivate(set) var damaged: [String] = []
    /// Trials with a worker that beats.
    package fileprivate(set) var held = 0
    /// Trials that wait or run already.
    package fileprivate(set) var live = 0
    /// Trials that save at this moment, or are being cleared away.
    package fileprivate(set) var ending = 0
    /// Arrays that wait or run, those of before too.
    package fileprivate(set) var arrays = 0
    package fileprivate(set) var jobs: [JobID] = []
    /// Trials that Slurm did not take, and why.
    package fileprivate(set) var left = 0
    package fileprivate(set) var refusal: RunError?
    /// Trials that were submitted before and have nothing to show for it, and what is left of the first.
    package fileprivate(set) var withoutTrace = 0
    package fileprivate(set) var firstTrace: TaskTrace?
  }

  private let sweep: SweepDirectory
  private let options: SweepOptions
  private let patience: Double

  /// - Parameter patience: how long another process is waited for, in seconds.
  package init(_ sweep: SweepDirectory, _ options: SweepOptions, patience: Double = 5) {
    (self.sweep, self.options, self.patience) = (sweep, options, patience)
  }

  /// Submits what is missing.
  ///
  /// - Throws: `.locked` while another process submits or runs the sweep.
  package mutating func submit(_ engine: inout SlurmEngine) throws(RunError) -> Outcome {
    // The job behind the trials has it for a moment when the last is over.
    let claim = try sweep.claim(patience: patience, lostAfter: options.lostAfter)
    let queue = engine.queue
    let cancellation = queue.cancellation()
    engine.keepAlive { () throws(RunError) in
      try claim.beat()
      try claim.check()
      guard queue.cancellation() == cancellation else {
        throw .scheduler("gan-exp cancel was said meanwhile: what was submitted is cancelled")
      }
    }
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
    let known = try engine.known()
    let tasks = try SubmissionLedger(sweep: sweep.path, files: sweep.files).tasks()
    let failures = options.retriesFailed ? [:] : try sweep.failures()
    var missing: [PlannedTrial] = []
    for trial in sweep.trials where options.only?.contains(trial.index) ?? true {
      let standing: Standing
      do throws(RunError) {
        standing = known.correct(try sweep.standing(of: trial, lostAfter: options.lostAfter))
      } catch {
        guard case .damaged = error else { throw error }
        outcome.damaged.append("\(error)")
        continue
      }
      switch standing {
      case .ended: outcome.done += 1
      case _ where known[trial.index]?.isEnding == true: outcome.ending += 1
      case _ where known[trial.index]?.isLive == true: outcome.live += 1
      case .held: outcome.held += 1
      case .open where failures[trial.index] != nil: outcome.failed += 1
      case .open:
        missing.append(trial)
        guard let id = tasks[trial.index], !sweep.files.exists(sweep.folder(trial)) else {
          continue
        }
        let task = known[trial.index].flatMap { $0.id == id ? $0 : nil }
        let trace = TaskTrace(id, task, sweep: sweep.path, files: sweep.files)
        if trace.isCancelled { continue }
        outcome.withoutTrace += 1
        outcome.firstTrace = outcome.firstTrace ?? trace
      }
    }
    outcome.arrays = Set(known.live.values.map(\.job)).count
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
    outcome.arrays += Set(outcome.jobs.map { $0.word.prefix { $0 != "_" } }).count
    outcome.left = missing.count - outcome.jobs.count
    outcome.refusal = engine.refusal
    return outcome
  }
}
