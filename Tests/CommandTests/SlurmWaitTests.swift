import Foundation
import RunFormat
import Spec
import Testing

@testable import Runner

/// A sweep on a cluster that a process waits for.
@Suite struct SlurmWaitTests {
  /// Waits for a sweep. What happens to it is done when the scheduler has been asked so often since its
  /// trials were submitted, in this order.
  private func wait(
    _ sweep: FakeSweep, _ happens: [(after: Int, act: () throws -> Void)],
    _ change: (inout SweepOptions) -> Void = { _ in }
  ) throws -> (outcome: SweepOutcome, remarks: [String]) {
    var options = SweepOptions()
    change(&options)
    (options.pollSeconds, options.pauseSeconds, options.leavesJobs) = (0.001, 0.05, true)
    // A sweep that never ends is none.
    let deadline = monotonicSeconds() + 30
    options.interrupt = { monotonicSeconds() < deadline ? 0 : SIGTERM }
    var (left, remarks, problem) = (happens[...], [String](), (any Error)?.none)
    var before: Int?
    var run = SweepRun(sweep.directory, engine: sweep.engine(), options) { event in
      do {
        if case .remark(let text) = event { remarks.append(text) }
        guard case .waiting = event else { return }
        let asked = try sweep.slurm.calls("squeue")
        before = before ?? asked
        while let next = left.first, asked - (before ?? 0) >= next.after {
          try next.act()
          left = left.dropFirst()
        }
      } catch { problem = error }
    }
    let outcome = try run.play()
    if let problem { throw problem }
    #expect(left.isEmpty)
    return (outcome, remarks)
  }

  private func end(_ sweep: FakeSweep, _ state: String = "COMPLETED") throws {
    let count = sweep.directory.trials.count
    try sweep.slurm.show((0..<count).map { ($0, state, "n1") })
  }

  /// docs/failures.md: squeue fails while somebody waits: nothing has changed until it answers
  @Test(arguments: ["exit 1", "echo '<html>'; exit 0", "exit 0"])
  func aQueueThatFailsForAWhileChangesNothing(shell: String) throws {
    let sweep = try FakeSweep(trials: 2)
    let (outcome, _) = try wait(
      sweep,
      [
        (1, { try sweep.slurm.first("squeue", shell) }),
        (4, { try sweep.slurm.asUsual("squeue") }),
        (
          6,
          {
            for trial in 0..<2 { try sweep.finish(trial) }
            try end(sweep)
          }
        ),
      ])
    #expect(outcome.states == [.finished, .finished] && outcome.exitCode == 0)
    #expect(try sweep.slurm.calls("sbatch") == 1)
    #expect(try sweep.events().filter { $0 == "started" }.count == 2)
  }

