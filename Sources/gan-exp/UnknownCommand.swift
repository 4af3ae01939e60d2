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
      guard
        let next = commands.first(where: {
          $0.word == word || $0.configuration.aliases.contains(word)
        })
      else {
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
    } else {
      let meant = meant(by: word, in: known).map { "`\(path) \($0)`" }
      if !meant.isEmpty { lines.append("  = did you mean \(meant.joined(separator: " or "))?") }
    }
    lines.append("  = commands: \(known.joined(separator: ", "))")
    return Failure(status: .commandLine, message: lines.joined(separator: "\n"))
  }
}

extension GanExp {
  /// What means the same, two of those at most, or is spelled nearly so: commands, with what stands behind them perhaps.
  private static func meant(by word: String, in known: [String]) -> [String] {
    let synonyms = Synonyms.commands(word).filter { line in
      line.split(separator: " ").first.map { known.contains(String($0)) } ?? false
    }
    if !synonyms.isEmpty { return Array(synonyms.prefix(2)) }
    return spelledAlike(word, in: known).map { [$0] } ?? []
  }

  private static func spelledAlike(_ word: String, in known: [String]) -> String? {
    let word = word.lowercased()
    guard word.count >= 2 else { return nil }
    if word.count >= 3, let longer = known.first(where: { $0.hasPrefix(word) }) { return longer }
    let near = known.map { (command: $0, distance: editDistance(Array(word), Array($0))) }
      .min { $0.distance < $1.distance }
    return near.flatMap { $0.distance <= (word.count <= 7 ? 1 : 2) ? $0.command : nil }
  }
}

extension ParsableCommand {
  static var word: String {
    configuration.commandName ?? "\(self)".lowercased()
  }
}
