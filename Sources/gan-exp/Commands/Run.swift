import ArgumentParser
import Foundation
import Images
import ModelBuilder
import RunFormat
import Runner
import Spec

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains an experiment and leaves a result directory; prints its path.")

  @OptionGroup var options: SpecOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var machine: MachineOptions

  @Option(
    help: ArgumentHelp("Where NAME/TIME-DIGEST is made.", valueName: "dir"), completion: .directory)
  var results = "results"

  @OptionGroup var progress: ProgressOptions

  @Option(
    name: .customLong("sweep"),
    help: ArgumentHelp("One more axis: latent.size=[16,64,100].", valueName: "key=[values]"))
  var axes: [String] = []

  @Option(
    help: ArgumentHelp(
      "Plays it with so many seeds, the spec's and those after it, as a sweep.", valueName: "n"))
  var seeds: Int?

  @OptionGroup var sweeping: SweepRunOptions

  @Flag(
    help: """
      Makes a new directory for a sweep that has been begun before, each time it is said; `resume` \
      goes on in it.
      """)
  var fresh = false

  @Flag(
    help: "Prints what would be played, with time, disk and memory by rounds timed here, and stops."
  )
  var plan = false

  func validate() throws {
    if let seeds, !(1...10_000).contains(seeds) {
      throw ValidationError("--seeds takes how many, from 1 to 10000, not `\(seeds)`")
    }
    if seeds != nil, let set = options.overrides.first(where: { $0.hasPrefix("sweep.replicates=") })
    {
      throw ValidationError("--seeds and --set \(set) say the same: one of them is enough")
    }
    if seeds != nil, axes.contains(where: { $0.hasPrefix("seed=") }) {
      throw ValidationError(
        "--seeds and --sweep seed=… both choose the seeds: one of them is enough")
    }
  }

  /// What `--set` and `--seeds` say; a single seed makes no sweep, but one seed of each trial of one.
  private func overrides() throws -> [String] {
    guard let seeds else { return options.overrides }
    if seeds == 1, axes.isEmpty {
      let written = try loadSpec(options.spec, overrides: options.overrides, sweeps: []).get()
      if written.sweep == nil { return options.overrides }
    }
    return options.overrides + ["sweep.replicates=\(seeds)"]
  }

  func run() throws {
    let experiment = try loadSpec(options.spec, overrides: overrides(), sweeps: axes).get()
    if let sweep = experiment.sweep { return try run(experiment, sweep) }
    if sweeping.engine == .slurm {
      throw ValidationError(
        "--engine slurm plays the trials of a sweep, and the spec has none: `sweep: {replicates: 2}` is "
          + "one, and a single run goes into a job script of your own")
    }
    try sweeping.refuse(for: "the spec has none: `sweep: {replicates: 2}` is one")
    if sweeping.engine == nil, experiment.engine.slurm != nil {
      Terminal.error(
        "engine.slurm is for the trials of a sweep, and the spec has none: this run plays here")
    }
    if plan { return try show(experiment) }
    if let formats = experiment.declaredFormats { _ = try experiment.program(formats) }
    let setup = try experiment.setup(data, machine, results: results)
    Terminal.warn(setup.program.warnings + setup.start.warnings)
    if !machine.device.hasItsOwnMemory { try setup.requireMemory() }
    try progress.play(setup, in: results)
  }

  private func run(_ experiment: Experiment, _ sweep: SweepSection) throws {
    if plan, (sweep.combinations ?? .max) > SweepSection.limit {
      let count = sweep.combinations.map(String.init) ?? "more than 9·10¹⁸"
      try Output.line("\(count) trials, before `when` and `exclude`")
      return
    }
    let planned = try SweepPlan(experiment, sweep, data: data)
    Terminal.warn(planned.warnings)
    if planned.repeated > 0 {
      Terminal.error("\(planned.repeated) trials are the same as earlier ones and are left out")
    }
    if planned.missing > 0 {
      Terminal.error(
        "\(planned.missing) trials of the budget are not there: `exclude` takes nearly all draws")
    }
    try sweeping.check(trialCount: max(planned.trials.count, planned.searchedCount))
    try sweeping.checkEngine(experiment, sweep, submits: !plan)
    if plan { return try show(planned) }
    if !progress.quiet, let note = experiment.keepNote { Terminal.error(note) }
    let wanted = sweeping.sideBySide(planned, on: machine)
    let isHere = sweeping.chosenEngine(experiment) == .local
    if isHere, !machine.device.hasItsOwnMemory { try planned.requireMemory(jobs: wanted.jobs) }
    let context = try RunContext(
      programVersion: programVersion, numericsVersion: numericsVersion,
      device: machine.device.rawValue, threads: wanted.threads,
      libraries: machine.device.librariesOfSweep(), commandLine: CommandLine.arguments,
      dataFolders: experiment.specFolders + data.folders, programCommit: programCommit)
    let directory = try Failure.catching {
      try SweepDirectory.open(
        planned.trials, of: experiment, merged: sweep.mergedYAML, context: context,
        dataDigest: planned.dataDigest, results: results, fresh: fresh,
        searches: sweep.method == .tpe
      ).sweep
    }
    try sweeping.playToTheEnd(directory, planned, data, machine, progress, results: results)
  }

  private func show(_ plan: SweepPlan) throws {
    for trial in plan.trials {
      let set = trial.point.settings.map { "\($0.path)=\($0.text)" }
      let settings = set.isEmpty || trial.point.replicate > 0 ? set + ["seed=\(trial.seed)"] : set
      try Output.line("\(trial.name)  \(settings.joined(separator: "  "))")
    }
    if sweeping.chosenEngine(plan.experiment) == .slurm { return try showSubmission(plan) }
    let wanted = sweeping.sideBySide(plan, on: machine)
    let later = plan.sweep.combinations.map { $0 - plan.trials.count } ?? 0
    let chosen =
      plan.sweep.method == .tpe && later > 0 ? " and \(later) that the search chooses later" : ""
    try Output.line(
      "\(plan.trials.count) trials\(chosen), \(wanted.jobs) side by side with \(wanted.threads) "
        + "thread\(wanted.threads == 1 ? "" : "s") each")
    try showEstimate(plan, jobs: wanted.jobs, threads: wanted.threads)
    if let need = plan.largest { try Output.line("memory of a trial: \(need.words)") }
  }

  /// What a cluster would be given.
  private func showSubmission(_ plan: SweepPlan) throws {
    let begun = try Failure.catching {
      try fresh
        ? nil
        : SweepDirectory.find(
          plan.trials, of: plan.experiment, merged: plan.sweep.mergedYAML, results: results,
          searches: plan.sweep.method == .tpe)
    }
    // Numbered as they will be: what is new comes behind what is there.
    var trials = begun?.trials ?? []
    let known = Set(trials.map(\.identity))
    for trial in plan.trials where !known.contains(trial.identity) {
      trials.append(PlannedTrial(trial, at: trials.count))
    }
    let chosen = try sweeping.chosen()
    trials = trials.filter { chosen?.contains($0.index) ?? true }
    let done = try begun.map(ended) ?? []
    let failed = try sweeping.failed ? [:] : Failure.catching { try begun?.failures() ?? [:] }
    let over = Set(failed.keys).subtracting(done).intersection(trials.map(\.index))
    let forecast = SubmissionForecast(
      trials.map(\.index).filter { !done.contains($0) && !over.contains($0) },
      try SlurmSettings.of(plan.experiment), .current)
    let search =
      plan.sweep.method == .tpe ? "; the search chooses more while these run" : ""
    let failures = over.isEmpty ? "" : ", \(over.count) failed before (--failed submits them again)"
    try Output.line(
      "\(trials.count) trials, \(trials.count { done.contains($0.index) }) done\(failures)\(search)"
    )
    try Output.line(forecast.words)
    if let begun {
      try Output.line("into \(begun.path); what waits or runs there is not submitted again")
    }
    if let need = plan.largest { try Output.line("memory of a trial: \(need.words)") }
  }

  /// The trials that have come to their end.
  private func ended(_ sweep: SweepDirectory) throws -> Set<Int> {
    let trials = try Failure.catching {
      try sweep.trials.filter { trial in
        if case .ended = try Standing(of: sweep.folder(trial)) { true } else { false }
      }
    }
    return Set(trials.map(\.index))
  }
}

