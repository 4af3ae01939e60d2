import ArgumentParser
import Foundation
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

  /// Plays a sweep and ends with its exit code.
  func play(
    _ directory: SweepDirectory, _ plan: SweepPlan, _ data: DataOptions,
    _ machine: MachineOptions, quiet: Bool
  ) throws {
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
    let engine = LocalEngine(
      program: Self.program, arguments: arguments, sweep: directory.path, jobs: wanted.jobs,
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

  private static var program: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? Bundle.main.executablePath ?? CommandLine.arguments[0]
  }
}
