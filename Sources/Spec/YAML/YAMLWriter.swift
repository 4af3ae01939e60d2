// A tree as YAML that reads as the same tree.

extension YAMLNode {
  /// On one line.
  var flowText: String {
    switch content {
    case .scalar(let text, let isPlain): Self.scalar(text, isPlain)
    case .list(let items): "[\(items.map(\.flowText).joined(separator: ", "))]"
    case .map(let entries):
      "{\(entries.map { "\(Self.scalar($0.key, true)): \($0.value.flowText)" }.joined(separator: ", "))}"
    case .broken: "null"
    }
  }

  /// Maps over several lines, lists of plain values on one.
  var blockText: String {
    var text = ""
    write(to: &text, indent: "")
    return text
  }

  private func write(to text: inout String, indent: String) {
    guard let entries else {
      text += "\(indent)\(flowText)\n"
      return
    }
    for entry in entries {
      let key = Self.scalar(entry.key, true)
      switch entry.value.content {
      case .map(let inner) where !inner.isEmpty:
        text += "\(indent)\(key):\n"
        entry.value.write(to: &text, indent: indent + "  ")
      case .list(let items) where items.contains(where: { $0.entries != nil }):
        text += "\(indent)\(key):\n"
        for item in items { text += "\(indent)  - \(item.flowText)\n" }
      case .scalar, .list, .map, .broken:
        text += "\(indent)\(key): \(entry.value.flowText)\n"
      }
    }
  }

  /// Plain where that is the same text anywhere, in quotes elsewhere. Quotes change the meaning only
  /// of the words for nothing, and those are plain.
  private static func scalar(_ text: String, _ isPlain: Bool) -> String {
    let safe = text.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
        || [
          UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
          UInt8(ascii: "~"), UInt8(ascii: "/"),
        ].contains($0)
    }
    if isPlain, text.isEmpty { return "~" }
    return isPlain && safe && text != "-" && !text.hasPrefix("---") && text != "..."
      ? text : JSON.quoted(text)
  }
}
