import Foundation
import Images
import RunFormat
import Runner

/// A command that cannot go on: what to tell the user, and the exit code.
struct Failure: Error {
  let status: ExitStatus
  let message: String

  /// Runs `body` and turns what the runner says into what a command says.
  static func catching<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as RunError {
      throw Failure(status: error.exitStatus, message: "error: \(error)")
    } catch let error as DatasetError {
      throw Failure.data(error)
    }
  }
}
