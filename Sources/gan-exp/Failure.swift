import Foundation
import Images
import RunFormat
import Runner

/// What the exit code says; scripts rely on these.
enum ExitStatus: Int32 {
  case internalError = 1
  case commandLine = 2
  case spec = 3
  case files = 4
  case failedTrial = 5
  case diverged = 6
  case locked = 7
  case damagedCheckpoint = 8
  case held = 76
  case superseded = 77
  case interrupted = 130
  case terminated = 143
}

/// A command that cannot go on: what to tell the user, and the exit code.
struct Failure: Error {
  let status: ExitStatus
  let message: String

  /// Runs `body` and turns what the runner says into what a command says.
  static func catching<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as RunError {
      throw Failure(
        status: ExitStatus(rawValue: error.exitCode) ?? .internalError, message: "error: \(error)")
    } catch let error as DatasetError {
      throw Failure.data(error)
    }
  }
}

/// stdout carries results only; everything said to a person goes to stderr.
enum Terminal {
  static func error(_ text: String) {
    write(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// A question; the answer is typed on the same line.
  static func ask(_ text: String) { write(text) }

  /// Whether somebody looks at stderr.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// One line that the next call replaces; for terminals only.
  static func redraw(_ line: String) { write("\r\u{1B}[K" + line) }

  private static func write(_ text: String) {
    // Nobody is left to be told when this fails.
    try? FileHandle.standardError.write(contentsOf: Foundation.Data(text.utf8))
  }

  static var showsColour: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
      && environment["TERM"] ?? "dumb" != "dumb"
  }
}
