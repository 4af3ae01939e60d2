import Spec

// What this room needs of JSON besides writing it for people.

extension JSON {
  /// An object from pairs; a pair whose value is nil is left out.
  package static func map(_ members: KeyValuePairs<String, JSON?>) -> JSON {
    .object(members.compactMap { key, value in value.map { (key, $0) } })
  }

  package subscript(key: String) -> JSON? { members?.first { $0.0 == key }?.1 }

  package var string: String? {
    if case .text(let text) = self { text } else { nil }
  }
  package var int: Int? {
    if case .integer(let value) = self { value } else { nil }
  }
  /// A number, or the words for what is not finite.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text(let word): Double(word)
    case .null, .flag, .list, .object: nil
    }
  }
  package var items: [JSON]? {
    if case .list(let items) = self { items } else { nil }
  }
  package var members: [(String, JSON)]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// For a file: indented, with a newline at the end.
  package var fileBytes: [UInt8] { Array((text + "\n").utf8) }

  /// On one line, without spaces.
  package var compact: String {
    var text = ""
    writeCompact(to: &text)
    return text
  }

  private func writeCompact(to text: inout String) {
    switch self {
    case .null, .flag, .integer, .number, .text: text += self.text
    case .list(let items):
      text += "["
      for (index, item) in items.enumerated() {
        if index > 0 { text += "," }
        item.writeCompact(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, (key, value)) in members.enumerated() {
        if index > 0 { text += "," }
        text += JSON.text(key).text + ":"
        value.writeCompact(to: &text)
      }
      text += "}"
    }
  }
}
