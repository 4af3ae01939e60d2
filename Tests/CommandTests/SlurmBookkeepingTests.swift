import Foundation
import RunFormat
import Spec
import Testing

@testable import Runner

/// Whose a trial is, and which jobs are a sweep's, when what is written down and what the scheduler says do not
/// go together.
@Suite struct SlurmBookkeepingTests {
  // MARK: Claims of workers that are gone

  /// docs/failures.md: a worker is killed on another node: its trial is free as soon as the scheduler says that the
  /// task is over
  @Test func whatATaskClaimedThatIsOverIsNobodys() throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    for trial in 0..<2 { try sweep.claim(trial, by: "1") }
    try sweep.slurm.show([(0, "FAILED", "n1"), (1, "RUNNING", "n1")])
    let queue = try SlurmQueue(sweep.client(), sweep: sweep.path).trials()
    #expect(try sweep.directory.states() == [.held, .held])
    #expect(try sweep.directory.states(knowing: queue) == [.pending, .held])
    var directory = sweep.directory
    #expect(try directory.collect(nil, knowing: queue)?.states == [.pending, .held])
    let again = try sweep.submit()
    #expect(again.jobs.map(\.word) == ["2_0"] && again.held == 0 && again.live == 1)
  }

  @Test func whatATaskClaimedThatIsInTheQueueAgainIsStillIts() throws {
    let sweep = try FakeSweep(trials: 1)
    _ = try sweep.submit()
    try sweep.claim(0, by: "1")
    try sweep.slurm.show([(0, "PENDING", "")])
    #expect(try sweep.submit().live == 1)
    // Of a task that is not this scheduler's nothing is known.
    let other = try FakeSweep(trials: 1)
    try other.claim(0, by: "7")
    #expect(try other.submit().held == 1)
  }

  /// docs/failures.md: a worker finds its trial in the hands of one that is silent: it waits for a sign of life, and
  /// takes the trial when there is none
  @Test func aWorkerWaitsForASignOfLifeOfAnother() throws {
    let sweep = try FakeSweep(trials: 1)
    try sweep.claim(0, by: "1")
    let folder = sweep.directory.folder(sweep.directory.trials[0])
    let watch = ClaimWatch(of: folder, lostAfter: 1, interval: 0.02)
    #expect(try watch.outcome { false } == .open)
    // One that beats lives.
    try sweep.beat(0)
    var looks = 0
    let found = try ClaimWatch(of: folder, lostAfter: 30, interval: 0.02).outcome {
      looks += 1
      if looks == 3 { try? sweep.beat(0) }
      return looks > 200
    }
    #expect(looks == 3)
    guard case .held(let holder) = found else { return #expect(Bool(false), "\(found)") }
    #expect(holder.task == "1_0")
    // Whoever is asked to stop waits no longer.
    guard
      case .held = try ClaimWatch(of: folder, lostAfter: 30, interval: 0.02).outcome(
        until: { true })
    else { return #expect(Bool(false)) }
  }

  // MARK: While it is submitted

  @Test func whoeverLosesTheSweepWhileItSubmitsSubmitsNoMore() throws {
    let sweep = try FakeSweep(trials: 5, limit: 2)
    try sweep.slurm.first("sbatch", "mkdir -p '\(sweep.path)/attempts/2'")
    let error = #expect(throws: RunError.self) { try sweep.submit() }
    #expect(
      error == .superseded(path: sweep.path, attempt: 1) || error?.exitCode == 76, "\(error!)")
    #expect(try sweep.slurm.calls("sbatch") == 1)
  }

  @Test func whoeverSubmitsGivesSignsOfLife() throws {
    let sweep = try FakeSweep(trials: 5, limit: 2)
    // As if an array took longer than anybody may be silent.
    try sweep.slurm.first(
      "sbatch", "touch -d '10 minutes ago' '\(sweep.path)/attempts/1/heartbeat'")
    var ages: [Double] = []
    var engine = sweep.engine()
    let claim = try RunClaim.take(
      sweep.path, as: .current(), steps: 5, lostAfter: 120, files: FileLayer())
    engine.keepAlive { () throws(RunError) in
      ages.append(try RunClaim.silence(of: sweep.path) ?? -1)
      try claim.beat()
    }
    #expect(try engine.submit(sweep.directory.trials).count == 5)
    #expect(ages.count == 3 && ages[0] < 100 && ages[1] > 500 && ages[2] > 500, "\(ages)")
  }

  /// docs/failures.md: `gan-exp cancel` while another submits or waits: that one gives up too
  @Test func whatIsCancelledWhileItIsSubmittedIsSubmittedNoFurther() throws {
    let sweep = try FakeSweep(trials: 5, limit: 2)
    try sweep.slurm.first("sbatch", "echo now >'\(sweep.path)/slurm/cancelled'")
    let outcome = try sweep.submit()
    #expect(outcome.jobs.count == 2 && outcome.left == 3)
    #expect(
      outcome.refusal?.description
        == "gan-exp cancel was said meanwhile: what was submitted is cancelled")
    #expect(try sweep.slurm.calls("sbatch") == 1)
    // That of before is nothing to the next.
    try sweep.slurm.asUsual("sbatch")
    #expect(try sweep.submit().jobs.count == 3)
  }

  @Test func cancelLooksForWhatAnotherSubmitsMeanwhile() throws {
    let sweep = try FakeSweep(trials: 2)
    let claim = try RunClaim.take(
      sweep.path, as: .current(), steps: 2, lostAfter: 120, files: FileLayer())
    var engine = sweep.engine()
    #expect(try engine.submit([sweep.directory.trials[0]]).count == 1)
    // The second array comes after the first look.
    let script = "\(sweep.path)/slurm/job-2.sh"
    let name = JobScript.name(of: sweep.path)
    try FileLayer().replace(
      script, with: Array("#SBATCH --job-name=\(name)\n#SBATCH --array=0\n".utf8))
    try sweep.slurm.first(
      "scancel",
      "[ -e \"$here/late\" ] || { : >\"$here/late\"; '\(sweep.slurm.path)/sbatch' '\(script)'; }")
    let queue = SlurmQueue(sweep.client(), sweep: sweep.path)
    #expect(try queue.cancelAll(attempts: 3, pause: 0.01) == 2)
    #expect(try sweep.slurm.arrays().allSatisfy { $0.contains("|CANCELLED|") })
    try claim.end(.map([:]))
    #expect(queue.cancellation() != nil)
  }

  /// docs/failures.md: whoever submits is killed while sbatch is at work: the next waits until nothing can come of it
  @Test(arguments: [(5, false), (100, false), (121, true)])
  func whatWasAskedForAMomentAgoMayStillCome(age: Int, isSubmitted: Bool) throws {
    let sweep = try FakeSweep(trials: 2)
    let ledger = SubmissionLedger(sweep: sweep.path, files: FileLayer())
    try FileLayer().makeDirectories(ledger.folder)
    try ledger.asks(1, offset: 0, tasks: "0-1")
    let path = "\(ledger.folder)/submissions.jsonl"
    let text = String(decoding: try FileLayer().read(path), as: UTF8.self)
    let moment = Moment(seconds: Moment.now.seconds - age).iso
    try FileLayer().replace(
      path, with: Array(text.replacing(#/"time":"[^"]*"/#, with: "\"time\":\"\(moment)\"").utf8))
    if isSubmitted {
      #expect(try sweep.submit().jobs.count == 2)
    } else {
      let error = #expect(throws: RunError.self) { try sweep.submit() }
      #expect(
        error?.description.contains(
          "\(sweep.path)/slurm/job-1.sh was given to sbatch, and nobody knows what came of it; nothing was "
            + "submitted or changed") == true, "\(error!)")
      #expect(try sweep.slurm.calls("sbatch") == 0)
    }
  }

  /// docs/failures.md: more jobs at once than a user may have: as many as are taken, in halves
  @Test func whatIsTooMuchForOneArrayIsSubmittedInParts() throws {
    let sweep = try FakeSweep(trials: 10)
    // At most seven tasks, whatever the arrays.
    try sweep.slurm.first(
      "sbatch",
      """
      size=$(sed -n 's/^#SBATCH --array=//p' "$last" | awk -F- '{print ($2 == "" ? $1 : $2) - $1 + 1}')
      have=$(cat "$here/have" 2>/dev/null || echo 0)
      if [ $((have + size)) -gt 7 ]; then
        echo 'sbatch: error: QOSMaxSubmitJobPerUserLimit' >&2
        echo 'sbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit)' >&2
        exit 1
      fi
      echo $((have + size)) >"$here/have"
      """)
    let outcome = try sweep.submit()
    #expect(outcome.jobs.count == 7 && outcome.left == 3)
    #expect(outcome.refusal?.description.contains("QOSMaxSubmitJobPerUserLimit") == true)
    let arrays = try sweep.slurm.arrays().map { $0.prefix { $0 != "|" } }
    #expect(arrays == ["1_[0-4]", "2_[5-6]"])
  }

  @Test(arguments: [
    ("QOSMaxSubmitJobPerUserLimit; Job violates accounting/QOS policy (job submit limit)", true),
    ("Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)", true),
    (
      "QOSMaxWallDurationPerJobLimit; Job violates … (job submit limit, user's size and/or time)",
      false
    ),
    ("Invalid account", false),
  ])
  func onlyTooManyJobsAreHalved(words: String, isOfCount: Bool) {
    #expect(SlurmClient.isOfCount(words) == isOfCount)
  }

  /// After an end as many are asked for as were taken last, and not all that is left.
  @Test func howManyAreTakenAtOnceIsRemembered() throws {
    let sweep = try FakeSweep(trials: 64)
    try sweep.slurm.first(
      "sbatch",
      """
      [ $(sed -n 's/^#SBATCH --array=//p' "$last") = "${allowed:-$(cat "$here/allowed")}" ] || {
        echo 'job submit limit' >&2; exit 1; }
      """)
    try FileLayer().replace("\(sweep.slurm.folder)/allowed", with: Array("0-3".utf8))
    var engine = sweep.engine()
    #expect(try engine.submit(sweep.directory.trials).count == 4)
    // 64, 32, 16, 8, 4 of them, then 8, 4, 2 and 1.
    #expect(try sweep.slurm.calls("sbatch") == 9)
    try FileLayer().replace("\(sweep.slurm.folder)/allowed", with: Array("4".utf8))
    #expect(try engine.submit(Array(sweep.directory.trials[4...])).count == 1)
    #expect(try sweep.slurm.calls("sbatch") == 12)
  }

  // MARK: What cannot be read, and who tells

  /// docs/failures.md: the end of one trial cannot be read: it counts as failed, with what to do, and the others go on
  @Test func aTrialThatCannotBeReadIsNoReasonToLeaveTheOthers() throws {
    let sweep = try FakeSweep(trials: 3)
    try sweep.write("result.json", .map(["state": .text("finished")]), of: 1)
    let folder = sweep.directory.folder(sweep.directory.trials[1])
    let reason =
      "\(folder)/result.json: damaged: it names no state and step; gan-exp rm \(folder), and the "
      + "sweep plays it again"
    let outcome = try sweep.submit()
    #expect(outcome.jobs.map(\.word) == ["1_0", "1_2"] && outcome.damaged == [reason])
    var directory = sweep.directory
    #expect(
      try directory.collect(nil)?.states == [.pending, .failed(reason: reason), .pending])
  }

  @Test func theEndOfASweepIsToldOnce() throws {
    let sweep = try FakeSweep(trials: 1)
    _ = try sweep.submit()
    var directory = sweep.directory
    let queue = SlurmQueue(sweep.client(), sweep: sweep.path)
    func collect(_ queue: QueuedTrials?) throws -> SweepCollection? {
      try directory.collect(nil, knowing: queue, tells: true)
    }
    // It waits, or nobody knows whether it does.
    #expect(try collect(queue.trials())?.isToBeTold == false)
    #expect(try collect(nil)?.isToBeTold == false)
    try sweep.finish(0)
    try sweep.slurm.show([(0, "COMPLETED", "n1")])
    #expect(try collect(queue.trials())?.isToBeTold == true)
    #expect(try collect(queue.trials())?.isToBeTold == false)
    // What is begun anew ends anew.
    try directory.journal.add("submitted", [])
    #expect(try collect(nil)?.isToBeTold == true)
  }

  @Test func whoeverCollectsWaitsForASubmissionToEnd() throws {
    let sweep = try FakeSweep(trials: 1)
    let claim = try RunClaim.take(
      sweep.path, as: .current(), steps: 1, lostAfter: 120, files: FileLayer())
    var directory = sweep.directory
    #expect(try directory.collect(nil) == nil)
    let thread = Thread {
      usleep(200_000)
      try? claim.end(.map([:]))
    }
    thread.start()
    #expect(try directory.collect(nil, patience: 30)?.states == [.pending])
  }

  @Test func whoeverSubmitsWaitsForTheCollectingJobToEnd() throws {
    let sweep = try FakeSweep(trials: 1)
    let claim = try RunClaim.take(
      sweep.path, as: .current(), steps: 1, lostAfter: 120, files: FileLayer())
    var engine = sweep.engine()
    var hasty = SweepSubmission(sweep.directory, SweepOptions(), patience: 0)
    let error = #expect(throws: RunError.self) { try hasty.submit(&engine) }
    #expect(error?.exitCode == 7)
    let thread = Thread {
      usleep(200_000)
      try? claim.end(.map([:]))
    }
    thread.start()
    var patient = SweepSubmission(sweep.directory, SweepOptions(), patience: 30)
    #expect(try patient.submit(&engine).jobs.count == 1)
  }

  /// A queue that does not yet name what it has just accepted.
  @Test func theCollectingJobComesAfterWhatWasJustSubmitted() throws {
    let sweep = try FakeSweep(trials: 2)
    var engine = sweep.engine()
    _ = try engine.submit(sweep.directory.trials)
    try sweep.slurm.first("squeue", "exit 0")
    #expect(try engine.collect(tells: false) == 2)
    #expect(
      try sweep.slurm.words(of: "sbatch").last?.contains(" --dependency=afterany:1 ") == true)
  }

  /// docs/failures.md: gan-exp cancel while a task is being queued again: it is ended too
  @Test func whatIsOnItsWayBackIntoTheQueueIsCancelledToo() throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    try sweep.slurm.show([(0, "COMPLETED", "n1"), (1, "COMPLETING", "n1")])
    let queue = SlurmQueue(sweep.client(), sweep: sweep.path)
    #expect(try queue.cancelAll(attempts: 3, pause: 0.01) == 0)
    #expect(try sweep.slurm.words(of: "scancel").contains("scancel 1_1"))
    #expect(try queue.trials().live.isEmpty)
  }

  // MARK: Jobs of whom

  @Test func allWhoHaveSubmittedAreAskedAbout() throws {
    let sweep = try FakeSweep(trials: 1)
    _ = try sweep.submit()
    let path = "\(sweep.path)/slurm/submissions.jsonl"
    let text = String(decoding: try FileLayer().read(path), as: UTF8.self)
    #expect(text.contains("\"user\":\"\(SlurmClient.user)\""))
    try FileLayer().replace(
      path, with: Array(text.replacing(#/"user":"[^"]*"/#, with: "\"user\":\"zoe\"").utf8))
    #expect(try sweep.submit().live == 1)
    #expect(
      try sweep.slurm.words(of: "squeue").last?.contains(" --user=\(SlurmClient.user),zoe ") == true
    )
  }

  /// docs/failures.md: what was written down of a sweep's jobs is gone, or its folder is moved: nothing is
  /// submitted while they wait or run
  @Test func jobsOfWhichNothingIsWrittenDownAreNotSubmittedAgain() throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    try FileLayer().remove("\(sweep.path)/slurm")
    let error = #expect(throws: RunError.self) { try sweep.submit() }
    #expect(
      error?.description
        == "job 1 has the name of this sweep, and slurm/submissions.jsonl does not say which trials it plays: "
        + "gan-exp cancel \(sweep.path), and the same again; nothing was submitted")
    #expect(try SlurmQueue(sweep.client(), sweep: sweep.path).cancelAll() == 1)
    #expect(try sweep.submit().jobs.count == 2)
  }

  /// A sweep's folder is moved while its jobs wait: they are found, and are to be cancelled.
  @Test func jobsOfAFolderThatWasMovedAreFound() throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    let place = "\(sweep.slurm.folder)/elsewhere"
    try FileManager.default.moveItem(atPath: sweep.path, toPath: place)
    let moved = FakeSweep(sweep.slurm, at: try SweepDirectory(reading: place))
    let error = #expect(throws: RunError.self) { try moved.submit() }
    #expect(
      error?.description
        == "job 1 was submitted when this folder was \(sweep.path), where its tasks find nothing: gan-exp cancel "
        + "\(place), and the same again; nothing was submitted")
    #expect(try SlurmQueue(moved.client(), sweep: place).cancelAll() == 1)
    #expect(try moved.submit().jobs.map(\.word) == ["2_0", "2_1"])
  }

  /// Through a link, as `/home/me` and what it leads to.
  @Test func aFolderIsTheSameByAnotherName() throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    let place = "\(sweep.slurm.folder)/link"
    try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: sweep.path)
    let linked = FakeSweep(sweep.slurm, at: try SweepDirectory(reading: place))
    #expect(try linked.submit().live == 2)
    #expect(try sweep.slurm.calls("sbatch") == 1)
    #expect(try SlurmQueue(linked.client(), sweep: place).cancelAll() == 1)
  }

  @Test func jobsOfAFolderThatWasCopiedAreItsOwn() throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    let place = "\(sweep.slurm.folder)/copy"
    try FileManager.default.copyItem(atPath: sweep.path, toPath: place)
    let copy = FakeSweep(sweep.slurm, at: try SweepDirectory(reading: place))
    #expect(try SlurmQueue(copy.client(), sweep: place).cancelAll() == 0)
    #expect(try sweep.submit().live == 2)
    #expect(try copy.submit().jobs.map(\.word) == ["2_0", "2_1"])
  }

  /// An array of which no task had begun is forgotten at once when it is cancelled.
  @Test func whatWasCancelledBeforeItBeganIsSubmittedAgainAtOnce() throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    #expect(try SlurmQueue(sweep.client(), sweep: sweep.path).cancelAll() == 1)
    try sweep.slurm.first("squeue", "exit 0")
    #expect(try sweep.submit().jobs.map(\.word) == ["2_0", "2_1"])
    // What came after is missed.
    #expect(throws: RunError.self) { try sweep.submit() }
  }

  @Test func whatJustEndsIsNeitherSubmittedNorCalledAlive() throws {
    let sweep = try FakeSweep(trials: 2)
    _ = try sweep.submit()
    try sweep.slurm.show([(0, "COMPLETING", "n1"), (1, "CANCELLED", "n1")])
    let outcome = try sweep.submit()
    #expect(outcome.ending == 1 && outcome.live == 0 && outcome.jobs.map(\.word) == ["2_1"])
    #expect(outcome.arrays == 2)
  }

  // MARK: Failures

  @Test(arguments: [(10, true), (-10, false)])
  func aTrialThatSavedSinceItFailedHasNotFailed(later: Int, goesOn: Bool) throws {
    let sweep = try FakeSweep(trials: 1)
    try sweep.directory.journal.add(
      "ended",
      [("trial", .integer(0)), ("state", .text("failed")), ("reason", .text("out of luck"))])
    #expect(try sweep.submit().failed == 1)
    try sweep.save(0, by: "1", at: Moment(seconds: Moment.now.seconds + later))
    let outcome = try sweep.submit()
    #expect(outcome.jobs.count == (goesOn ? 1 : 0) && outcome.failed == (goesOn ? 0 : 1))
  }
}
