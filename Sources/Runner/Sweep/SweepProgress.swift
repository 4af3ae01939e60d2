import RunFormat

/// How far a sweep is, for whoever watches.
package struct SweepProgress: Sendable, Hashable {
  /// A trial that plays, by what its worker has written last.
  package struct Trial: Sendable, Hashable {
    package let trial: PlannedTrial
    package var step: Int
    /// nil before its worker has said how many.
    package var steps: Int?
    package var losses: [RunStatus.Loss]
    package var secondsLeft: Double?
  }

  package struct Best: Sendable, Hashable {
    package let trial: PlannedTrial
    package let metric: String
    package let value: Double
  }

  package var done: Int
  package var running: Int
  package var count: Int
  package var secondsLeft: Double?
  /// Some of those that play.
  package var trials: [Trial] = []
  /// By the sweep's objective; nil without one, and before it was measured.
  package var best: Best?
}
