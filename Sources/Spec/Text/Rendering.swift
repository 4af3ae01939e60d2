extension Diagnostics {
  private static let maxShown = 200

  /// As a compiler shows them: position, line, caret, what to write instead.
  package func rendered(colour: Bool = false) -> String {
    // The same list below each of several errors would hide them.
    var told: Set<String> = []
    var parts = entries.prefix(Self.maxShown).map { entry in
      let text = entry.rendered(colour: colour, without: told)
      told.formUnion(entry.notes.filter(\.isList))
      return text
    }
    if entries.count > Self.maxShown { parts.append("and \(entries.count - Self.maxShown) more") }
    return parts.joined(separator: "\n")
  }

  /// A list, one object a diagnostic.
  package var json: String { JSON.list(entries.map(\.json)).text }
}

extension Diagnostic {
  ///
  /// - Parameter told: notes that have been shown above.
  package func rendered(colour: Bool = false, without told: Set<String> = []) -> String {
    let paint = Paint(isOn: colour)
    let place = visible(origin.place)
    var lines = [
      paint.bold(place + ": ") + paint.severity(severity, severity.rawValue + ": ")
        + paint.bold(visible(message))
    ]
    var gutter = "  "
    if let text = origin.lineText {
      let number = origin.source.kind == .file ? "\(origin.mark.line)" : origin.source.name
      gutter = String(repeating: " ", count: number.count + 2)
      let excerpt = Excerpt(of: text, mark: origin.mark)
      lines.append(paint.dim(" \(number) | ") + excerpt.text)
      let caret = "^" + String(repeating: "~", count: max(0, excerpt.caretWidth - 1))
      lines.append(
        paint.dim(gutter + "| ") + String(repeating: " ", count: excerpt.caretOffset)
          + paint.severity(severity, caret) + (label.map { " " + visible($0) } ?? ""))
    } else if let label {
      lines.append(gutter + "= " + visible(label))
    }
    for note in notes.filter({ !told.contains($0) }) + origin.trail {
      lines.append(paint.dim(gutter + "= ") + visible(note))
    }
    return lines.joined(separator: "\n")
  }

  var json: JSON {
    let mark = origin.mark
    return .object([
      ("file", .text(origin.source.name)), ("line", .integer(mark.line)),
      ("column", .integer(mark.column)), ("endColumn", .integer(mark.column + mark.length)),
      ("severity", .text(severity.rawValue)), ("message", .text(message)),
      ("label", label.map(JSON.text) ?? .null),
      ("notes", .list((notes + origin.trail).map(JSON.text))),
    ])
  }
}

extension String {
  /// `layers: conv, linear, …`: what stands there for all of a kind.
  fileprivate var isList: Bool { contains(": ") && split(separator: ", ").count > 2 }
}

extension Origin {
  /// `lsgan.yaml:15:21`, `--set`
  package var place: String {
    guard source.kind == .file, mark.line > 0 else { return source.name }
    return "\(source.name):\(mark.line):\(mark.column)"
  }

  fileprivate var lineText: String? {
    source.lines.indices.contains(mark.line - 1) ? source.lines[mark.line - 1] : nil
  }

  /// How the text at this place came to count: expressions, aliases and `extends`.
  fileprivate var trail: [String] {
    var notes = uses.map { "used through an alias at line \($0.line)" }
    var text = source
    while let extending = text.extendedAt {
      notes.append("\(text.name) is extended at \(extending.place)")
      text = extending.source
    }
    return notes
  }
}

/// One line cut down to what a terminal shows, with the caret's place in columns of the screen.
private struct Excerpt {
  static let maxWidth = 160

  let text: String
  let caretOffset: Int
  let caretWidth: Int

  init(of line: String, mark: Mark) {
    var scalars = Array(line.unicodeScalars)
    var start = min(max(0, mark.column - 1), scalars.count)
    if scalars.count > Self.maxWidth {
      let cut = max(0, min(start - 60, scalars.count - Self.maxWidth))
      scalars = Array(scalars[cut..<min(scalars.count, cut + Self.maxWidth)])
      start -= cut
      if cut > 0 {
        scalars[0] = "…"
        start = max(start, 0)
      }
    }
    scalars = scalars.map(\.visible)
    let end = min(start + max(1, mark.length), scalars.count)
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    text = String(view)
    caretOffset = scalars[..<start].reduce(0) { $0 + $1.screenWidth }
    caretWidth = start < end ? scalars[start..<end].reduce(0) { $0 + $1.screenWidth } : 1
  }
}

/// A text, several lines perhaps, that is on its way to a terminal or a file for people: what would move
/// the cursor, hide what follows or turn its direction is shown as the code it is, `\x1b`, `\u{202e}`.
///
/// - Parameter keepsColour: whether sequences that only choose colours stay.
package func shown(_ text: String, keepsColour: Bool = false) -> String {
  guard text.utf8.contains(where: { $0 >= 0x7F || $0 < 0x20 && $0 != 0x0A && $0 != 0x09 }) else {
    return text
  }
  var view = ""
  var rest = text.unicodeScalars[...]
  while let scalar = rest.first {
    if keepsColour, let end = endOfColour(rest) {
      view.unicodeScalars.append(contentsOf: rest[..<end])
      rest = rest[end...]
      continue
    }
    rest.removeFirst()
    if scalar == "\n" || scalar == "\t" || !scalar.isControl {
      view.unicodeScalars.append(scalar)
    } else {
      let code = String(scalar.value, radix: 16)
      view +=
        scalar.value < 0x100
        ? "\\x" + (code.count < 2 ? "0" : "") + code : "\\u{\(code)}"
    }
  }
  return view
}

/// Behind `ESC [ 1 ; 2 m`, if the text begins so.
private func endOfColour(_ text: Substring.UnicodeScalarView) -> String.Index? {
  guard text.starts(with: "\u{1B}[".unicodeScalars) else { return nil }
  let codes = text.dropFirst(2).drop { ("0"..."9").contains($0) || $0 == ";" }
  return codes.first == "m" ? codes.index(after: codes.startIndex) : nil
}

/// Control characters would move the cursor: they are shown as U+FFFD, tabs as one space.
func visible(_ text: String) -> String {
  guard text.utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F }) else { return text }
  var view = String.UnicodeScalarView()
  view.append(contentsOf: text.unicodeScalars.map(\.visible))
  return String(view)
}

extension Unicode.Scalar {
  fileprivate var visible: Unicode.Scalar {
    isControl ? self == "\t" ? " " : "\u{FFFD}" : self
  }

  /// Of no shape, and felt by what stands around it.
  fileprivate var isControl: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  /// Columns on a terminal: 2 for East Asian wide characters and emoji, 0 for combining marks.
  fileprivate var screenWidth: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF,
      0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}

private struct Paint {
  let isOn: Bool
  func bold(_ text: String) -> String { code("1", text) }
  func dim(_ text: String) -> String { code("2", text) }
  func severity(_ severity: Diagnostic.Severity, _ text: String) -> String {
    code(severity == .error ? "1;31" : "1;33", text)
  }
  private func code(_ code: String, _ text: String) -> String {
    isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
