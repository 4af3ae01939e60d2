import CLibrary
import Foundation
import Results
import Spec

/// stderr: everything that is said to a person. stdout carries results only (``Output``).
enum Terminal {
  static func error(_ text: String) {
    put(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// A question; the answer is typed on the same line.
  static func ask(_ text: String) { put(text) }

  /// Whether somebody looks at stderr.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// What goes in front of a line that takes the place of the one before.
  private static let redrawing = "\r\u{1B}[K"

  /// One line that the next call replaces; for terminals only.
  static func redraw(_ line: String) { put(redrawing + line) }

  /// Text as it is, but for what would move the cursor: only a line that begins anew may.
  static func put(_ text: String) {
    let isRedrawn = isTerminal && text.hasPrefix(redrawing)
    let rest = isRedrawn ? String(text.dropFirst(redrawing.count)) : text
    let shown = (isRedrawn ? redrawing : "") + shown(rest, keepsColour: showsColour)
    var bytes = ArraySlice(shown.utf8)
    // Nobody is left to be told when this fails.
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { return }
      bytes = bytes.dropFirst(max(count, 0))
    }
  }

  static var showsColour: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
      && environment["TERM"] ?? "dumb" != "dumb"
  }

  /// What is odd about a spec that can be played.
  static func warn(_ warnings: [Diagnostic]) {
    if warnings.isEmpty { return }
    error(Diagnostics(warnings).rendered(colour: showsColour))
  }

  static func note(_ lines: [String]) {
    for line in lines { error("note: \(line)") }
  }

  /// What stdout can show.
  static var style: TerminalStyle {
    TerminalStyle(
      isTerminal: isatty(STDOUT_FILENO) == 1, columns: columns,
      environment: ProcessInfo.processInfo.environment)
  }

  /// The width to cut a table to; nil where stdout is a file or a pipe.
  static var tableWidth: Int? { isatty(STDOUT_FILENO) == 1 ? style.width : nil }

  private static var columns: Int? {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      ? Int(size.ws_col) : nil
  }
}
