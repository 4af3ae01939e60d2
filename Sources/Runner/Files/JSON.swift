/// A JSON value whose keys keep their order.
package enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  package struct Member: Hashable, Sendable {
    package let key: String
    package let value: JSON
  }

  /// An object from pairs; a pair whose value is nil is left out.
  package static func map(_ members: KeyValuePairs<String, JSON?>) -> JSON {
    .object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
  }

  package subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }
  package var text: String? {
    if case .string(let text) = self { text } else { nil }
  }
  package var int: Int? {
    if case .integer(let value) = self { value } else { nil }
  }
  package var items: [JSON]? {
    if case .array(let items) = self { items } else { nil }
  }
  package var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }
}

extension JSON {
  /// On one line, without spaces.
  package var compact: String {
    var text = ""
    write(to: &text, indent: nil, depth: 0)
    return text
  }

  /// A member a line, indented, with a newline at the end.
  package var pretty: String {
    var text = ""
    write(to: &text, indent: 2, depth: 0)
    return text + "\n"
  }

  private func write(to text: inout String, indent: Int?, depth: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.writeString(value, to: &text)
    case .array(let items):
      // Numbers in a row read better on one line.
      let flat = indent == nil || items.allSatisfy { $0.items == nil && $0.members == nil }
      Self.writeList(items, "[", "]", to: &text, indent: flat ? nil : indent, depth) {
        $1.write(to: &$0, indent: flat ? nil : indent, depth: depth + 1)
      }
    case .object(let members):
      Self.writeList(members, "{", "}", to: &text, indent: indent, depth) {
        Self.writeString($1.key, to: &$0)
        $0 += indent == nil ? ":" : ": "
        $1.value.write(to: &$0, indent: indent, depth: depth + 1)
      }
    }
  }

  private static func writeList<Item>(
    _ items: [Item], _ open: String, _ close: String, to text: inout String, indent: Int?,
    _ depth: Int, _ write: (inout String, Item) -> Void
  ) {
    func line(_ depth: Int) -> String {
      indent.map { "\n" + String(repeating: " ", count: $0 * depth) } ?? ""
    }
    text += open
    for (index, item) in items.enumerated() {
      if index > 0 { text += "," }
      text += line(depth + 1)
      write(&text, item)
    }
    if !items.isEmpty { text += line(depth) }
    text += close
  }

  private static func writeString(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        text += "\\u" + hexadecimal([UInt8(0), UInt8(scalar.value)])
      case _: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

/// Bytes in lower-case hex, two digits each.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
