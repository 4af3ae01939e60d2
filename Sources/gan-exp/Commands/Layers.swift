import ArgumentParser
import RunFormat
import Spec

struct Layers: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists everything a spec may name, or explains one word.",
    discussion: "Words of other programs are understood: layers lsgan, layers n_epochs.")

  @Argument(
    help: "A layer, loss, optimizer, data source …, or a key such as schedule or optimizer.betas.",
    completion: Completions.words)
  var name: String?

  func run() throws {
    guard let name else {
      for category in Category.allCases {
        let words = vocabulary.declarations(category)
        guard !words.isEmpty else { continue }
        try Output.line("\(category.plural)")
        let width = words.map(\.name.count).max() ?? 0
        for word in words.sorted(by: { $0.name < $1.name }) {
          try Output.line("  \(word.name.padded(to: width))  \(word.summary)")
        }
        try Output.line("")
      }
      try Output.line("`gan-exp layers NAME` lists the keys of one.")
      return
    }
    let own = explanations(of: name)
    if !own.isEmpty { return try Output.line(own.joined(separator: "\n\n")) }
    let other = otherNames(name)
    if !other.isEmpty { return try Output.line(other.joined(separator: "\n\n")) }
    if let absence = Synonyms.absence(name) {
      return try Output.line("There is no `\(name)` here: \(absence).")
    }
    throw unknown(name)
  }

  /// Words of the name, and keys: `schedule`, `schedule.length`, `length`.
  private func explanations(of name: String) -> [String] {
    let words = Category.allCases.compactMap { category in
      vocabulary.declaration(category, named: name).map { explained($0, category) }
    }
    let places = SpecPlace.all(vocabulary).filter {
      $0.path == name || $0.name == name && !name.contains(".")
    }
    // A key within each of several words, such as `weight`, is explained with them.
    var found: [(paths: String, text: Substring)] = []
    for place in places.prefix(words.isEmpty ? 4 : 1) where words.isEmpty || place.path == name {
      let text = explained(place).dropFirst(place.path.count)
      // The two forms of a file may have it at places of their own.
      if let same = found.firstIndex(where: { $0.text == text }) {
        found[same].paths += ", \(place.path)"
      } else {
        found.append((place.path, text))
      }
    }
    return words + found.map { $0.paths + $0.text }
  }

  /// What another program calls something else: `lsgan`, `dense`, `n_epochs`.
  private func otherNames(_ name: String) -> [String] {
    let words = Category.allCases.compactMap { category in
      Synonyms.word(name, category).flatMap { word in
        vocabulary.declaration(category, named: word.word).map { (category, word, $0) }
      }
    }
    var parts = words.map { category, word, declaration in
      let with = word.with.map { ", with `\($0)`" } ?? ""
      return "`\(name)` is here the \(category.singular) `\(word.word)`\(with):\n\n"
        + explained(declaration, category)
    }
    if let path = Synonyms.place(name),
      let place = SpecPlace.all(vocabulary).first(where: { $0.path == path })
    {
      parts.append("`\(name)` is here `\(path)`:\n\n" + explained(place))
    }
    return parts
  }

  private func unknown(_ name: String) -> Failure {
    let words = Category.allCases.flatMap { vocabulary.declarations($0).map(\.name) }
    let sections = SpecPlace.all(vocabulary).filter { $0.section != nil }.map(\.path)
    var lines = ["error: no layer, loss, optimizer or other word of a spec is named `\(name)`"]
    if let meant = nearest(to: name, in: words) ?? nearest(to: name, in: sections) {
      lines.append("  = did you mean `\(meant)`?")
    }
    lines.append("  = `gan-exp layers` lists them all")
    return Failure(status: .commandLine, message: lines.joined(separator: "\n"))
  }

  private func explained(_ declaration: Declaration, _ category: Category) -> String {
    explained(declaration, as: "\(declaration.name) (\(category.singular))")
  }

  private func explained(_ place: SpecPlace) -> String {
    if let section = place.section { return explained(section, as: "\(place.path) (section)") }
    let fallback = place.field.fallback.map { "default \($0.text)" } ?? "required"
    return "\(place.path) (key): \(place.field.summary)\n\n"
      + "  \(place.expectation(vocabulary)), \(fallback)"
  }

  private func explained(_ declaration: Declaration, as title: String) -> String {
    var lines = ["\(title): \(declaration.summary)"]
    if let details = declaration.details { lines += ["", details] }
    if let example = declaration.example { lines += ["", "  \(example)"] }
    if !declaration.fields.isEmpty { lines += ["", "keys"] }
    let width = declaration.fields.map(\.name.count).max() ?? 0
    for field in declaration.fields {
      let fallback = field.fallback.map { " (default \($0.text))" } ?? " (required)"
      lines.append("  \(field.name.padded(to: width))  \(field.summary)\(fallback)")
    }
    if let shorthand = declaration.shorthand {
      lines += ["", "`\(declaration.name): …` alone sets `\(shorthand)`."]
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - count)) + self
  }
}
