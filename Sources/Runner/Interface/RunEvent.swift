import RunFormat
import Spec

/// What happens in a run, for whoever watches: a progress line, a test.
package enum RunEvent: Sendable {
  case started(directory: String, Timetable, of: SampleFormat)
  /// Goes on after this step; 0: from the beginning.
  case resumed(step: Int)
  /// Another part of networks that grow plays from here on: `level 2 of 3: 14×14, fading in`.
  case grown(String)
  case round(RoundProgress)
  case row(LossRow)
  case picture(path: String)
  case measured([MetricsRow])
  case checkpoint(path: String)
  case warning(String)
  case ended(RunOutcome)
}

/// After each round.
package struct RoundProgress: Sendable, Hashable {
  /// Rounds played.
  package let step: Int
  package let steps: Int
  package let epoch: Int
  package let epochs: Int
  /// Images seen so far.
  package let images: Int
  /// Of the last move of each mover in this round, in the order of losses.csv.
  package let losses: [Loss]

  package struct Loss: Sendable, Hashable {
    package let column: LossColumn
    package let value: Float

    package init(column: LossColumn, value: Float) { (self.column, self.value) = (column, value) }
  }
}

/// How a run ended, with the directory it leaves.
package struct RunOutcome: Sendable {
  package enum Ending: Sendable, Hashable {
    case finished
    /// `guards.max_time` was reached by this process: it is saved, and another one goes on.
    case outOfTime(seconds: Double)
    /// Its sweep ended it, for this reason; what there is, is complete.
    case stopped(String)
    case interrupted(signal: Int32)
    case diverged(RunError)
    case failed(RunError)
    /// Another process goes on in this one's place.
    case superseded(RunError)
  }
  package let ending: Ending
  package let directory: String
  package let step: Int
  /// The newest checkpoint, and the last picture.
  package let checkpoint: String?
  package let picture: String?

  package var exitCode: Int32 {
    switch ending {
    case .finished, .stopped: ExitStatus.ok.rawValue
    case .outOfTime: ExitStatus.saved.rawValue
    case .interrupted(let signal): ExitStatus.interrupted(by: signal)
    case .diverged(let error), .failed(let error), .superseded(let error): error.exitCode
    }
  }

  /// A sentence or two for the one who waits; nil when all went well.
  package var message: String? {
    let kept = checkpoint.map { "saved: \($0)" } ?? "there is no checkpoint"
    let goingOn = "to go on: gan-exp resume \(directory.shellWord)"
    switch ending {
    case .finished: return nil
    case .outOfTime(let seconds):
      return
        "interrupted after step \(step): guards.max_time (\(Duration.words(seconds))) is over; "
        + "\(kept); \(goingOn)"
    case .stopped(let reason): return "stopped early at step \(step): \(reason)"
    case .interrupted:
      return "interrupted after step \(step); \(kept); \(goingOn)"
    case .diverged(let error): return "\(error); last finite weights: \(checkpoint ?? "none saved")"
    case .superseded(let error): return "\(error); stopped at step \(step)"
    case .failed(let error): return "failed after step \(step): \(error); \(kept)"
    }
  }
}
