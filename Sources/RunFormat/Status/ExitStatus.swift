/// What the exit code of a process says: commands, workers of a sweep, and the scripts and schedulers that start them rely on these. (One
/// that a signal has ended, after it saved, has 128 and the signal's number.)
package enum ExitStatus: Int32, Sendable, CaseIterable {
  case ok = 0
  case internalError = 1
  case commandLine = 2
  case spec = 3
  case files = 4
  case failedTrial = 5
  /// A loss, gradient or weight was no longer a finite number; the last good ones are there.
  case diverged = 6
  case locked = 7
  case damagedCheckpoint = 8
  /// A sweep's time was over before any trial had ended.
  case budgetOver = 9
  /// Saved as it was asked to be: start me again.
  case saved = 75
  /// A worker of another process has the trial, or had it.
  case held = 76
  case superseded = 77

  package static func interrupted(by signal: Int32) -> Int32 { 128 + signal }
}
