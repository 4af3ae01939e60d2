import ModelBuilder
import Spec

/// What the checkpoints of a run take on the disk when it has ended.
package struct DiskNeed: Sendable {
  /// Bytes of the numbers in one.
  package let checkpoint: Int
  /// How many stay.
  package let count: Int

  /// nil where that is more than an integer holds.
  package var total: Int? { checkpoint.times(count) }

  /// - Parameter isTrial: of a sweep, which keeps fewer of those that have finished.
  package init(_ program: TrainingProgram, _ timetable: Timetable, isTrial: Bool = false) {
    checkpoint = program.states.reduce(0) { $0 + $1.type.byteCount }
    let metrics = program.experiment.metrics
    let policy = KeepPolicy(
      checkpoint: program.experiment.record.checkpoint, timetable: timetable,
      isOfFinishedTrial: isTrial)
    let milestones = policy.checkpoint?.milestones.map { Self.times($0, timetable) } ?? 0
    // The newest ones, and the last whatever the spec says, as far as they are no milestones.
    var (newest, seen) = (0, 0)
    let last = policy.keepLast
    for step in stride(from: timetable.rounds, to: max(0, timetable.rounds - Self.lookBack), by: -1)
    where seen < last && (step == timetable.rounds || policy.saves(after: step, nil)) {
      seen += 1
      if !policy.isMilestone(step) { newest += 1 }
    }
    let saved = policy.checkpoint.map { Self.times($0.every, timetable) } ?? 0
    let best = metrics?.objective == nil ? 0 : policy.checkpoint?.keepBest ?? 0
    count = milestones + newest + min(best, max(0, saved - newest))
  }

  /// Rounds among which the newest are looked for.
  private static let lookBack = 1_000_000

  /// How often something is due over a run.
  private static func times(_ period: Period, _ timetable: Timetable) -> Int {
    switch period {
    case .steps(let steps): timetable.rounds / steps
    case .epochs(let epochs): timetable.finishedEpochs(after: timetable.rounds) / epochs
    }
  }
}
