import ArgumentParser
import Foundation
import RunFormat
import Runner
import Spec

struct Worker: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs one trial of a sweep; what local processes and cluster jobs start.",
    discussion: "A finished trial ends with 0 at once, one that a living worker holds with 76.")

  @Option(help: ArgumentHelp("The sweep's directory.", valueName: "dir"))
  var sweep: String

  @Option(help: "Which trial, counted from 0.")
  var index: Int

  @Option(
    name: .customLong("lost-after"),
    help: ArgumentHelp("Silence after which another worker counts as lost.", valueName: "seconds"))
  var lostAfter = RunClaim.lostAfter

  /// Who started this; without that process the trial is saved and left.
  @Option(help: .hidden) var parent: Int32?

  /// `slurm`: it is a task of a job array, and is asked to stop as such.
  @Option(help: .hidden) var engine: EngineChoice?
  @Option(help: .hidden) var requeues = 50
  @Flag(name: .customLong("no-notify"), help: .hidden) var noNotify = false

  @OptionGroup var data: DataOptions
  @OptionGroup var machine: MachineOptions

  func run() throws {
    // A sweep that is asked to stop asks its workers, however far they are.
    let task = engine == .slurm ? ClusterTask.current : nil
    if task == nil { Interrupts.endAtOnce() } else { Interrupts.installInJob() }
    let directory = try Failure.catching { try SweepDirectory(reading: sweep) }
    guard directory.trials.indices.contains(index) else {
      throw ValidationError("--index \(index): the trials are 0 to \(directory.trials.count - 1)")
    }
    let trial = directory.trials[index]
    let folder = directory.folder(trial)
    let standing = try Failure.catching { () throws(RunError) in
      try task == nil
        ? Standing(of: folder, lostAfter: lostAfter)
        : ClaimWatch(of: folder, lostAfter: lostAfter).outcome { Interrupts.pending != 0 }
    }
    if let task, Interrupts.pending != 0, case .held = standing { throw leave(trial, to: task) }
    switch standing {
    // Of a sweep that asks, another process has been there first.
    case .ended: if parent == nil { return } else { throw ExitCode(ExitStatus.held.rawValue) }
    case .held: throw ExitCode(ExitStatus.held.rawValue)
    case .open: break
    }
    let base = try loadSpec(sweep + "/resolved.yaml", overrides: []).get()
    guard let section = base.sweep else {
      throw Failure(status: .files, message: "error: \(sweep)/resolved.yaml: no sweep in it")
    }
    let experiment: Experiment
    do throws(Diagnostics) {
      experiment = try section.experiment(at: trial.point, seed: base.seed)
    } catch {
      throw Failure.spec(error)
    }
    let begins = try Failure.catching { try !hasCheckpoint(run: folder) }
    var setup = try experiment.setup(
      data.goingOn(in: sweep, says: false), machine, results: sweep, begins: begins)
    setup.directory = folder
    setup.leavesEnded = true
    setup.specText = experiment.resolvedYAML(comments: false)
    setup.lostAfter = lostAfter
    if let rule = section.earlyStopping, let objective = experiment.metrics?.objective {
      setup.stopEarly = { () throws(RunError) in
        try directory.reasonToStop(trial, by: rule, objective)
      }
    }
    setup.interrupt = { [parent] in
      if let parent, getppid() != parent { return SIGTERM }
      return Interrupts.pending
    }
    let own = PlannedTrial(
      index: index, point: trial.point, experiment: experiment, dataDigest: setup.inputDigest,
      numericsVersion: numericsVersion)
    // Whoever has begun has been the trial of the plan, and its weights need not be there any more.
    let startsFromWeights = experiment.game.networks.contains { $0.weights != nil }
    guard own.identity == trial.identity || (!begins && startsFromWeights) else {
      throw Failure(
        status: .files,
        message: "error: \(folder): the data or the program are not those of the plan")
    }
    if task == nil { Interrupts.install() }
    do {
      let outcome = try train(setup)
      if let section = experiment.notify, section.tellsTrials, !noNotify {
        Notifier(section, environment: ProcessInfo.processInfo.environment.pairs)
          .tell(of: outcome, experiment, kind: "trial")
      }
      if let task, case .interrupted = outcome.ending {
        throw leave(trial, to: task)
      }
      if let message = outcome.message { Terminal.error(message) }
      if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
    } catch RunError.locked {
      throw ExitCode(ExitStatus.held.rawValue)
    } catch let error as RunError {
      throw Failure(status: error.exitStatus, message: "error: \(error)")
    }
  }

  /// Puts a task that was asked to stop into the queue again, where that is for it to do, and says so.
  private func leave(_ trial: PlannedTrial, to task: ClusterTask) -> ExitCode {
    let client = SlurmClient(environment: ProcessInfo.processInfo.environment, patience: 20)
    Terminal.error("\(trial.name): \(Requeue(task, limit: requeues, client).words)")
    return ExitCode(ExitStatus.saved.rawValue)
  }
}