  @Test func aJobThatIsForgottenForGoodIsWhatItsFolderSays() throws {
    let sweep = try FakeSweep(trials: 2)
    let (outcome, _) = try wait(
      sweep,
      [
        (
          1,
          {
            try sweep.finish(0)
            try sweep.log("1_1", "a last line\n")
            try sweep.slurm.first("squeue", "exit 0")
          }
        )
      ])
    #expect(
      outcome.states == [
        .finished,
        .failed(
          reason: "a last line (Slurm does not know the job any more, its log is "
            + "\(sweep.path)/slurm/1_1.log)"),
      ])
  }

  /// docs/failures.md: a folder that the nodes do not see: the trial failed without a log, and that this
  /// may be why
  @Test(arguments: ["FAILED", "COMPLETED"])
  func aTaskThatLeftNoLogSaysWhatThatMayMean(state: String) throws {
    let sweep = try FakeSweep(trials: 1)
    let (outcome, _) = try wait(sweep, [(1, { try end(sweep, state) })])
    #expect(
      outcome.states == [
        .failed(
          reason: "job 1_0 \(state) on n1 and left no log: perhaps n1 does not see \(sweep.path); "
            + "results must lie on a file system that the nodes share (--results)")
      ])
    #expect(outcome.exitCode == 5)
  }

  /// docs/failures.md: a binary that the nodes do not have: the trial failed, the node and the path named
  @Test func theLastLineOfALogIsNotThatOfWhatStartedIt() throws {
    let sweep = try FakeSweep(trials: 1)
    let (outcome, _) = try wait(
      sweep,
      [
        (
          1,
          {
            try sweep.log(
              "1_0",
              "error: n1 does not have /opt/gan-exp\nsrun: error: n1: task 0: Exited with exit code 4\n"
                + "srun: Terminating StepId=1.0\n")
            try end(sweep, "FAILED")
          }
        )
      ])
    #expect(
      outcome.states == [
        .failed(
          reason: "error: n1 does not have /opt/gan-exp (FAILED, its log is "
            + "\(sweep.path)/slurm/1_0.log)")
      ])
  }

  @Test func whoeverWaitsTakesOnWhatWasSubmittedBefore() throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    let (outcome, _) = try wait(
      sweep,
      [
        (
          1,
          {
            for trial in 0..<2 { try sweep.finish(trial) }
            try end(sweep)
          }
        )
      ])
    #expect(outcome.states == [.finished, .finished])
    #expect(try sweep.slurm.calls("sbatch") == 1)
  }

  private func full(_ sweep: FakeSweep, step: Int, by job: String) throws {
    try sweep.write(
      "status.json",
      .map([
        "state": .text("failed"), "step": .integer(step), "cause": .text("disk"),
        "reason": .text("no room"), "pid": .integer(1), "host": .text("n1"),
        "cluster": .map(["job": .text(job), "task": .text("0"), "restart": .integer(0)]),
      ]), of: 0)
    try sweep.slurm.show([(0, "FAILED", "n1")])
  }

  /// docs/failures.md: disk full in a sweep on a cluster: the sweep pauses, and goes on when a file can be
  /// written again
  @Test func aFullDiskIsAPauseAndNoFailure() throws {
    let sweep = try FakeSweep(trials: 1)
    let (outcome, _) = try wait(
      sweep,
      [
        (1, { try full(sweep, step: 3, by: "1") }),
        (
          5,
          {
            try sweep.finish(0)
            try end(sweep)
          }
        ),
      ])
    #expect(outcome.states == [.finished])
    #expect(try sweep.slurm.calls("sbatch") == 2)
    #expect(try sweep.events().filter { ["paused", "continued"].contains($0) }.count == 2)
  }

  @Test func whatAnEarlierJobSaidOfTheDiskIsNotSaidOfThisOne() throws {
    let sweep = try FakeSweep(trials: 1)
    let (outcome, _) = try wait(sweep, [(1, { try full(sweep, step: 3, by: "77") })])
    #expect(outcome.states.map(\.word) == ["failed"])
    #expect(try !sweep.events().contains("paused"))
  }

  /// Slurm calls a task FAILED that ended with 75.
  @Test(arguments: [("1", "interrupted", Int32(75)), ("77", "failed", 5)])
  func aTrialThatHasSavedHasNotFailed(by job: String, word: String, exitCode: Int32) throws {
    let sweep = try FakeSweep(trials: 1)
    let (outcome, _) = try wait(
      sweep,
      [
        (
          1,
          {
            try sweep.save(0, by: job)
            try end(sweep, "FAILED")
          }
        )
      ])
    #expect(outcome.states.map(\.word) == [word])
    #expect(outcome.exitCode == exitCode)
  }

  /// A worker that was killed is heard of until a moment before: its trial failed, it is not somebody's.
  @Test func aWorkerOfWhichSlurmSaysThatItFailedHoldsNothing() throws {
    let sweep = try FakeSweep(trials: 1)
    let (outcome, _) = try wait(
      sweep,
      [
        (
          1,
          {
            try sweep.claim(0, by: "1")
            try sweep.log("1_0", "Killed\n")
            try end(sweep, "OUT_OF_MEMORY")
          }
        )
      ])
    #expect(
      outcome.states == [
        .failed(reason: "Killed (OUT_OF_MEMORY, its log is \(sweep.path)/slurm/1_0.log)")
      ])
    #expect(try !sweep.events().contains("held"))
  }

  /// docs/failures.md: disk full in a sweep on a cluster: where nobody waits, the next submission goes on
  /// with the trial
  @Test func aFullDiskIsNoFailureForWhoeverCollects() throws {
    let sweep = try FakeSweep(trials: 1)
    _ = try sweep.submit()
    try full(sweep, step: 3, by: "1")
    var directory = sweep.directory
    #expect(try directory.collect(nil)?.states == [.paused(reason: "no room")])
    #expect(try sweep.submit().jobs.count == 1)
  }

  @Test func whatIsRefusedAtOnceEndsTheWaiting() throws {
    let sweep = try FakeSweep(trials: 2)
    try sweep.slurm.first("sbatch", "echo 'Invalid account' >&2; exit 1")
    let error = #expect(throws: RunError.self) { try wait(sweep, []) }
    #expect(error?.description.contains("Invalid account") == true)
    #expect(error?.exitCode == 4)
    #expect(try sweep.slurm.calls("sbatch") == 1)
  }

  /// docs/failures.md: Slurm takes no more while somebody waits: the rest is submitted when a job has ended
  @Test func whatIsRefusedWhileOthersRunIsSubmittedWhenOneHasEnded() throws {
    let sweep = try FakeSweep(trials: 6, limit: 4)
    try sweep.slurm.first(
      "sbatch",
      "[ $(grep -c ^sbatch \"$here/calls\") -lt 2 ] || { echo 'job submit limit' >&2; exit 1; }")
    let (outcome, remarks) = try wait(
      sweep,
      [
        (
          3,
          {
            #expect(try sweep.slurm.arrays().count == 1)
            try sweep.slurm.asUsual("sbatch")
            try sweep.finish(0)
            try sweep.slurm.show(
              [(0, "COMPLETED", "n1")] + (1..<4).map { ($0, "RUNNING", "n1") })
          }
        ),
        (
          6,
          {
            // One has ended: one is asked for, and then more.
            #expect(
              try sweep.slurm.arrays().suffix(2).map { $0.prefix { $0 != "|" } } == [
                "2_[0]", "3_[1]",
              ])
            for trial in 1..<6 { try sweep.finish(trial) }
            try sweep.slurm.first(
              "squeue", "list \"$@\" | sed -e s/PENDING/COMPLETED/ -e s/RUNNING/COMPLETED/; exit 0")
          }
        ),
      ])
    #expect(outcome.states.allSatisfy { $0 == .finished } && outcome.states.count == 6)
    #expect(remarks.count == 1)
    #expect(
      remarks.first?.hasPrefix("2 trials wait until one of these ends, and are submitted then: ")
        == true)
  }

  /// docs/failures.md: a command of Slurm fails for a while, while somebody waits: it is asked again
  @Test func whatASchedulerThatIsAwayDoesNotTakeIsAskedForAgainThoughOthersRun() throws {
    let sweep = try FakeSweep(trials: 6, limit: 4)
    try sweep.slurm.first(
      "sbatch",
      "[ $(grep -c ^sbatch \"$here/calls\") -lt 2 ] || { echo 'Connection refused' >&2; exit 1; }")
    let (outcome, remarks) = try wait(
      sweep,
      [
        (3, { try sweep.slurm.asUsual("sbatch") }),
        (
          60,
          {
            #expect(try sweep.slurm.arrays().last?.hasPrefix("2_[0-1]|") == true)
            for trial in 0..<6 { try sweep.finish(trial) }
            try sweep.slurm.first("squeue", "list \"$@\" | sed s/PENDING/COMPLETED/; exit 0")
          }
        ),
      ])
    #expect(outcome.states.allSatisfy { $0 == .finished } && outcome.states.count == 6)
    #expect(remarks.count == 1 && remarks[0].hasPrefix("2 trials wait, and Slurm is asked again"))
  }

  /// docs/failures.md: a file of the sweep's own cannot be written while somebody waits: the sweep pauses, and goes on
  /// when it can
  @Test func aSweepThatCannotWriteWaitsUntilItCan() throws {
    let sweep = try FakeSweep(trials: 2)
    let journal = "\(sweep.path)/journal.jsonl"
    let (outcome, _) = try wait(
      sweep,
      [
        (
          1,
          {
            try FileLayer().rename(journal, to: "\(journal).kept")
            try FileLayer().makeDirectories(journal)
            try sweep.finish(0)
            try sweep.slurm.show([(0, "COMPLETED", "n1"), (1, "RUNNING", "n1")])
          }
        ),
        (
          20,
          {
            try FileLayer().remove(journal)
            try FileLayer().rename("\(journal).kept", to: journal)
          }
        ),
        (
          60,
          {
            try sweep.finish(1)
            try end(sweep)
          }
        ),
      ])
    #expect(outcome.states == [.finished, .finished] && outcome.exitCode == 0)
    #expect(try sweep.events().contains("continued"))
  }

  /// docs/failures.md: a sweep's time is over, or too many trials failed, while somebody waits: what has not
  /// begun is taken back, what runs comes to its end
  @Test(arguments: [true, false])
  func whatHasNotBegunWhenTooManyHaveFailedIsTakenBack(isRemembered: Bool) throws {
    let sweep = try FakeSweep(trials: 4)
    let (outcome, _) = try wait(
      sweep,
      [
        (
          1,
          {
            try sweep.log("1_0", "out of luck\n")
            try sweep.slurm.show(
              [(0, "FAILED", "n1"), (1, "RUNNING", "n1"), (2, "PENDING", ""), (3, "PENDING", "")])
          }
        ),
        (
          6,
          {
            try sweep.finish(1)
            let others = isRemembered ? [(2, "CANCELLED", ""), (3, "CANCELLED", "")] : []
            try sweep.slurm.show([(0, "FAILED", "n1"), (1, "COMPLETED", "n1")] + others)
          }
        ),
      ]
    ) { $0.stopAfter = 1 }
    #expect(outcome.ending == .tooManyFailures(1) && outcome.exitCode == 5)
    #expect(outcome.states.map(\.word) == ["failed", "finished", "pending", "pending"])
    #expect(
      try sweep.slurm.words(of: "scancel")
        == ["scancel --state=PENDING --name=\(JobScript.name(of: sweep.path))"])
    #expect(try sweep.events().filter { $0 == "interrupted" }.count == 2)
    // They are for whoever goes on.
    #expect(try sweep.submit().jobs.map(\.word) == ["2_2", "2_3"])
  }

  @Test func whatCannotBeTakenBackIsSaid() throws {
    let sweep = try FakeSweep(trials: 2)
    try sweep.slurm.first("scancel", "echo 'Access denied' >&2; exit 1")
    let (outcome, remarks) = try wait(
      sweep,
      [
        (
          1,
          {
            try sweep.log("1_0", "out of luck\n")
            try sweep.slurm.show([(0, "FAILED", "n1"), (1, "PENDING", "")])
          }
        ),
        (
          6,
          {
            try sweep.finish(1)
            try sweep.slurm.show([(0, "FAILED", "n1"), (1, "COMPLETED", "n1")])
          }
        ),
      ]
    ) { $0.stopAfter = 1 }
    #expect(outcome.states.map(\.word) == ["failed", "finished"])
    #expect(
      remarks.first?.hasSuffix("did not succeed (Access denied): what waits begins all the same")
        == true, "\(remarks)")
  }

  @Test func aSchedulerThatIsSilentForLongIsSaidToBe() throws {
    let sweep = try FakeSweep(trials: 1)
    let (_, remarks) = try wait(
      sweep,
      [
        (1, { try sweep.slurm.first("squeue", "echo 'Unable to contact' >&2; exit 1") }),
        (5, { try sweep.slurm.asUsual("squeue") }),
        (
          7,
          {
            try sweep.finish(0)
            try end(sweep)
          }
        ),
      ])
    #expect(
      remarks == [
        "squeue gives no answer that can be used (Unable to contact); the trials go on without it, and it "
          + "is asked again", "squeue answers again",
      ])
  }

  /// docs/failures.md: Slurm takes nothing for a while, and nothing of the sweep runs: whoever waits asks again
  @Test func whatIsRefusedWhenNothingRunsIsOfferedAgainForAWhile() throws {
    let sweep = try FakeSweep(trials: 3, limit: 2)
    try sweep.slurm.first(
      "sbatch", "[ $(grep -c ^sbatch \"$here/calls\") -lt 2 ] || { echo 'no more' >&2; exit 1; }")
    let (outcome, remarks) = try wait(
      sweep,
      [
        (
          2,
          {
            for trial in 0..<2 { try sweep.finish(trial) }
            try sweep.slurm.show([(0, "COMPLETED", "n1"), (1, "COMPLETED", "n1")])
          }
        ),
        (5, { try sweep.slurm.asUsual("sbatch") }),
        (
          9,
          {
            #expect(try sweep.slurm.arrays().contains { $0.hasPrefix("2_[0]|") })
            try sweep.finish(2)
            try sweep.slurm.show([(0, "COMPLETED", "n1")])
          }
        ),
      ])
    #expect(outcome.states == [.finished, .finished, .finished])
    #expect(remarks.count == 1, "\(remarks)")
    #expect(
      remarks.last?.hasPrefix("1 trial waits, and Slurm is asked again every ") == true
        && remarks.last?.hasSuffix(
          "no more; change `engine.slurm` in the experiment file or engines.yaml and say the same again"
        ) == true,
      "\(remarks)")
  }
}
