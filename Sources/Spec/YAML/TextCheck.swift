/// What must hold of the bytes of a spec before YAML is looked for in them.
enum TextCheck {
  static let maxBytes = 1_000_000

  /// The text without its byte order mark; nil with the reason in `findings`.
  static func read(
    _ bytes: [UInt8], name: String, extendedAt: Origin?, findings: inout [Diagnostic]
  ) -> (text: String, source: SourceText)? {
    func source(_ text: String) -> SourceText {
      SourceText(name: name, text: text, extendedAt: extendedAt)
    }
    guard bytes.count <= maxBytes else {
      let origin = Origin(source: source(""), mark: .wholeText)
      findings.append(
        Diagnostic("the file has more than \(maxBytes) bytes; a spec has at most 1 MB", at: origin))
      return nil
    }
    let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    guard let text = String(validating: bytes, as: UTF8.self) else {
      // The decoder puts U+FFFD where the bytes go wrong; the first it adds is the place.
      let repaired = String(decoding: bytes, as: UTF8.self)
      let source = source(repaired)
      let mark = firstRepair(repaired, bytes)
      findings.append(
        Diagnostic(
          "this byte is not UTF-8", at: Origin(source: source, mark: mark),
          label: "save the file as UTF-8"))
      return nil
    }
    let made = source(text)
    let problems = characterProblems(made)
    findings += problems
    return problems.isEmpty ? (text, made) : nil
  }

  /// Where the repaired text first differs from the bytes.
  private static func firstRepair(_ repaired: String, _ bytes: ArraySlice<UInt8>) -> Mark {
    var rest = bytes
    var valid = String.UnicodeScalarView()
    for scalar in repaired.unicodeScalars {
      let encoded = UTF8.encode(scalar).map(Array.init) ?? []
      guard rest.starts(with: encoded) else { break }
      rest = rest.dropFirst(encoded.count)
      valid.append(scalar)
    }
    let lines = SourceText(name: "", text: String(valid)).lines
    return Mark(line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
  }

  private static func characterProblems(_ source: SourceText) -> [Diagnostic] {
    var problems: [Diagnostic] = []
    let conflict = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
    // A row of seven `=` alone may underline a title in a description.
    let isInConflict = source.lines.contains {
      $0.hasPrefix(conflict[0]) || $0.hasPrefix(conflict[2])
    }
    for (index, line) in source.lines.enumerated() {
      func add(_ message: String, column: Int, length: Int, label: String) {
        let mark = Mark(line: index + 1, column: column, length: length)
        problems.append(
          Diagnostic(message, at: Origin(source: source, mark: mark), label: label))
      }
      if isInConflict, let word = conflict.first(where: { line == $0 || line.hasPrefix($0 + " ") })
      {
        add(
          "a merge conflict is left here", column: 1, length: word.count,
          label: "decide for one side")
      }
      if let tab = line.unicodeScalars.prefix(while: { $0 == " " || $0 == "\t" })
        .enumerated().first(where: { $0.element == "\t" }),
        !line.unicodeScalars.allSatisfy({ $0 == " " || $0 == "\t" })
      {
        add(
          "a tab in the indentation", column: tab.offset + 1, length: 1, label: "indent with spaces"
        )
      }
      if !line.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }),
        let bad = line.unicodeScalars.enumerated().first(where: { isForbidden($0.element) })
      {
        let code = String(bad.element.value, radix: 16, uppercase: true)
        let digits = String(repeating: "0", count: max(0, 4 - code.count)) + code
        add(
          "the control character U+\(digits)", column: bad.offset + 1, length: 1, label: "remove it"
        )
      }
      if problems.count >= 20 { break }
    }
    return problems
  }

  /// YAML 1.1, §5.1: the characters a stream cannot contain.
  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF:
      false
    default: true
    }
  }
}
