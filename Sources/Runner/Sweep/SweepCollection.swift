import RunFormat
import Spec

extension SweepDirectory {
  /// Writes summary.csv from what the folders say, and into the journal which trials failed by their own
  /// word, for an engine that goes on without a process of the sweep's own.
  ///
  /// - Parameter queue: what the scheduler knows; nil where it cannot be asked.
  /// - Returns: where each trial stands; nil while another process runs the sweep, which does the same.
  package mutating func collect(
    _ objective: MetricsSection.Objective?, knowing queue: QueuedTrials? = nil
  ) throws(RunError) -> [TrialState]? {
    let claim: RunClaim
    do throws(RunError) {
      claim = try RunClaim.take(
        path, as: .current(), steps: trials.count, lostAfter: RunClaim.lostAfter, files: files)
    } catch .locked {
      return nil
    }
    do throws(RunError) {
      try hold(claim)
      let known = try failures()
      let states = try states(failures: known, knowing: queue)
      for (trial, state) in zip(trials, states) {
        guard case .failed(let reason) = state, known[trial.index] != reason else { continue }
        try journal.add("ended", trial.ending(state))
      }
      try writeSummary(states, objective)
      try claim.end(.map(["state": .text("collected")]))
      return states
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
      let standing = try Standing(of: folder(trial), files: files)
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
