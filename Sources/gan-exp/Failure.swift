import Foundation

/// What the exit code says; scripts rely on these.
enum ExitStatus: Int32 {
  case internalError = 1
  case commandLine = 2
  case spec = 3
  case files = 4
  case diverged = 6
  case damagedCheckpoint = 8
  case interrupted = 130
  case terminated = 143
}

/// A command that cannot go on: what to tell the user, and the exit code.
struct Failure: Error {
  let status: ExitStatus
  let message: String
}

/// stdout carries results only; everything said to a person goes to stderr.
enum Terminal {
  static func error(_ text: String) {
    FileHandle.standardError.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
  }

  static var showsColour: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(STDERR_FILENO) == 1 && environment["NO_COLOR"] == nil
      && environment["TERM"] != "dumb"
  }
}