/// What is said while a run plays.
struct ProgressOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but errors and the result.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say each row, picture and checkpoint.")
  var verbose = false

  @Flag(
    name: .customLong("no-notify"),
    help: "Runs no program at the end, whatever the file's `notify` says.")
  var noNotify = false

  /// Plays a run, prints its directory and its last picture, says what can be done with it, and ends with its
  /// exit code.
  ///
  /// - Parameter results: where names on the command line are looked for.
  func play(_ setup: RunSetup, in results: String) throws {
    let experiment = setup.program.experiment
    let notifier = notifier(of: experiment)
    Interrupts.install()
    let display = ProgressDisplay(
      style: ProgressDisplay.style(quiet: quiet), verbose: verbose, put: Terminal.put)
    let outcome = try Failure.catching { try train(setup, watch: display.show) }
    if let picture = outcome.picture, !quiet { Terminal.error("samples: \(picture)") }
    try Output.result(outcome.directory)
    if !quiet { WhatNext(results: results).say(ofRun: outcome.directory) }
    notifier?.tell(of: outcome, experiment)
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }
}

extension Experiment {
  /// Everything a run of this needs, or exit 3 or 4.
  ///
  /// - Parameter begins: whether it starts from weights where the spec names some, and not from a
  ///   checkpoint of its own.
  func setup(
    _ data: DataOptions, _ machine: MachineOptions, results: String, begins: Bool = true
  ) throws -> RunSetup {
    let (program, training) = try prepared(data)
    let start = begins ? try program.start(data) : StartingWeights()
    let context = try RunContext(
      programVersion: programVersion, numericsVersion: numericsVersion,
      device: machine.device.rawValue, threads: machine.threadCount,
      libraries: machine.device.libraries(), commandLine: CommandLine.arguments,
      dataFolders: specFolders + data.folders, programCommit: programCommit)
    return try RunSetup(
      program: program, data: training, backend: machine.backend(), results: results,
      context: context, start: start)
  }

  /// Folders of the files that say where data lie, beside which these are looked for: whoever goes on looks there too.
  var specFolders: [String] {
    storedSources.compactMap { $0.source.specFolder }.reduce(into: []) { folders, folder in
      if !folders.contains(folder) { folders.append(folder) }
    }
  }

  /// The program and its data, read, checked and scaled; or exit 3 or 4.
  func prepared(
    _ data: DataOptions
  ) throws -> (program: TrainingProgram, data: TrainingSources) {
    let loaded = try loadData(data)
    let program = try program(loaded.formats)
    let count = try loaded.sampleCount(of: program)
    if let problems = program.problems(sampleCount: count) { throw Failure.spec(problems) }
    return (program, try loaded.training(of: program))
  }
}

extension TrainingProgram {
  /// What its networks begin as, or exit 3 or 4.
  func start(_ data: DataOptions) throws(Failure) -> StartingWeights {
    do throws(StartError) {
      return try StartingWeights(of: self, folders: data.folders)
    } catch {
      throw .start(error)
    }
  }
}

extension Failure {
  static func start(_ error: StartError) -> Failure {
    Failure(
      status: error.isOfFiles ? .files : .spec,
      message: error.diagnostics.rendered(colour: Terminal.showsColour))
  }
}
