import ArgumentParser
import Foundation

@main
struct GanExp: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gan-exp",
    abstract: "Runs GAN experiments: one YAML file in, one result directory out.",
    discussion: """
      First steps:
        gan-exp run experiments/quickstart.yaml      train, and look at the pictures it names
        gan-exp describe experiments/gan.yaml        what a file means, layer by layer
        gan-exp layers                               every layer, with its keys

      Exit codes: 0 ok, 1 internal error, 2 command line, 3 spec, 4 data, file or disk,
      5 finished but a trial failed, 6 diverged, 7 locked by a living process, 8 checkpoint damaged,
      9 budget ran out before any result, 76 held by a living worker, 77 superseded,
      130 and 143 interrupted (saved).
      """,
    version: programVersion,
    subcommands: [
      Run.self, Resume.self, Worker.self, Validate.self, Describe.self, Sample.self, Trace.self, Data.self, Layers.self,
      Schema.self, Reference.self, Benchmark.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      Terminal.error(failure.message)
      Foundation.exit(failure.status.rawValue)
    } catch let code as ExitCode {
      Foundation.exit(code.rawValue)
    } catch {
      let code = exitCode(for: error)
      let text = fullMessage(for: error)
      if code.isSuccess {
        if !text.isEmpty { print(text) }
        Foundation.exit(0)
      }
      if !text.isEmpty { Terminal.error(text) }
      Foundation.exit(ExitStatus.commandLine.rawValue)
    }
  }
}
