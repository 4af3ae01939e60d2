import ArgumentParser
import Foundation
import Images
import ModelBuilder
import Runner
import Spec

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Trains an experiment and leaves a result directory; prints its path.")

  @OptionGroup var options: SpecOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var machine: MachineOptions

  @Option(help: ArgumentHelp("Where NAME/TIME-DIGEST is made.", valueName: "dir"))
  var results = "results"

  @OptionGroup var progress: ProgressOptions

  func run() throws {
    let experiment = try options.load()
    try refuseSweep(experiment)
    if let format = experiment.declaredFormat { _ = try experiment.program(format) }
    try progress.play(try experiment.setup(data, machine, results: results))
  }

  private func refuseSweep(_ experiment: Experiment) throws {
    guard let sweep = experiment.sweep else { return }
    throw Failure.spec(
      Diagnostics([
        Diagnostic(
          "this version runs single experiments, and `sweep` makes many", at: sweep.origin,
          notes: [
            "delete `sweep` and choose values with --set: \(sweep.axes.joined(separator: ", "))"
          ])
      ]))
  }
}

/// What is said while a run plays.
struct ProgressOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but errors and the result.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say each row, picture and checkpoint.")
  var verbose = false

  /// Plays a run, prints its directory and its last picture, and ends with its exit code.
  func play(_ setup: RunSetup) throws {
    // When a reader of what is said (`| tee`, `| head`) goes away, the run does not.
    signal(SIGPIPE, SIG_IGN)
    Interrupts.install()
    let display = ProgressDisplay(style: ProgressDisplay.style(quiet: quiet), verbose: verbose)
    let outcome = try Failure.catching { try train(setup, watch: display.show) }
    print(outcome.directory)
    if let picture = outcome.picture { print(picture) }
    if outcome.exitCode != 0 { throw ExitCode(outcome.exitCode) }
  }
}

extension Experiment {
  /// Everything a run of this needs, or exit 3 or 4.
  func setup(_ data: DataOptions, _ machine: MachineOptions, results: String) throws -> RunSetup {
    let (program, training) = try prepared(data.folders)
    let context = RunContext(
      programVersion: programVersion, numericsVersion: numericsVersion,
      device: machine.device.rawValue, threads: machine.threadCount,
      libraries: machine.device.libraries, commandLine: CommandLine.arguments)
    return RunSetup(
      program: program, data: training, backend: machine.backend, results: results,
      context: context)
  }

  /// The program and its data, read, checked and scaled; or exit 3 or 4.
  func prepared(_ folders: [String]) throws -> (program: TrainingProgram, data: TrainingData) {
    let set = try loadData(folders)
    let images = prepare(set, size: data.size, range: data.range)
    let program = try program(
      ImageFormat(channels: images.channels, height: images.height, width: images.width))
    let training = try Failure.catching {
      try TrainingData(set, images: images, labels: labels)
    }
    return (program, training)
  }
}
