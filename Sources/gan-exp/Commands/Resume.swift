import ArgumentParser
import Foundation
import Runner
import Spec

struct Resume: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Continues a run or a sweep from its directory alone; prints its path.",
    discussion: """
      What comes out is what would have come out had the run never stopped. `run` always makes a
      new directory; only `resume` goes on in one.
      """)

  @Argument(
    help: ArgumentHelp("A folder, the beginning of an id, @last or @best.", valueName: "run"),
    completion: .directory)
  var reference: String

  @Option(
    help: ArgumentHelp(
      "Makes it longer: length='400 epochs'. A finished run goes on.", valueName: "length=…"))
  var extend: [String] = []

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Changes one value of record or guards: record.checkpoint.every='1 epochs'.",
      valueName: "key=value"))
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
    if FileManager.default.fileExists(atPath: reference + "/plan.jsonl") {
      return try resumeSweep(reference)
    }
    let directory = try results.directory(reference)
    let changes = extend.map { "schedule.\($0)" } + overrides
    if case .ended(let state, let step, let reason) = try Failure.catching({
      try Standing(of: directory)
    }), changes.isEmpty {
      try say(directory, state, step, reason)
      return
    }
    let experiment = try loadSpec(directory + "/resolved.yaml", overrides: changes).get()
    var setup = try experiment.setup(data, machine, results: directory)
    setup.directory = directory
    try progress.play(setup)
  }

  private func resumeSweep(_ directory: String) throws {
    guard extend.isEmpty, overrides.isEmpty else {
      throw ValidationError("a sweep is continued as it was planned: without --extend and --set")
    }
    let experiment = try loadSpec(directory + "/resolved.yaml", overrides: []).get()
    let planned = try Failure.catching { try SweepDirectory(reading: directory) }
    guard let sweep = experiment.sweep else {
      throw Failure(
        status: .files, message: "error: \(directory)/resolved.yaml: no sweep in it")
    }
    let plan = try SweepPlan(experiment, sweep, data: data)
    guard plan.trials == planned.trials else {
      throw Failure(
        status: .files,
        message: "error: \(directory): the data or the program are not those of the plan")
    }
    try sweeping.play(
      planned, plan.jobs(Int(sweeping.jobs), threads: machine.threads), sweep, data, machine,
      quiet: progress.quiet)
  }

  /// What has come to its end needs no more work.
  private func say(
    _ directory: String, _ state: String, _ step: Int, _ reason: String?
  ) throws {
    let why = reason.map { ": \($0)" } ?? ""
    Terminal.error(
      "\(directory): \(state) at step \(step)\(why); nothing to do "
        + "(--extend length='400 epochs' makes it longer)")
    print(directory)
    if state == "diverged" { throw ExitCode(ExitStatus.diverged.rawValue) }
  }
}
