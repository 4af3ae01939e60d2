import ArgumentParser
import Runner
import Spec

struct Trace: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes every draw, loss, gradient and parameter of the first rounds to one file.",
    discussion: "Another framework can replay it: see Tests/PyTorch/replay.py.")

  @OptionGroup var options: SpecOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var machine: MachineOptions

  @Option(help: ArgumentHelp("How many rounds.", valueName: "n")) var steps = 5
  @Option(name: .shortAndLong, help: ArgumentHelp("A safetensors file.", valueName: "file"))
  var output: String

  func validate() throws {
    guard steps >= 1 else { throw ValidationError("--steps takes a number from 1") }
  }

  func run() throws {
    try OutputKind.safetensors.check(output)
    let experiment = try options.load()
    let (program, training) = try experiment.prepared(data)
    let start = try program.start(data)
    Terminal.warn(start.warnings)
    try program.memoryNeed(sampleCount: training.sampleCount, held: training.counts)
      .require(in: experiment)
    try Failure.catching {
      try trace(
        program, data: training, backend: machine.backend(), rounds: steps, start: start, to: output
      )
    }
    try Output.result(output)
  }
}
