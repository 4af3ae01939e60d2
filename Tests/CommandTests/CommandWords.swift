import Foundation
import Testing

/// A command of the program, as the program itself lists them.
struct CommandWords: CustomTestStringConvertible, Sendable {
  /// Behind `gan-exp`.
  let words: [String]
  var testDescription: String { (["gan-exp"] + words).joined(separator: " ") }

  private struct Dump: Decodable {
    struct Command: Decodable {
      let commandName: String
      let subcommands: [Command]?
    }
    let command: Command
  }

  /// All of them, the hidden ones too; none where the program does not say.
  static let all: [CommandWords] = {
    guard let place = try? Place(), let said = try? place.run("--experimental-dump-help"),
      let dump = try? JSONDecoder().decode(Dump.self, from: Data(said.output.utf8))
    else { return [] }
    return below(dump.command, [])
  }()

  private static func below(_ command: Dump.Command, _ words: [String]) -> [CommandWords] {
    [CommandWords(words: words)]
      + (command.subcommands ?? []).filter { $0.commandName != "help" }
      .flatMap { below($0, words + [$0.commandName]) }
  }
}
