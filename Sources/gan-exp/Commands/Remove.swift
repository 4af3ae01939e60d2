import ArgumentParser
import Foundation
import Results

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
    for run in runs where run.isHeld {
      throw Failure(
        status: .locked,
        message: "error: \(run.path) is running (process \(run.holder)); stop it first")
    }
    for run in runs {
      if !yes {
        guard isatty(STDIN_FILENO) == 1 else {
          throw Failure(
            status: .commandLine, message: "error: --yes is needed where nobody can be asked")
        }
        Terminal.ask(
          "remove \(run.path) (\(run.name), \(run.state.text), step \(run.progress))? [y/N] ")
        guard ["y", "yes"].contains((readLine() ?? "").lowercased()) else { continue }
      }
      try remove(run.path)
      print(run.path)
    }
  }

  /// Under a hidden name first, so that half a run is never taken for one.
  private func remove(_ path: String) throws {
    let place = URL(fileURLWithPath: path)
    let hidden = place.deletingLastPathComponent().appendingPathComponent(
      ".removed-\(place.lastPathComponent)-\(UUID().uuidString)")
    do {
      try FileManager.default.moveItem(at: place, to: hidden)
      try FileManager.default.removeItem(at: hidden)
    } catch {
      throw Failure(status: .files, message: "error: \(path): \(error.localizedDescription)")
    }
  }
}
