import RunFormat

/// Where a trial of a sweep stands.
package enum TrialState: Sendable, Hashable {
  case pending
  case running
  /// By a worker that is not of this sweep's process.
  case held
  case finished
  /// Ended early, because others do better.
  case stopped(reason: String)
  /// Saved because its time (`guards.max_time`) was over; the next process goes on with it.
  case paused(reason: String)
  case diverged(reason: String)
  case failed(reason: String)

  package var word: String {
    switch self {
    case .pending: "pending"
    case .running, .held: "running"
    case .finished: "finished"
    case .stopped: "stopped"
    case .paused: "interrupted"
    case .diverged: "diverged"
    case .failed: "failed"
    }
  }

  /// Why it is as it is, where there is something to say.
  package var reason: String? {
    switch self {
    case .stopped(let reason), .paused(let reason), .diverged(let reason), .failed(let reason):
      reason
    case .pending, .running, .held, .finished: nil
    }
  }

  /// Nothing is left to be done by this process.
  package var isOver: Bool {
    switch self {
    case .finished, .stopped, .paused, .diverged, .failed: true
    case .pending, .running, .held: false
    }
  }

  /// Whether a worker has brought it to its end.
  package var hasResult: Bool {
    switch self {
    case .finished, .stopped, .diverged: true
    case .pending, .running, .held, .paused, .failed: false
    }
  }

  /// What its directory says; failures are known from the journal.
  init(_ standing: Standing) {
    switch standing {
    case .open: self = .pending
    case .held: self = .held
    case .ended("finished", _, _): self = .finished
    case .ended("stopped", let step, let reason):
      self = .stopped(reason: reason ?? "at step \(step)")
    case .ended(_, let step, let reason): self = .diverged(reason: reason ?? "at step \(step)")
    }
  }
}
