import Foundation
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
    }
  }
}

/// stdout carries results only; everything said to a person goes to stderr.
enum Terminal {
  static func error(_ text: String) {
    write(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// One line that the next call replaces; silent where stderr is not a terminal.
  static func redraw(_ line: String) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    write("\r\u{1B}[K" + line)
  }

  private static func write(_ text: String) {
    FileHandle.standardError.write(Foundation.Data(text.utf8))
  }

  static var showsColour: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(STDERR_FILENO) == 1 && environment["NO_COLOR"] == nil
      && environment["TERM"] != "dumb"
  }
}
