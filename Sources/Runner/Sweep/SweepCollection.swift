import CLibrary
import RunFormat
import Spec

/// What a sweep came to that others have played.
package struct SweepCollection: Sendable, Hashable {
  /// Where each trial stands.
  package let states: [TrialState]
  /// How many trials wait or run, as far as anybody knows.
  package let living: Int
  /// Nobody has told of this end.
  package fileprivate(set) var isToBeTold = false
}

extension SweepDirectory {
  /// Writes summary.csv from what the folders say, and into the journal which trials failed by their own
  /// word, for an engine that goes on without a process of the sweep's own.
  ///
  /// - Parameters:
  ///   - queue: what the scheduler knows; nil where it cannot be asked.
  ///   - tells: whether the end of the sweep is to be told by whoever calls.
  ///   - patience: how long another process is waited for, in seconds: a submission is soon over.
  /// - Returns: nil while another process runs the sweep, which does the same.
  package mutating func collect(
    _ objective: MetricsSection.Objective?, knowing queue: QueuedTrials? = nil,
    tells: Bool = false, patience: Double = 0
  ) throws(RunError) -> SweepCollection? {
    let claim: RunClaim
    do throws(RunError) { claim = try self.claim(patience: patience) } catch .locked { return nil }
    do throws(RunError) {
      try hold(claim)
      let known = try failures()
      let states = try states(failures: known, knowing: queue)
      for (trial, state) in zip(trials, states) {
        guard case .failed(let reason) = state, known[trial.index] != reason else { continue }
        try journal.add("ended", trial.ending(state))
      }
      try writeSummary(states, objective)
      var collection = SweepCollection(
        states: states, living: queue?.live.count ?? states.count { !$0.isOver })
      if tells, collection.living == 0 {
        collection.isToBeTold = try !isTold()
        if collection.isToBeTold { try journal.add("told", []) }
      }
      try claim.end(.map(["state": .text("collected")]))
      return collection
    } catch {
      try? claim.end(.map(["state": .text("failed"), "reason": .text("\(error)")]))
      throw error
    }
  }

  /// Where each trial stands, by its folder and by what its worker said last.
  ///
  /// - Parameters:
  ///   - failures: what the journal knows.
  ///   - queue: what the scheduler knows; nil where there is none, or it cannot be asked.
  package func states(
    failures: [Int: String]? = nil, knowing queue: QueuedTrials? = nil
  ) throws(RunError) -> [TrialState] {
    var known = failures ?? [:]
    if failures == nil { known = try self.failures() }
    var states: [TrialState] = []
    for trial in trials {
      let standing: Standing
      do throws(RunError) {
        standing = try self.standing(of: trial)
      } catch {
        guard case .damaged = error else { throw error }
        states.append(.failed(reason: "\(error)"))
        continue
      }
      var state = TrialState(queue?.correct(standing) ?? standing)
      if state == .pending, let status = status(of: trial) {
        switch status.state {
        // Through no fault of the trial: it goes on when it is submitted again.
        case .failed? where status.isOfDisk && known[trial.index] == nil:
          state = .paused(reason: status.reason ?? "the disk took no more")
        case .failed?: state = .failed(reason: status.reason ?? "failed")
        case .interrupted?: state = .paused(reason: status.reason ?? "saved on request")
        case .running?, .finished?, .stopped?, .diverged?, nil: break
        }
      }
      if state == .pending, let reason = known[trial.index] { state = .failed(reason: reason) }
      states.append(state)
    }
    return states
  }

  /// - Parameter patience: how long another process is waited for, in seconds.
  /// - Throws: `.locked` when that one is at work still.
  func claim(
    patience: Double, lostAfter: Double = RunClaim.lostAfter
  ) throws(RunError) -> RunClaim {
    let start = monotonicSeconds()
    while true {
      do throws(RunError) {
        return try RunClaim.take(
          path, as: .current(), steps: trials.count, lostAfter: lostAfter, files: files)
      } catch {
        guard case .locked = error, monotonicSeconds() - start < patience else { throw error }
        usleep(200_000)
      }
    }
  }

  /// Whether somebody has told of the end of what was last begun: the jobs behind two submissions may see it both.
  private func isTold() throws(RunError) -> Bool {
    try journal.content().records.last { record in
      ["told", "submitted", "started"].contains(record["event"]?.string)
    }?["event"]?.string == "told"
  }

  /// How a trial's folder says that it stands.
  ///
  /// - Throws: `.damaged` with advice where its end cannot be read.
  func standing(
    of trial: PlannedTrial, lostAfter: Double = RunClaim.lostAfter
  ) throws(RunError) -> Standing {
    do throws(RunError) {
      return try Standing(of: folder(trial), lostAfter: lostAfter, files: files)
    } catch {
      guard case .damaged(let file, let reason) = error else { throw error }
      throw .damaged(
        path: file,
        reason: "\(reason); gan-exp rm \(folder(trial).shellWord), and the sweep plays it again")
    }
  }

  /// What the last worker of a trial said; nil before the first.
  package func status(of trial: PlannedTrial) -> RunStatus? {
    let bytes = try? files.read("\(folder(trial))/status.json", limit: 1 << 20)
    return bytes.flatMap { try? JSON(parsing: $0) }.map { RunStatus($0) }
  }

  /// Whether the last worker of a trial saved and left it for later, of an engine without exit codes.
  func hasSaved(_ trial: PlannedTrial, _ job: JobID, _ ending: JobEnding) -> Bool {
    guard case .gone = ending, let status = status(of: trial) else { return false }
    return status.state == .interrupted && status.process?.cluster?.id == job.word
  }
}
