import ArgumentParser
import Foundation
import RunFormat

@main
struct GanExp: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gan-exp",
    abstract: "Runs GAN experiments: one YAML file in, one result directory out.",
    discussion: """
      First steps:
        gan-exp run experiments/quickstart.yaml   train; it names its pictures
        gan-exp describe experiments/gan.yaml     a file, layer by layer
        gan-exp layers                            every layer, with its keys
        gan-exp new mine --from dcgan --data photos/   a file for your pictures

      Exit codes:
        0  ok                   4  data, file or disk
        1  internal error       6  diverged
        2  command line         7  held by a living process
        3  experiment file      8  checkpoint damaged
        5  a trial failed       9  budget over before any result
        75 guards.max_time is over: saved, `resume` goes on
        76 held by a worker     77 superseded by another process
        129, 130, 143  interrupted and saved
      """,
    version: versionLine,
    subcommands: [
      New.self, Run.self, Resume.self, Worker.self, Status.self, Cancel.self, Collect.self,
      Validate.self,
      Describe.self, Sample.self, Animate.self,
      Trace.self, Profile.self, List.self, Show.self, WatchRuns.self, Compare.self, Metrics.self,
      Diff.self, WriteReport.self,
      Note.self, Tag.self, DiskUsage.self, Prune.self, Remove.self,
      Data.self,
      Layers.self,
      Doctor.self, ShowVersion.self,
      Schema.self, Reference.self, Benchmark.self,
    ])

  static func main() {
    ThreadWaiting.settle()
    // Whose reader goes away hears of it where it writes.
    signal(SIGPIPE, SIG_IGN)
    // Beyond a limit on the size of files a write fails, and says so, as on a full disk.
    signal(SIGXFSZ, SIG_IGN)
    do {
      try answer()
    } catch is Output.Closed {
      // As a program that the signal ends.
      Foundation.exit(128 + SIGPIPE)
    } catch let failure as Failure {
      Terminal.error(failure.message)
      Foundation.exit(failure.status.rawValue)
    } catch let code as ExitCode {
      Foundation.exit(code.rawValue)
    } catch {
      let text = UnknownOption.explained(
        fullMessage(for: error), words: Array(CommandLine.arguments.dropFirst()))
      if !text.isEmpty { Terminal.error(text.replacing(/^Error:/, with: "error:")) }
      Foundation.exit(ExitStatus.commandLine.rawValue)
    }
  }

  /// Does what the command line says.
  private static func answer() throws {
    do {
      try refuseUnknownCommand(Array(CommandLine.arguments.dropFirst()))
      var command = try parseAsRoot()
      try command.run()
    } catch  where !(error is Failure) && !(error is ExitCode) && exitCode(for: error).isSuccess {
      // Help and the version are thrown.
      let text = fullMessage(for: error)
      if !text.isEmpty { try Output.line(text) }
    }
  }
}
