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
