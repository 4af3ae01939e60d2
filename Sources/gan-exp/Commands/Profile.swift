import ArgumentParser
import CPUBackend
import Foundation
import Results
import RunFormat
import Runner
import Spec

extension CPUBackend.InstructionSet: ExpressibleByArgument {}

struct Profile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Where the time of a round goes: a row a step, and what the processor could do.",
    discussion: """
      Plays rounds on made-up samples. Times are the least of all rounds. FLOP are those of an \
      operation's definition; a convolution that makes do with fewer may come out above 100 % of the \
      limit. The limit of a step is what its FLOP or its bytes take at the rates that are measured \
      before the first round.
      """)

  @OptionGroup var options: SpecOptions
  @OptionGroup var data: DataOptions
  @OptionGroup var machine: MachineOptions
  @Option(help: ArgumentHelp("Rounds that are timed.", valueName: "n")) var rounds = 10
  @Option(help: ArgumentHelp("Rounds before them that are not.", valueName: "n")) var warmUp = 3
  @Option(help: "Vector instructions, where fewer than this processor's are to be used.")
  var vectors: CPUBackend.InstructionSet?
  @Option(
    help: ArgumentHelp("Write a round for Perfetto or chrome://tracing.", valueName: "file"))
  var chrome: String?
  @Flag(help: "Print JSON on stdout.") var json = false

  func validate() throws {
    guard rounds >= 1 else { throw ValidationError("--rounds takes a number from 1") }
    guard warmUp >= 0 else { throw ValidationError("--warm-up takes a number from 0") }
    guard machine.device == .cpu else {
      throw ValidationError("profile times the steps of --device cpu; others have none")
    }
  }

  func run() throws {
    if let chrome { try OutputKind.json.check(chrome) }
    let experiment = try options.load()
    let (program, samples) = try experiment.onMadeUpSamples(experiment.formats(data))
    if let vectors, !vectors.useForAll() {
      throw ValidationError("--vectors \(vectors.rawValue): this processor has none of these")
    }
    let threads = machine.threadCount
    let profiler = Profiler()
    let report = try Failure.catching {
      let limits = try MachineLimits.measured(threads: threads)
      let times = try roundTimes(
        program, data: samples, backend: CPUBackend(threads: threads, profiler: profiler),
        rounds: rounds, warmUp: warmUp, begin: profiler.restart)
      return ProfileReport(
        name: experiment.name, vectors: CPUBackend.InstructionSet.used.rawValue, threads: threads,
        rounds: rounds, limits: limits,
        graphs: zip(times.graphs, profiler.profiles).filter { $0.1.executions > 0 }.map {
          moves, execution in
          ProfileReport.Graph(
            moves: moves, plays: execution.executions / times.seconds.count, execution: execution)
        })
    }
    if let chrome {
      try Failure.catching { try writeFile(report.chromeTrace.fileBytes, to: chrome) }
    }
    if json {
      try Output.line(report.json.text)
    } else {
      try Output.table(report.text(width: Terminal.tableWidth))
    }
  }
}
