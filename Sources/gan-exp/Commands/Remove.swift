import ArgumentParser
import Foundation
import Results
import RunFormat

struct Remove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Removes a run, after asking; never one that is running.")

  @Argument(help: "Folders of runs, or beginnings of their ids.")
  var references: [String]
  @OptionGroup var results: ResultsOptions

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  func run() throws {
    // All of them are looked at before the first is gone.
    let runs = try references.map(results.run)
    let removals = try Failure.catching { try runs.map { try Removal(of: $0.path) } }
    for (run, removal) in zip(runs, removals) {
      if !yes {
        guard isatty(STDIN_FILENO) == 1 else {
          throw Failure(
            status: .commandLine, message: "error: --yes is needed where nobody can be asked")
        }
        Terminal.ask(
          "remove \(run.path) (\(run.name), \(run.state.text), step \(run.progress))? [y/N] ")
        guard ["y", "yes"].contains((readLine() ?? "").lowercased()) else { continue }
      }
      try Failure.catching(removal.carryOut)
      print(run.path)
    }
  }
}
