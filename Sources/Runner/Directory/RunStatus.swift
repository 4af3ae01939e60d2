import Spec

/// What a run is doing, or how it ended: status.json.
///
/// `running` is only what its process said last: whoever reads it looks whether that process lives
/// (host, boot, pid) and how old the heartbeat is.
package struct RunStatus: Sendable, Hashable {
  package enum State: String, Sendable, CaseIterable {
    /// `stopped`: ended by its sweep before its time, because others do better.
    case running, finished, stopped, interrupted, diverged, failed
  }
  package var state: State
  package var step: Int
  package var steps: Int
  package var epoch: Int
  /// Why it ended so, in a sentence; nil while all is well.
  package var reason: String?
  /// `disk`, `device`, `data`: what kind of failure, for `failed`.
  package var cause: String?

  /// The last word of an attempt, and of a run that has come to its end.
  func result(
    exitCode: Int32, attempt: Int, seconds: Double, recording: RecordingCost, ended: String
  ) -> JSON {
    .map([
      "state": .text(state.rawValue), "exit_code": .integer(Int(exitCode)),
      "step": .integer(step), "steps": .integer(steps), "epoch": .integer(epoch),
      "cause": cause.map(JSON.text), "reason": reason.map(JSON.text),
      "attempt": .integer(attempt), "seconds": .number((seconds * 1000).rounded() / 1000),
      "recording": recording.json, "ended": .text(ended),
    ])
  }

  func json(process: ProcessIdentity, started: String, heartbeat: String) -> JSON {
    .map([
      "state": .text(state.rawValue), "step": .integer(step), "steps": .integer(steps),
      "epoch": .integer(epoch), "heartbeat": .text(heartbeat), "started": .text(started),
      "cause": cause.map(JSON.text), "reason": reason.map(JSON.text),
      "pid": .integer(process.pid), "host": .text(process.host),
      "boot": process.boot.map(JSON.text),
    ])
  }
}
