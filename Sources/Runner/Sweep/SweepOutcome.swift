import RunFormat

/// How a sweep ended.
package struct SweepOutcome: Sendable {
  package enum Ending: Sendable, Hashable {
    case complete
    case interrupted(signal: Int32)
    /// So many failures in a row.
    case tooManyFailures(Int)
    case outOfTime
  }
  package let ending: Ending
  package let states: [TrialState]

  package func count(_ word: String) -> Int { states.count { $0.word == word } }

  package var exitCode: Int32 {
    if case .interrupted(let signal) = ending { return ExitStatus.interrupted(by: signal) }
    return status.rawValue
  }

  /// Of trials that others have played, and that nobody plays any more: some may not have begun.
  package static func exitCode(collected states: [TrialState]) -> Int32 {
    let code = SweepOutcome(ending: .complete, states: states).exitCode
    return code == 0 && states.contains { !$0.isOver } ? ExitStatus.saved.rawValue : code
  }

  private var status: ExitStatus {
    let isFailed = count("failed") + count("diverged") > 0
    switch ending {
    case .tooManyFailures: return .failedTrial
    case .outOfTime where count("finished") == 0: return .budgetOver
    case .complete where !isFailed && count("interrupted") > 0: return .saved
    case .complete, .outOfTime, .interrupted: return isFailed ? .failedTrial : .ok
    }
  }
}
