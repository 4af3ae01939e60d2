import RunFormat
import Spec

/// Which checkpoints of a run stay: the newest, the best by the objective, and milestones.
struct KeepPolicy {
  let checkpoint: RecordSection.Checkpoint?
  let timetable: Timetable
  /// Whether the run is a trial of a sweep that has come to its end.
  var isOfFinishedTrial = false

  /// How many of the newest stay.
  var keepLast: Int {
    guard let checkpoint else { return 1 }
    let ofFinished = isOfFinishedTrial ? checkpoint.keepFinished ?? .max : .max
    return max(1, min(checkpoint.keepLast, ofFinished))
  }

  /// Steps of the best ones, the best first; empty where none are to be kept.
  func best(_ scores: ObjectiveValues?) -> [Int] {
    scores.map { $0.best(checkpoint?.keepBest ?? 0).map(\.step) } ?? []
  }

  /// Whether one is saved now that `step` rounds have been played.
  func saves(after step: Int, _ scores: ObjectiveValues?) -> Bool {
    guard let checkpoint else { return false }
    return timetable.isDue(checkpoint.every, after: step) || isMilestone(step)
      || best(scores).contains(step)
  }

  func isMilestone(_ step: Int) -> Bool {
    guard let period = checkpoint?.milestones, step > 0 else { return false }
    return timetable.isDue(period, after: step)
  }

  /// Of these steps, rising, those that need not stay.
  func superfluous(_ steps: [Int], _ scores: ObjectiveValues?) -> [Int] {
    let best = best(scores)
    return steps.dropLast(keepLast).filter {
      !isMilestone($0) && !best.contains($0)
    }
  }
}
