/// A text that was read, kept for as long as anything points into it: a file, or one `--set`.
///
/// A class because thousands of marks share one text; it never changes.
package final class SourceText: Sendable {
  package enum Kind: Sendable { case file, set, sweep }

  /// What the reader calls it: the path as given, or `--set`.
  package let name: String
  package let kind: Kind
  /// The lines without their ends, split where YAML splits them.
  package let lines: [String]
  /// Where another file's `extends:` names this one.
  package let extendedAt: Origin?

  package init(name: String, text: String, kind: Kind = .file, extendedAt: Origin? = nil) {
    self.name = name
    self.kind = kind
    self.lines = Self.split(text)
    self.extendedAt = extendedAt
  }

  /// YAML 1.1 breaks lines at LF, CR, CRLF, NEL, LS and PS; marks count the same way.
  private static func split(_ text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    var afterReturn = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where afterReturn:
        afterReturn = false
        continue
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
        lines.append(String(line))
        line.removeAll(keepingCapacity: true)
      default:
        line.append(scalar)
      }
      afterReturn = scalar == "\r"
    }
    lines.append(String(line))
    return lines
  }
}

/// A stretch of one line, counted from 1 in characters (Unicode scalars).
package struct Mark: Hashable, Sendable {
  /// 0 means the text as a whole.
  package var line: Int
  package var column: Int
  package var length: Int

  package init(line: Int, column: Int, length: Int = 1) {
    self.line = line
    self.column = column
    self.length = length
  }

  package static let wholeText = Mark(line: 0, column: 0, length: 0)
}
