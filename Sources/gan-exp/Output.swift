import CLibrary
import Results
import Spec

/// stdout: what a command was asked for. Everything that goes there goes through here, so that what
/// cannot be written is never a success, and what a file, a folder or a spec is named moves no cursor.
enum Output {
  /// The reader has gone away, as `head` does: nobody is left to be told.
  struct Closed: Error {}

  static func line(_ text: String) throws { try self.text(text + "\n") }

  static func text(_ text: String) throws {
    try write(shown(text, keepsColour: Terminal.style.hasColour))
  }

  /// What is laid out for people: plain ASCII but for names, unless a terminal shows it.
  static func table(_ text: String) throws {
    try self.text(isatty(STDOUT_FILENO) == 1 ? text : plainSigns(text))
  }

  /// A table as wide as there is room for, with lines below it; what has no room is said.
  static func table(_ table: Table, captions: [String] = []) throws {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let layout = TableLayout(
      table, width: Terminal.tableWidth, signs: { isTerminal ? $0 : plainSigns($0) })
    try self.table(layout.text + captions.map { $0 + "\n" }.joined())
    if !layout.left.isEmpty {
      Terminal.note([
        "no room for \(layout.left.reversed().joined(separator: ", ")): --cols chooses columns"
      ])
    }
  }

  /// Whether somebody looks at stdout.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// An empty terminal, for what is drawn again and again.
  static func clear() throws { try write("\u{1B}[H\u{1B}[2J") }

  /// Where something that is on the disk now lies: the work goes on and ends well, whoever still listens.
  static func result(_ path: String) throws {
    do { try line(path) } catch is Closed {}
  }

  private static func write(_ text: String) throws {
    var rest = ArraySlice(text.utf8)
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { CLibrary.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EPIPE {
        throw Closed()
      } else if errno != EINTR {
        let reason = String(cString: strerror(errno))
        throw Failure(status: .files, message: "error: stdout: cannot write: \(reason)")
      }
    }
  }

  /// The signs of our tables as every program reads them.
  static func plainSigns(_ text: String) -> String {
    let signs: [Unicode.Scalar: String] = [
      "−": "-", "±": "+-", "×": "x", "…": "...", "Δ": "delta ", "→": "->", "·": ".", "–": "-",
      "—": "-",
    ]
    guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
    return text.unicodeScalars.reduce(into: "") { plain, scalar in
      if let sign = signs[scalar] { plain += sign } else { plain.unicodeScalars.append(scalar) }
    }
  }
}
