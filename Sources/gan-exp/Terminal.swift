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

  /// Text as it is, but for what would move the cursor: only a line, or a few, that begin anew may.
  static func put(_ text: String) {
    let begins =
      isTerminal ? text.prefixMatch(of: /\r(\x1B\[[0-9]{1,3}A)?\x1B\[[JK]/)?.output.0 : nil
    let shown =
      (begins ?? "") + shown(String(text.dropFirst(begins?.count ?? 0)), keepsColour: showsColour)
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

  /// The width that tables keep to; nil where stdout is a file or a pipe, and COLUMNS says none.
  static var tableWidth: Int? {
    isatty(STDOUT_FILENO) == 1 || wished != nil ? style.width : nil
  }

  /// COLUMNS, which is asked before the terminal.
  private static var wished: Int? {
    ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }.flatMap {
      $0 > 0 ? $0 : nil
    }
  }

  private static var columns: Int? {
    wished ?? size.flatMap { $0.ws_col > 0 ? Int($0.ws_col) : nil }
  }

  /// The lines of the terminal that stdout is; nil where it is none.
  static var height: Int? { size.flatMap { $0.ws_row > 0 ? Int($0.ws_row) : nil } }

  private static var size: winsize? {
    var size = winsize()
    return ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? size : nil
  }
}
