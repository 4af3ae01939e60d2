/// What a run is doing, as far as a reader can tell.
package enum RunState: Sendable, Hashable {
  /// Its process lives, or it is on another machine and wrote a moment ago.
  case running(elsewhere: String?)
  case finished
  /// - wasRunning: nobody wrote that it ended; its process is gone.
  case interrupted(wasRunning: Bool)
  /// By its sweep, before its time.
  case stopped
  case diverged
  case failed
  /// A word of another version.
  case other(String)
  /// Nothing says.
  case unknown

  /// One word, for conditions and files.
  package var word: String {
    switch self {
    case .running: "running"
    case .finished: "finished"
    case .interrupted: "interrupted"
    case .stopped: "stopped"
    case .diverged: "diverged"
    case .failed: "failed"
    case .other(let word): word
    case .unknown: "unknown"
    }
  }

  package var text: String {
    switch self {
    case .running(let host?): "running on \(host)"
    case .interrupted(wasRunning: true): "interrupted (was running)"
    case .running, .finished, .interrupted, .stopped, .diverged, .failed, .other, .unknown: word
    }
  }
}
