import ArgumentParser
import RunFormat
import Spec

struct Layers: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists everything a spec may name, or explains one word.")

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
    let found = Category.allCases.compactMap { category in
      vocabulary.declaration(category, named: name).map { (category, $0) }
    }
    guard !found.isEmpty else { throw unknown(name) }
    try Output.line(found.map { explained($1, $0) }.joined(separator: "\n\n"))
  }

  private func unknown(_ name: String) -> Failure {
    let words = Category.allCases.flatMap { vocabulary.declarations($0).map(\.name) }
    var lines = ["error: no layer, loss, optimizer or other word of a spec is named `\(name)`"]
    if let meant = nearest(to: name, in: words) { lines.append("  = did you mean `\(meant)`?") }
    lines.append("  = `gan-exp layers` lists them all")
    return Failure(status: .commandLine, message: lines.joined(separator: "\n"))
  }

  private func explained(_ declaration: Declaration, _ category: Category) -> String {
    var lines = ["\(declaration.name) (\(category.singular)): \(declaration.summary)"]
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
