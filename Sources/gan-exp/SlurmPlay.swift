import ArgumentParser
import CLibrary
import Foundation
import RunFormat
import Runner
import Spec

/// A sweep whose trials a cluster plays.
struct SlurmPlay {
  let directory: SweepDirectory
  let plan: SweepPlan
  let settings: SlurmSettings
  let options: SweepOptions
  /// Of every worker, besides which trial.
  let arguments: [String]
  /// Whether the job behind the trials tells whom the file's `notify` names.
  let tells: Bool
  let quiet: Bool

  /// Whether the file alone would not have it played on a cluster.
  private var asksForSlurm: Bool { plan.experiment.engine.slurm == nil }

  private var folder: String { directory.path }

  /// Submits what is missing, says as what, and leaves it to the cluster.
  ///
  /// - Throws: also when Slurm took a part only, once that has been said.
  func submit(program: String) throws {
    warn(program)
    if !plan.sweep.keysOfWhoeverWaits.isEmpty {
      Terminal.error(
        "warning: \(plan.sweep.keysOfWhoeverWaits.joined(separator: ", ")) ask for somebody who looks: "
          + "without --wait nobody does")
    }
    var engine = SlurmEngine(
      .current, settings, program: program, arguments: arguments, sweep: folder)
    var submission = SweepSubmission(directory, options)
    let submitted = try Failure.catching { try submission.submit(&engine) }
    say(submitted)
    if !submitted.jobs.isEmpty { collect(engine) }
    if let refusal = submitted.refusal {
      try Output.result(folder)
      throw Failure(
        status: .files,
        message:
          "error: \(submitted.jobs.count) of \(submitted.jobs.count + submitted.left) trials "
          + "were submitted, then Slurm took no more: \(refusal)")
    }
    Terminal.error("how it goes: gan-exp status \(folder.shellWord)")
    try Output.result(folder)
  }

  private func say(_ submitted: SweepSubmission.Outcome) {
    var words = ["\(submitted.done) done"]
    if submitted.live > 0 { words.append("\(submitted.live) waiting or running already") }
    if submitted.ending > 0 {
      words.append("\(submitted.ending) just ending (say the same again when they have)")
    }
    if submitted.held > 0 { words.append("\(submitted.held) held by living workers") }
    if submitted.failed > 0 {
      words.append("\(submitted.failed) failed before (--failed submits them again)")
    }
    words.append("\(submitted.jobs.count) submitted")
    if submitted.left > 0 { words.append("\(submitted.left) not taken") }
    if !submitted.damaged.isEmpty { words.append("\(submitted.damaged.count) damaged") }
    for problem in submitted.damaged { Terminal.error("warning: \(problem)") }
    Terminal.error("\(folder): \(words.joined(separator: ", "))")
    if let trace = submitted.firstTrace {
      Terminal.error(
        "warning: \(submitted.withoutTrace) of these were submitted before, and no trial began: "
          + trace.words)
    }
    if !submitted.jobs.isEmpty {
      let arrays = Set(submitted.jobs.map { $0.word.prefix { $0 != "_" } }).sorted()
      Terminal.error("jobs: \(arrays.joined(separator: ", "))")
    }
    if let atOnce = settings.atOnce, submitted.arrays > 1 {
      Terminal.error(
        "at_once: \(atOnce) is of each array, and \(submitted.arrays) arrays wait or run")
    }
  }

  /// What was submitted stays, whatever becomes of the job behind it.
  private func collect(_ engine: SlurmEngine) {
    do throws(RunError) {
      let job = try engine.collect(tells: tells)
      Terminal.error("summary and report: job \(job), when these are over")
      if tells, !quiet { Terminal.error("notify: job \(job) tells of the end, on its node") }
    } catch {
      Terminal.error(
        "warning: no job writes summary and report (\(error)): when the trials are over say "
          + "gan-exp collect \(folder.shellWord)" + (tells ? " --notify" : ""))
    }
  }

  /// Says what the nodes may not see.
  private func warn(_ program: String) {
    if ProcessInfo.processInfo.environment["SLURM_CLUSTERS"] != nil {
      Terminal.error(
        "warning: SLURM_CLUSTERS of this shell is not passed on: jobs go to the cluster of this login node"
      )
    }
    let variables = ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix("SBATCH_") }
    if !variables.isEmpty {
      Terminal.error(
        "warning: \(variables.sorted().joined(separator: ", ")) of this shell \(variables.count == 1 ? "is" : "are") "
          + "not passed on to sbatch: say it in `engine.slurm`, in the experiment file or engines.yaml"
      )
    }
    let shared = "on a file system that the nodes share"
    let found = [
      NodeLocalPlace.warning(
        folder, "the results lie", advice: "--results takes a folder \(shared)"),
      NodeLocalPlace.warning(
        program, "gan-exp lies", advice: "put it \(shared), and run that one"),
    ]
    for warning in found.compactMap(\.self) { Terminal.error(warning) }
  }

  /// Submits and watches until all is over; whoever does not want to wait leaves, and the jobs go on.
  func wait(program: String) throws {
    warn(program)
    var options = options
    options.pollSeconds = 0.5
    options.leavesJobs = true
    let search = try plan.search()
    let engine = SlurmEngine(
      .current, settings, program: program, arguments: arguments, sweep: folder,
      // A search chooses when there is a place, with all that is known by then.
      capacity: search == nil ? .max : settings.atOnce ?? 8, interval: Self.interval)
    Interrupts.install()
    let queue = SlurmQueue(.current, sweep: folder)
    let cancellation = queue.cancellation()
    options.interrupt = {
      if Interrupts.pending != 0 { return Interrupts.pending }
      return queue.cancellation() == cancellation ? 0 : SIGTERM
    }
    let display = SweepDisplay(style: ProgressDisplay.style(quiet: quiet), put: Terminal.put)
    let outcome: SweepOutcome
    do {
      outcome = try Failure.catching {
        var run = SweepRun(directory, engine: engine, options, search: search, watch: display.show)
        return try run.play()
      }
    } catch let failure as Failure where failure.status == .files {
      // What was submitted goes on all the same.
      if (try? queue.trials().live.isEmpty) == false { collect(engine) }
      throw failure
    }
    display.show(outcome, folder, going: asksForSlurm ? " --engine slurm" : "")
    // What still waits and runs goes on, and somebody has to look at what it comes to.
    if case .interrupted = outcome.ending, queue.cancellation() == cancellation {
      collect(engine)
    } else {
      try SweepReport.write(in: folder, name: plan.experiment.name)
    }
    try Output.result(folder)
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }

  /// Seconds between two questions to the scheduler. Sites ask for half a minute at least; a scheduler of
  /// one's own may be asked more often.
  static var interval: Double {
    ProcessInfo.processInfo.environment["GAN_EXP_SLURM_POLL"].flatMap { Double($0) } ?? 30
  }
}
