/// A JSON value whose keys keep their order.
package indirect enum JSON: Sendable {
  case null
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSON])
  case object([(String, JSON)])

  /// Two-space indentation; a list of plain values stays on one line.
  package var text: String {
    var out = ""
    write(to: &out, indent: 0)
    return out
  }

  private var isPlain: Bool {
    switch self {
    case .null, .flag, .integer, .number, .text: true
    case .list, .object: false
    }
  }

  private func write(to out: inout String, indent: Int) {
    let inner = String(repeating: "  ", count: indent + 1)
    let outer = String(repeating: "  ", count: indent)
    switch self {
    case .null: out += "null"
    case .flag(let on): out += on ? "true" : "false"
    case .integer(let n): out += "\(n)"
    case .number(let x): out += x.isFinite ? numberText(x) : "null"
    case .text(let text): out += Self.quoted(text)
    case .list(let items) where items.allSatisfy(\.isPlain):
      out += "["
      for (index, item) in items.enumerated() {
        if index > 0 { out += ", " }
        item.write(to: &out, indent: indent)
      }
      out += "]"
    case .list(let items):
      out += "[\n"
      for (index, item) in items.enumerated() {
        out += inner
        item.write(to: &out, indent: indent + 1)
        out += index + 1 < items.count ? ",\n" : "\n"
      }
      out += outer + "]"
    case .object(let members) where members.isEmpty: out += "{}"
    case .object(let members):
      out += "{\n"
      for (index, (key, value)) in members.enumerated() {
        out += inner + Self.quoted(key) + ": "
        value.write(to: &out, indent: indent + 1)
        out += index + 1 < members.count ? ",\n" : "\n"
      }
      out += outer + "}"
    }
  }

  /// A string literal of JSON, which is one of YAML too.
  static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      default:
        if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{FEFF}"
          || (0x200B...0x200F).contains(scalar.value) || (0x2028...0x202E).contains(scalar.value)
          || (0x2060...0x206F).contains(scalar.value)
        {
          let code = String(scalar.value, radix: 16)
          out += "\\u" + String(repeating: "0", count: 4 - code.count) + code
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }
}
