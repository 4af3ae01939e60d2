/// Where a trial of a sweep stands.
package enum TrialState: Sendable, Hashable {
  case pending
  case running
  /// By a worker that is not of this sweep's process.
  case held
  case finished
  case diverged(reason: String)
  case failed(reason: String)

  package var word: String {
    switch self {
    case .pending: "pending"
    case .running, .held: "running"
    case .finished: "finished"
    case .diverged: "diverged"
    case .failed: "failed"
    }
  }

  /// What its directory says; failures are known from the journal.
  init(_ standing: Standing) {
    switch standing {
    case .open: self = .pending
    case .held: self = .held
    case .ended("finished", _, _): self = .finished
    case .ended(_, let step, let reason): self = .diverged(reason: reason ?? "at step \(step)")
    }
  }
}
