/// Why a run, a sample or a trace did not come about, and the exit code that says so.
package enum RunError: Error, Hashable, Sendable {
  /// The system refuses; `reason` is in its words.
  case file(path: String, action: String, reason: String)
  /// `guards.min_free_disk` was reached.
  case diskLow(path: String, free: Int, limit: Int)
  /// The data do not go with the spec.
  case data(String)
  /// A loss, gradient or weight is no longer a finite number.
  case diverged(step: Int, tensor: String, value: Float)
  /// A file of the run is not what was written.
  case damaged(path: String, reason: String)
  /// What was asked for cannot be had from this run.
  case request(String)
  /// The device refuses; in its words.
  case device(String)
  /// The scheduler of a cluster cannot be asked, or refuses; with advice.
  case scheduler(String)
  /// It takes no more jobs while so many wait or run; in its words, with advice.
  case schedulerFull(String)
  /// A living process writes there.
  case locked(path: String, RunClaim.Holder)
  /// Another process has taken this one's place.
  case superseded(path: String, attempt: Int)
  /// The spec is not the one with which a run was begun.
  case changed(path: String, [SpecChange])
  /// A sweep with this name has been begun with another spec.
  case sweepChanged(path: String, [SpecChange])

  package var exitStatus: ExitStatus {
    switch self {
    case .device: .internalError
    case .request: .commandLine
    case .changed, .sweepChanged: .spec
    case .file, .diskLow, .data, .scheduler, .schedulerFull: .files
    case .diverged: .diverged
    case .locked: .locked
    case .damaged: .damagedCheckpoint
    case .superseded: .superseded
    }
  }
  package var exitCode: Int32 { exitStatus.rawValue }
}

extension RunError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .file(let path, let action, let reason):
      "\(path): cannot \(action): \(reason)"
    case .diskLow(let path, let free, let limit):
      "\(path): \(ByteCount(free)) free, guards.min_free_disk is \(ByteCount(limit))"
    case .data(let message), .request(let message), .device(let message),
      .scheduler(let message), .schedulerFull(let message):
      message
    case .diverged(let step, let tensor, let value):
      "diverged at step \(step): \(tensor) is \(value.isNaN ? "nan" : "\(value)")"
    case .damaged(let path, let reason):
      "\(path): damaged: \(reason)"
    case .locked(let path, let holder):
      "\(path): process \(holder.pid) on \(holder.host) is at work on it since \(holder.since)"
    case .superseded(let path, let attempt):
      "\(path): superseded: another process went on in the place of attempt \(attempt)"
    case .changed(let path, let changes):
      "\(path): the spec is not the one with which this was begun:"
        + changes.map { "\n  \($0)" }.joined()
        + "\n  = only a longer schedule.length, record, guards and notify may change; "
        + "anything else is another run"
    case .sweepChanged(let path, let changes):
      "\(path): the spec is not the one with which this sweep was begun:"
        + changes.map { "\n  \($0)" }.joined()
        + "\n  = values may be added to axes, and record, notify, budget, on_failure and "
        + "early_stopping may change; for anything else: --fresh makes a new directory, another "
        + "name keeps both apart"
    }
  }
}
