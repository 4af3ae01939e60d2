import ArgumentParser
import Foundation
import RunFormat
import Runner
import Spec

/// How a sweep is run, besides what its file says.
struct SweepRunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Trials side by side; auto: as many as are fastest.", valueName: "n|auto"))
  var jobs = "auto"

  @Option(help: ArgumentHelp("Runs these trials only: 3,7-9.", valueName: "trials"))
  var only: String?

  @Flag(help: "Shares a sweep that another process is running.")
  var join = false

  @Flag(help: "Runs the trials again that have failed.")
  var failed = false

  @Option(
    help: ArgumentHelp(
      "What plays the trials: this machine, or a cluster. Else what the file's `engine` says.",
      valueName: "local|slurm"))
  var engine: EngineChoice?

  @Flag(help: "On a cluster: waits until all is over, and shows how it goes.")
  var wait = false

  /// What is said of trials, for whoever has a single run: it would change nothing.
  ///
  /// - Throws: exit 2.
  func refuse(for what: String) throws {
    let said = [
      ("--jobs", jobs != "auto"), ("--only", only != nil), ("--join", join), ("--failed", failed),
      ("--wait", wait),
    ].filter(\.1).map(\.0)
    guard !said.isEmpty else { return }
    throw ValidationError(
      "\(said.joined(separator: ", ")): for the trials of a sweep, and \(what)")
  }

  func validate() throws {
    if jobs != "auto", (Int(jobs).map { (1...1024).contains($0) }) != true {
      throw ValidationError("--jobs takes auto or a number from 1 to 1024, not `\(jobs)`")
    }
    _ = try chosen()
  }

  func chosen() throws -> Set<Int>? {
    guard let only else { return nil }
    var found: Set<Int> = []
    for part in only.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1],
        low >= 0, low <= high, high < 1_000_000
      else { throw ValidationError("--only takes trials such as 3,7-9, not `\(only)`") }
      found.formUnion(low...high)
    }
    return found
  }

  /// Whether there are the trials that `--only` names.
  func check(trialCount count: Int) throws {
    guard let last = try chosen()?.max(), last >= count else { return }
    throw ValidationError(
      "--only \(only ?? ""): this sweep has \(count) trials, 0 to \(count - 1); there is no \(last)"
    )
  }

  /// How many trials side by side, with how many threads each: on a plugin's device one a card, if nobody says otherwise.
  func sideBySide(_ plan: SweepPlan, on machine: MachineOptions) -> (jobs: Int, threads: Int) {
    let device = machine.device
    let count = max(1, plan.trials.count, plan.searchedCount)
    let wanted = Int(jobs) ?? (device.isPlugin ? device.cards.count : nil)
    return plan.jobs(wanted.map { min($0, count) }, threads: machine.threads)
  }

  /// Plays a sweep, tells whom its file names, and ends with its exit code.
  func play(
    _ directory: SweepDirectory, _ plan: SweepPlan, _ data: DataOptions,
    _ machine: MachineOptions, _ progress: ProgressOptions
  ) throws {
    // Who only shares a sweep leaves that to the one whose it is.
    let notifier = join ? nil : progress.notifier(of: plan.experiment)
    let isLeft = chosenEngine(plan.experiment) == .slurm && !wait
    do {
      try playAll(directory, plan, data, machine, progress)
    } catch let code as ExitCode {
      if !isLeft { notifier?.tell(of: directory.path, plan.experiment, code.rawValue) }
      throw code
    } catch let failure as Failure {
      if !isLeft, failure.status != .commandLine, failure.status != .locked {
        notifier?.tell(
          of: directory.path, plan.experiment, failure.status.rawValue, failure.message)
      }
      throw failure
    }
    if !isLeft { notifier?.tell(of: directory.path, plan.experiment, 0) }
  }

  private func playAll(
    _ directory: SweepDirectory, _ plan: SweepPlan, _ data: DataOptions,
    _ machine: MachineOptions, _ progress: ProgressOptions
  ) throws {
    let quiet = progress.quiet
    try check(trialCount: max(directory.trials.count, plan.trials.count, plan.searchedCount))
    var options = SweepOptions()
    let section = plan.sweep
    let wanted = sideBySide(plan, on: machine)
    let search = try plan.search()
    options.objective = plan.experiment.metrics?.objective
    options.only = try chosen()
    options.joins = join
    options.retriesFailed = failed
    options.retries = section.retries
    options.stopAfter = section.stopAfter
    options.budgetSeconds = section.budgetSeconds
    options.leastFree = plan.experiment.guards.minFreeDiskBytes
    var arguments = ["--device", machine.device.rawValue]
    if !machine.device.isPlugin { arguments += ["--threads", String(wanted.threads)] }
    if let folder = data.dataDir { arguments += ["--data-dir", folder] }
    if progress.noNotify { arguments += ["--no-notify"] }
    if chosenEngine(plan.experiment) == .slurm {
      var place = directory
      place = try Failure.catching {
        try SweepDirectory(reading: PlainFiles.absolute(directory.path) ?? directory.path)
      }
      let settings = try SlurmSettings.of(plan.experiment)
      let play = SlurmPlay(
        directory: place, plan: plan, settings: settings, options: options,
        arguments: try workerArguments(data, machine, cores: settings.cpus)
          + (progress.noNotify ? ["--no-notify"] : []),
        tells: plan.experiment.notify != nil && !progress.noNotify, quiet: quiet)
      if wait { return try play.wait(program: OwnProgram.file) }
      return try play.submit(program: OwnProgram.file)
    }
    let engine = LocalEngine(
      program: OwnProgram.image, name: OwnProgram.file, arguments: arguments, sweep: directory.path,
      jobs: wanted.jobs,
      places: try machine.device.places(jobs: wanted.jobs))
    Interrupts.install()
    let display = SweepDisplay(style: ProgressDisplay.style(quiet: quiet), put: Terminal.put)
    let outcome = try Failure.catching {
      var run = SweepRun(directory, engine: engine, options, search: search, watch: display.show)
      return try run.play()
    }
    display.show(outcome, directory.path)
    try Output.result(directory.path)
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }

  /// What plays the trials: what is asked for, else what the file says.
  func chosenEngine(_ experiment: Experiment) -> EngineChoice {
    engine ?? (experiment.engine.slurm == nil ? .local : .slurm)
  }

  /// Whether what is asked for can be had, before anything is made.
  ///
  /// - Parameter submits: whether Slurm's commands are needed.
  /// - Throws: exit 2 for a search that nobody waits for and for what only the other engine does, 4 where Slurm's
  ///   commands are not there.
  func checkEngine(
    _ experiment: Experiment, _ sweep: SweepSection, submits: Bool = true
  ) throws {
    guard chosenEngine(experiment) == .slurm else {
      if wait {
        throw ValidationError(
          "--wait is for a cluster: on this machine a sweep is always waited for")
      }
      return
    }
    if jobs != "auto" {
      throw ValidationError(
        "--jobs is for this machine: on a cluster `engine.slurm.at_once` says how many go at once")
    }
    if join {
      throw ValidationError(
        "--join is for this machine: on a cluster each trial is a job of its own, and what waits or runs "
          + "is not submitted again")
    }
    if sweep.method == .tpe, !wait {
      throw ValidationError(
        "a search chooses its trials while others run: on a cluster it needs --wait, in a shell that "
          + "stays (tmux, or a job of its own)")
    }
    // Before anything is made.
    _ = try SlurmSettings.of(experiment)
    if submits { try Failure.catching { try SlurmClient.current.requireCommands() } }
  }

  /// On a node a worker uses the cores that its task is given.
  private func workerArguments(
    _ data: DataOptions, _ machine: MachineOptions, cores: Int?
  ) throws -> [String] {
    var arguments = ["--device", machine.device.rawValue]
    if !machine.device.isPlugin, let threads = machine.threads ?? cores {
      arguments += ["--threads", String(threads)]
    }
    if let folder = data.dataDir {
      arguments += ["--data-dir", PlainFiles.absolute(folder) ?? folder]
    }
    if let folder = data.cacheDir { arguments += ["--cache-dir", folder] }
    return arguments
  }
}
