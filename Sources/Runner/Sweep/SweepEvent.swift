import RunFormat

/// What happens in a sweep, for whoever watches.
package enum SweepEvent: Sendable, Hashable {
  /// So many are done already.
  case began(directory: String, trials: Int, done: Int)
  case started(PlannedTrial)
  case ended(PlannedTrial, TrialState, seconds: Double)
  case retried(PlannedTrial, reason: String)
  /// A trial, or the sweep itself, could not write: none begins until one can.
  case paused(PlannedTrial?, reason: String)
  case continued
  /// What somebody should know of the sweep's files.
  case remark(String)
  /// A search chose what comes next, and passed over what cannot be played.
  case suggested([PlannedTrial], refused: [String])
  case waiting(SweepProgress)
}
