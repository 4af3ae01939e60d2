import ArgumentParser
import Foundation
import Results
import RunFormat

struct Remove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Removes a run, or a sweep with its trials, after asking; never one that is running.")

  @Argument(help: "Runs and sweeps: folders, or beginnings of their ids.")
  var references: [String]
  @OptionGroup var results: ResultsOptions

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  func run() throws {
    // All of them are looked at before the first is gone.
    let all = try references.map { reference in
      let found = try results.find(reference)
      try QueueCheck.requireNobody(at: found.path)
      let removal = try Failure.catching { try Removal(of: found.path) }
      return (path: found.path, words: words(found, removal), removal: removal)
    }
    for (path, words, removal) in all {
      if !yes {
        guard isatty(STDIN_FILENO) == 1 else {
          throw Failure(
            status: .commandLine,
            message: "error: \(path) (\(words)): --yes is needed where nobody can be asked")
        }
        Terminal.ask("remove \(path) (\(words))? [y/N] ")
        guard ["y", "yes"].contains((readLine() ?? "").lowercased()) else { continue }
      }
      try Failure.catching(removal.carryOut)
      try Output.result(path)
    }
  }

  /// What goes.
  private func words(_ found: RunReference.Found, _ removal: Removal) -> String {
    switch found {
    case .run(let path):
      let run = Results.Run(path)
      return "\(run.name), \(run.state.text), step \(run.progress)"
    case .sweep(let sweep):
      let begun = removal.trialCount
      return
        "\(sweep.name), a sweep with its \(begun) trial\(begun == 1 ? "" : "s") that were begun"
    }
  }
}
