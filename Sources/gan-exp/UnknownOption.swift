import ArgumentParser
import Foundation
import Spec

/// An option that a command does not have: what says the same here.
enum UnknownOption {
  /// What the parser has said, with the option of this program in place of the one that is spelled alike.
  ///
  /// - Parameter words: of the command line, without the program's name.
  static func explained(_ message: String, words: [String]) -> String {
    guard
      let match = message.prefixMatch(
        of: #/(Error: Unknown option '(-{1,2})([^'=]+)[^']*')([^\n]*)/#)
    else { return message }
    let name = String(match.3)
    let command = GanExp.command(of: words)
    let value = Self.value(of: String(match.2) + name, in: words)
    guard let meant = meant(by: name, value, options: command.optionNames, command.word) else {
      return message
    }
    let rest = message[match.range.upperBound...]
    return "\(match.1)\n  = \(meant)\(rest)"
  }

  /// - Parameters:
  ///   - value: what stands behind the option.
  ///   - options: those that the command has, `--results`.
  static func meant(
    by name: String, _ value: String?, options: Set<String>, _ command: String
  ) -> String? {
    let own = Synonyms.options(name).first { line in
      line.split(separator: " ").first.map { options.contains(String($0)) } ?? false
    }
    if let own { return "did you mean `\(own)`?" }
    if GanExp.configuration.subcommands.contains(where: { $0.word == name }) {
      return "did you mean `gan-exp \(name)`?"
    }
    if let value, [".yaml", ".yml"].contains(where: value.hasSuffix), options.contains("--set") {
      return "the file stands alone: gan-exp \(command) \(value)"
    }
    guard options.contains("--set"), let place = place(name) else {
      return Synonyms.absence(name.lettersOnly)
    }
    let written = value.map { Self.written($0, at: place, byKey: name) } ?? "…"
    return "did you mean `--set \("\(place)=\(written)".shellQuoted)`?"
  }

  /// The key of a file that says what the option says: `seed`, `loss.kind`, `optimizer.learning_rate`.
  private static func place(_ name: String) -> String? {
    let name = name.lettersOnly
    let path =
      Synonyms.place(name) ?? SpecPlace.all(vocabulary).first { $0.path == name }?.path
    return path.map { ["loss", "optimizer"].contains($0) ? $0 + ".kind" : $0 }
  }

  private static func written(_ value: String, at place: String, byKey key: String) -> String {
    let categories: [String: Spec.Category] = [
      "loss.kind": .loss, "optimizer.kind": .optimizer, "data.source": .source,
    ]
    return categories[place].flatMap { Synonyms.word(value, $0)?.word }
      ?? Synonyms.written(value, at: place, byKey: key)
  }

  private static func value(of option: String, in words: [String]) -> String? {
    for (index, word) in words.enumerated() {
      if word.hasPrefix(option + "=") { return String(word.dropFirst(option.count + 1)) }
      if word == option, let next = words.dropFirst(index + 1).first, !next.hasPrefix("-") {
        return next
      }
    }
    return nil
  }
}

extension String {
  /// `lr_g` of `lr-g`.
  fileprivate var lettersOnly: String { replacing("-", with: "_") }

  /// In quotes where a shell would take it apart.
  fileprivate var shellQuoted: String {
    contains { " []{}*?…'\"".contains($0) } ? "'\(self)'" : self
  }
}

extension GanExp {
  /// The command that a line names, as far as it names one.
  static func command(of words: [String]) -> any ParsableCommand.Type {
    var command: any ParsableCommand.Type = self
    for word in words {
      guard let next = command.configuration.subcommands.first(where: { $0.word == word }) else {
        break
      }
      command = next
    }
    return command
  }
}

extension ParsableCommand {
  /// `--results`, `-q`: what the command's own help lists.
  fileprivate static var optionNames: Set<String> {
    Set(
      helpMessage(columns: 200).matches(of: #/(?:^|[ ,\[])(--?[a-z][a-z-]*)/#).map { String($0.1) })
  }
}
