import ArgumentParser
import Foundation
import RunFormat
import Runner
import Spec

struct Resume: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Continues a run or a sweep from its directory alone; prints its path.",
    discussion: """
      What comes out is what would have come out had the run never stopped. `run` always makes a
      new directory; only `resume` goes on in one. @last is what was begun last: a run, or a whole
      sweep.
      """)

  @Argument(
    help: ArgumentHelp(
      "A run or a sweep: a folder, the beginning of an id, @last or @best.", valueName: "run"),
    completion: Completions.runs)
  var reference: String

  @Option(
    help: ArgumentHelp(
      "Makes it longer: length='400 epochs'. A finished run goes on.", valueName: "length=…"))
  var extend: [String] = []

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Changes one value of record or guards: record.checkpoint.every='1 epochs'.",
      valueName: "key=value"), completion: Completions.settings)
  var overrides: [String] = []

  @OptionGroup var results: ResultsOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var machine: MachineOptions
  @OptionGroup var progress: ProgressOptions
  @OptionGroup var sweeping: SweepRunOptions

  func validate() throws {
    if let wrong = extend.first(where: { !$0.hasPrefix("length=") }) {
      throw ValidationError("--extend takes length='400 epochs', not `\(wrong)`")
    }
  }

  func run() throws {
    let directory: String
    switch try results.find(reference) {
    case .sweep(let sweep): return try resumeSweep(sweep.path)
    case .run(let path): directory = path
    }
    try sweeping.refuse(for: "\(reference) is a single run")
    if sweeping.engine == .slurm {
      throw ValidationError(
        "--engine slurm and --wait are for sweeps, and \(reference) is a single run: it goes into a job "
          + "script of your own")
    }
    let changes = extend.map { "schedule.\($0)" } + overrides
    if case .ended(let state, let step, let reason) = try Failure.catching({
      try Standing(of: directory)
    }), changes.isEmpty {
      try say(directory, state, step, reason)
      return
    }
    try Failure.catching { try requireWholeCheckpoint(of: directory) }
    let experiment = try readSpec(directory + "/resolved.yaml", overrides: changes)
      .mapError(Failure.spec).get()
    try experiment.refuseOverridesWithoutEffect()
    Terminal.warn(experiment.warnings)
    var setup = try experiment.setup(
      data.goingOn(in: directory, says: true), machine, results: directory,
      begins: try Failure.catching { try !hasCheckpoint(run: directory) })
    try experiment.refuseOverridesWithoutEffect(setup.program.warnings)
    Terminal.warn(setup.start.warnings)
    setup.directory = directory
    if !machine.device.hasItsOwnMemory { try setup.requireMemory() }
    try progress.play(setup, in: results.results)
  }

  private func resumeSweep(_ directory: String) throws {
    guard overrides.allSatisfy({ $0.hasPrefix("engine.") }) else {
      throw ValidationError(
        "a sweep is continued as it was planned: --set takes keys of `engine` only, what its trials ask of "
          + "a cluster")
    }
    let data = data.goingOn(in: directory, says: true)
    var planned = try Failure.catching { try SweepDirectory(reading: directory) }
    let (experiment, sweep) = try spec(of: directory, changes: overrides)
    try sweeping.checkEngine(experiment, sweep)
    let points = planned.trials.map(\.point)
    var plan = try SweepPlan(experiment, sweep, data: data, recorded: points)
    guard plan.trials.map(\.identity) == planned.trials.map(\.identity) else {
      throw try refusal(directory, sweep.mergedYAML)
    }
    let isHere = sweeping.chosenEngine(experiment) == .local
    if isHere, !machine.device.hasItsOwnMemory {
      try plan.requireMemory(jobs: sweeping.sideBySide(plan, on: machine).jobs)
    }
    if !extend.isEmpty {
      if !isHere { try requireNobody(at: planned) }
      let (longer, section) = try spec(
        of: directory, changes: extend.map { "schedule.\($0)" } + overrides)
      try checkLonger(longer.schedule.length, than: experiment.schedule.length, section)
      plan = try SweepPlan(longer, section, data: data, recorded: points)
      let trials = plan.trials
      try Failure.catching { try planned.lengthen(trials, merged: section.mergedYAML) }
    }
    try sweeping.playToTheEnd(planned, plan, data, machine, progress, results: results.results)
  }

  /// Whether no trial is in anybody's hands: a worker plays the length that it found when it began.
  ///
  /// - Throws: exit 7.
  private func requireNobody(at sweep: SweepDirectory) throws {
    let (states, tasks) = try Failure.catching {
      let place = PlainFiles.absolute(sweep.path) ?? sweep.path
      let tasks = try SlurmQueue(.current, sweep: place).trials()
      return (try sweep.states(knowing: tasks), tasks)
    }
    let count = zip(sweep.trials, states).count { trial, state in
      state == .held || tasks[trial.index]?.isLive == true
    }
    guard count > 0 else { return }
    throw Failure(
      status: .locked,
      message:
        "error: \(count) trials wait or run on the cluster, which would end at the old length\n"
        + "  = gan-exp cancel \(sweep.path.shellWord), and the same again when they are saved")
  }

  private func spec(
    of directory: String, changes: [String]
  ) throws -> (Experiment, SweepSection) {
    let experiment = try loadSpec(directory + "/resolved.yaml", overrides: changes).get()
    guard let sweep = experiment.sweep else {
      throw Failure(
        status: .files, message: "error: \(directory)/resolved.yaml: no sweep in it")
    }
    return (experiment, sweep)
  }

  /// Why the trials are no longer those of the plan: a key of the spec, or what it is played with.
  private func refusal(_ directory: String, _ merged: String) throws -> Failure {
    let begun = try Failure.catching { try SweepDirectory(reading: directory).begunSpec() }
    let changes = begun.flatMap { try? SpecChange.between($0, merged) } ?? []
    if changes.isEmpty {
      return Failure(
        status: .files,
        message: "error: \(directory): the data or the program are not those of the plan")
    }
    return Failure(
      status: .spec, message: "error: \(RunError.sweepChanged(path: directory, changes))")
  }

  private func checkLonger(
    _ new: TrainingLength, than old: TrainingLength, _ sweep: SweepSection
  ) throws {
    if sweep.axes.contains("schedule.length") {
      throw ValidationError("schedule.length is an axis of this sweep: add a value to it instead")
    }
    switch (old, new) {
    case (.epochs(let before), .epochs(let after)) where after > before: return
    case (.steps(let before), .steps(let after)) where after > before: return
    case (.images(let before), .images(let after)) where after > before: return
    case (.epochs, _), (.steps, _), (.images, _):
      throw ValidationError(
        "--extend takes a greater length, in the sweep's own unit (epochs, steps or images)")
    }
  }

  /// What has come to its end needs no more work.
  private func say(
    _ directory: String, _ state: String, _ step: Int, _ reason: String?
  ) throws {
    let why = reason.map { ": \($0)" } ?? ""
    let isWhole = (try? requireWholeCheckpoint(of: directory)) != nil
    Terminal.error(
      "\(directory): \(state) at step \(step)\(why); nothing to do "
        + (isWhole
          ? "(--extend length='400 epochs' makes it longer)"
          : "(the state of its optimizers was dropped: it can be sampled from, and not made longer)")
    )
    try Output.result(directory)
    if state == "diverged" { throw ExitCode(ExitStatus.diverged.rawValue) }
  }
}
