/// Text as a YAML scalar that every reader of YAML takes for that text.
enum YAMLText {
  static func scalar(_ text: String) -> String {
    let text = Template.escaped(text)
    return isPlain(text) ? text : JSON.quoted(text)
  }

  private static let guessed: Set<String> = [
    "null", "none", "true", "false", "yes", "no", "on", "off", "y", "n",
  ]

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
      first.properties.isAlphabetic, last != " ", !guessed.contains(text.lowercased())
    else { return false }
    return text.unicodeScalars.allSatisfy { c in
      c.properties.isAlphabetic || ("0"..."9").contains(c) || " ._-/+()".unicodeScalars.contains(c)
    }
  }
}
