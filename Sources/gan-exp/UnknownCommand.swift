import ArgumentParser
import Spec

extension GanExp {
  /// A word where a command should stand, and none of that name: what was probably meant.
  static func refuseUnknownCommand(_ arguments: [String]) throws(Failure) {
    var command: any ParsableCommand.Type = self
    var path = "gan-exp"
    for word in arguments {
      let commands = command.configuration.subcommands
      if commands.isEmpty || word.hasPrefix("-") { return }
      if path == "gan-exp", word == "help" { continue }
      guard let next = commands.first(where: { $0.word == word }) else {
        throw unknown(
          word, in: path,
          known: commands.filter { $0.configuration.shouldDisplay }.map { $0.word })
      }
      (command, path) = (next, "\(path) \(word)")
    }
  }

  private static func unknown(_ word: String, in path: String, known: [String]) -> Failure {
    var lines = ["error: \(path) has no command `\(word)`"]
    if word.hasSuffix(".yaml") || word.hasSuffix(".yml") {
      lines.append("  = to train it: \(path) run \(word)")
    } else if let meant = nearest(to: word, in: known) {
      lines.append("  = did you mean `\(path) \(meant)`?")
    }
    lines.append("  = commands: \(known.joined(separator: ", "))")
    return Failure(status: .commandLine, message: lines.joined(separator: "\n"))
  }
}

extension ParsableCommand {
  fileprivate static var word: String {
    configuration.commandName ?? "\(self)".lowercased()
  }
}
