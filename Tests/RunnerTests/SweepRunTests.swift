import Dispatch
import Foundation
import RunFormat
import Spec
import Synchronization
import Testing

@testable import Runner

struct SweepRunTests {
  private static func sweep(_ scratch: Scratch, trials: Int = 4) throws -> SweepDirectory {
    try open(in: scratch.path, trials: trials).sweep
  }

  /// - Parameter slowly: it takes a while until a new directory has its plan.
  private static func open(
    in results: String, trials: Int, slowly: Bool = false
  ) throws -> (sweep: SweepDirectory, isNew: Bool) {
    let run = TinyRun()
    let experiment = try run.experiment()
    let planned = (0..<trials).map { index in
      PlannedTrial(
        index: index,
        point: SweepPoint(
          settings: [.init(path: "latent.size", text: "\(index + 1)")], replicate: 0),
        experiment: experiment, dataDigest: "d\(index)", numericsVersion: 1)
    }
    var files = FileLayer()
    if slowly {
      files.fault = { _, path in
        if path.contains("plan.jsonl") { usleep(50_000) }
        return 0
      }
    }
    return try SweepDirectory.open(
      planned, of: experiment, merged: run.yaml, context: try run.setup("x").context,
      dataDigest: "d", results: results, fresh: false, files: files)
  }

  private func play(
    _ sweep: SweepDirectory, _ acts: [Int: [Script.Act]],
    _ change: (inout SweepOptions) -> Void = { _ in }
  ) throws -> (outcome: SweepOutcome, submitted: [Int]) {
    var options = SweepOptions()
    options.interrupt = { 0 }
    change(&options)
    let script = Script(acts)
    var run = SweepRun(sweep, engine: ScriptedEngine(script, sweep), options)
    return (try run.play(), script.submitted)
  }

  @Test func everyTrialRunsOnceAndNoneAgain() throws {
    let scratch = try Scratch()
    let sweep = try Self.sweep(scratch)
    let first = try play(sweep, [:])
    #expect(first.submitted == [0, 1, 2, 3])
    #expect(first.outcome.exitCode == 0)
    // The same plan is found again, and nothing is left to do.
    let again = try Self.sweep(scratch)
    #expect(again.path == sweep.path)
    #expect(try play(again, [:]).submitted == [])
    #expect(try SweepDirectory(reading: sweep.path).trials == sweep.trials)
    // One value more on an axis: only its trial runs, whatever the order of the new plan.
    let more = try Self.sweep(scratch, trials: 5)
    #expect(more.path == sweep.path && Array(more.trials.prefix(4)) == sweep.trials)
    #expect(try play(more, [:]).submitted == [4])
  }

  @Test func ofThoseThatBeginASweepAtTheSameMomentOneMakesIt() throws {
    let scratch = try Scratch()
    let results = scratch.path
    let made = Mutex<[Bool]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      guard let opened = try? Self.open(in: results, trials: 2, slowly: true) else { return }
      made.withLock { $0.append(opened.isNew) }
    }
    #expect(made.withLock { $0.sorted { $0 && !$1 } } == [true, false, false, false])
  }

  /// docs/failures.md: resume with an edited spec: a sweep refuses, each differing key old →
  /// new
  @Test
  func aSweepWithAnotherSpecIsRefusedKeyByKey() throws {
    let scratch = try Scratch()
    let sweep = try Self.sweep(scratch)
    func open(_ change: (inout TinyRun) -> Void, fresh: Bool = false) throws -> SweepDirectory {
      var run = TinyRun()
      change(&run)
      let experiment = try run.experiment()
      let planned = (0..<4).map { index in
        PlannedTrial(
          index: index, point: sweep.trials[index].point, experiment: experiment,
          dataDigest: "d\(index)", numericsVersion: 1)
      }
      return try SweepDirectory.open(
        planned, of: experiment, merged: run.yaml, context: try run.setup("x").context,
        dataDigest: "d", results: scratch.path, fresh: fresh
      ).sweep
    }
    let error = #expect(throws: RunError.self) {
      try open { ($0.batch, $0.learningRate, $0.log) = (5, "2e-3", "3 steps") }
    }
    #expect(error?.exitCode == 3)
    guard case .sweepChanged(let path, let changes)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path == sweep.path)
    #expect(
      changes.map(\.description) == [
        "data.batch: 4 → 5", "optimizer.learning_rate: 1e-3 → 2e-3",
      ])
    // What is written down may change, and a new directory may be asked for.
    let logged = try open { $0.log = "5 steps" }
    #expect(logged.path == sweep.path)
    #expect(try text("\(sweep.path)/resolved.yaml").contains("log: 5 steps"))
    #expect(try open({ $0.batch = 5 }, fresh: true).path != sweep.path)
  }

  @Test func aLongerSweepGoesOnInTheSameFolders() throws {
    let scratch = try Scratch()
    var sweep = try Self.sweep(scratch)
    _ = try play(sweep, [1: [.diverge]])
    let experiment = try TinyRun(length: "5 epochs").experiment()
    let longer = sweep.trials.map {
      PlannedTrial(
        index: $0.index, point: $0.point, experiment: experiment, dataDigest: "d\($0.index)",
        numericsVersion: 1)
    }
    let folders = sweep.trials.map { sweep.folder($0) }
    // As a worker leaves them.
    for folder in folders { try FileLayer().makeDirectories("\(folder)/attempts/1") }
    try sweep.lengthen(longer, merged: TinyRun(length: "5 epochs").yaml)
    #expect(sweep.trials.map { sweep.folder($0) } == folders)
    #expect(sweep.trials.map(\.identity) == longer.map(\.identity))
    #expect(try SweepDirectory(reading: sweep.path).trials == sweep.trials)
    // Those that were finished go on; the one that diverged does not.
    #expect(try play(sweep, [:]).submitted == [0, 2, 3])
    #expect(FileLayer().exists("\(folders[0])/attempts/1/replaced-result.json"))
  }

  @Test func aTrialThatWasStoppedEarlyIsOverAndSaysWhy() throws {
    let sweep = try Self.sweep(try Scratch())
    let (outcome, _) = try play(sweep, [2: [.stop("worse than the others")]])
    #expect(outcome.states[2] == .stopped(reason: "worse than the others"))
    #expect(outcome.exitCode == 0)
    #expect(
      try text("\(sweep.path)/summary.csv").split(separator: "\n")[3]
        .hasSuffix(",worse than the others"))
    let ended = try sweep.journal.content().records.first {
      $0["event"]?.string == "ended" && $0["trial"]?.int == 2
    }
    #expect(ended?["reason"]?.string == "worse than the others")
    #expect(try play(sweep, [:]).submitted == [])
  }

  @Test func onlyTheChosenTrialsRun() throws {
    let sweep = try Self.sweep(try Scratch())
    #expect(try play(sweep, [:]) { $0.only = [1, 3] }.submitted == [1, 3])
  }

  /// docs/failures.md: child killed (memory): trial failed(signal), retried `retries` times,
  /// next trial goes on
  @Test
  func aFailedTrialIsTriedAgainAndTheNextGoesOn() throws {
    let sweep = try Self.sweep(try Scratch())
    let (outcome, submitted) = try play(
      sweep, [1: [.die(9), .finish], 2: [.exit(4)]]
    ) { $0.retries = 1 }
    #expect(submitted == [0, 1, 1, 2, 2, 3])
    #expect(outcome.states[1] == .finished)
    #expect(outcome.states[2].word == "failed")
    #expect(outcome.exitCode == 5)
    let csv = try text("\(sweep.path)/summary.csv").split(separator: "\n")
    #expect(csv[0] == "index,name,state,latent.size,seed,step,seconds,reason")
    #expect(csv[3].hasPrefix("2,\(sweep.trials[2].name),failed,3,5,"))
  }

  @Test func whatFailedBeforeIsSkippedUntilItIsAskedFor() throws {
    let sweep = try Self.sweep(try Scratch())
    #expect(try play(sweep, [2: [.die(9)]]).outcome.exitCode == 5)
    let skipped = try play(sweep, [:])
    #expect(skipped.submitted == [] && skipped.outcome.exitCode == 5)
    #expect(skipped.outcome.states[2] == .failed(reason: "killed (signal 9): too little memory?"))
    let asked = try play(sweep, [:]) { $0.retriesFailed = true }
    #expect(asked.submitted == [2] && asked.outcome.exitCode == 0)
    #expect(try play(sweep, [:]).outcome.exitCode == 0)
  }

  /// docs/failures.md: a signal ends a worker before or after it can say so: no failure, it
  /// goes on
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aWorkerThatIsAskedToStopHasNotFailed(signal: Int32) throws {
    let sweep = try Self.sweep(try Scratch())
    let (outcome, submitted) = try play(
      sweep,
      [1: [.die(signal), .exit(128 + signal), .finish], 2: [.exit(129), .exit(4), .finish]]
    ) { $0.retries = 1 }
    #expect(submitted == [0, 1, 1, 1, 2, 2, 2, 3])
    #expect(outcome.states.allSatisfy { $0 == .finished } && outcome.exitCode == 0)
  }

  /// docs/failures.md: whatever ends a worker of a sweep that was asked to stop: no failure,
  /// the next sweep goes on
  @Test(arguments: [
    JobEnding.killed(signal: SIGKILL), .killed(signal: SIGTERM), .exited(143), .exited(129),
  ])
  func aSweepThatIsAskedToStopLosesNoTrial(ending: JobEnding) throws {
    let sweep = try Self.sweep(try Scratch())
    let looks = Counter()
    let (outcome, submitted) = try play(sweep, [1: [.whenAsked(ending)]]) {
      $0.interrupt = { looks.next() < 4 ? 0 : SIGHUP }
    }
    #expect(submitted == [0, 1] && outcome.exitCode == 129)
    #expect(outcome.states.map(\.word) == ["finished", "pending", "pending", "pending"])
    let again = try play(sweep, [:])
    #expect(again.submitted == [1, 2, 3] && again.outcome.exitCode == 0)
  }

  /// docs/failures.md: guards.max_time is over in a trial: the sweep goes on with the next, and
  /// later with it
  @Test
  func aTrialWhoseTimeIsOverIsPaused() throws {
    let sweep = try Self.sweep(try Scratch())
    let (outcome, submitted) = try play(sweep, [1: [.exit(75)]])
    #expect(submitted == [0, 1, 2, 3])
    #expect(
      outcome.states[1] == .paused(reason: "asked to stop, or its time was over")
        && outcome.exitCode == 75)
    #expect(try text("\(sweep.path)/summary.csv").contains(",interrupted,2,"))
    let again = try play(sweep, [:])
    #expect(again.submitted == [1] && again.outcome.exitCode == 0)
  }

  /// docs/failures.md: a plan that is not as it was written: no second sweep is begun, the file
  /// and its line are named
  @Test(arguments: ["a line", "half a line", "the file"])
  func aDamagedPlanIsRefused(damage: String) throws {
    let scratch = try Scratch()
    let sweep = try Self.sweep(scratch)
    _ = try play(sweep, [:])
    let plan = "\(sweep.path)/plan.jsonl"
    for trial in sweep.trials { try FileLayer().makeDirectories(sweep.folder(trial)) }
    let whole = try text(plan)
    switch damage {
    case "a line":
      let changed = whole.replacing("\"index\":1,", with: "\"indx\":1,")
      #expect(changed != whole)
      try FileLayer().replace(plan, with: Array(changed.utf8))
    case "half a line": try FileLayer().replace(plan, with: Array(whole.utf8.prefix(300)))
    default: try FileLayer().remove(plan)
    }
    let error = #expect(throws: RunError.self) { try Self.sweep(scratch) }
    #expect(error?.description.contains("plan.jsonl") == true)
    #expect(error?.description.contains("--fresh begins another sweep") == true)
    if damage != "the file" { #expect(error?.description.contains("line 2 ") == true) }
    #expect(try FileLayer().list("\(scratch.path)/tiny").count == 1)
  }

  /// docs/failures.md: a sweep that wakes up when another process runs it: it ends with 77 and
  /// changes no plan
  @Test
  func aLateSweepChangesNothing() throws {
    let scratch = try Scratch()
    var sweep = try Self.sweep(scratch)
    let claim = try RunClaim.take(
      sweep.path, as: .current(), steps: 4, lostAfter: 120, files: FileLayer())
    try sweep.hold(claim)
    _ = try RunClaim.take(sweep.path, as: .current(), steps: 4, lostAfter: -1, files: FileLayer())
    let before = try scratch.contents()
    let more = [PlannedTrial(sweep.trials[0], at: 4)]
    let late = #expect(throws: RunError.self) { try sweep.append(more) }
    #expect(late?.exitCode == 77)
    let states = [TrialState](repeating: .finished, count: 4)
    #expect(throws: RunError.self) { try sweep.writeSummary(states) }
    #expect(try scratch.contents() == before)
  }

  @Test func aDivergedTrialIsNotTriedAgain() throws {
    let sweep = try Self.sweep(try Scratch())
    let (outcome, submitted) = try play(sweep, [1: [.diverge]]) { $0.retries = 3 }
    #expect(submitted == [0, 1, 2, 3])
    #expect(outcome.states[1].word == "diverged" && outcome.exitCode == 5)
  }

  /// docs/failures.md: child killed (memory): `stop_after` failures in a row stop the sweep,
  /// exit 5
  @Test
  func tooManyFailuresInARowStopTheSweep() throws {
    let sweep = try Self.sweep(try Scratch(), trials: 6)
    let bad: [Script.Act] = [.exit(1)]
    let (outcome, submitted) = try play(sweep, [0: bad, 2: bad, 3: bad]) { $0.stopAfter = 2 }
    #expect(submitted == [0, 1, 2, 3])
    #expect(outcome.ending == .tooManyFailures(2) && outcome.exitCode == 5)
  }

  @Test func aTrialThatAnotherWorkerHoldsIsWaitedFor() throws {
    let sweep = try Self.sweep(try Scratch())
    let (outcome, submitted) = try play(sweep, [1: [.exit(76), .exit(77), .finish]])
    #expect(submitted.count { $0 == 1 } == 3)
    #expect(outcome.exitCode == 0)
  }

  /// docs/failures.md: of two processes that share a sweep both start a worker for one trial: who comes
  /// second ends nothing, whatever becomes of it; only a worker that a signal ends may be told twice
  @Test
  func aWorkerThatFailsWhereAnotherFinishesTheTrialEndsNothing() throws {
    let sweep = try Self.sweep(try Scratch(), trials: 5)
    let (outcome, submitted) = try play(
      sweep,
      [
        1: [.finishedByAnother(.exited(4))], 2: [.finishedByAnother(.exited(77))],
        3: [.finishedByAnother(.killed(signal: 9))], 4: [.heldByAnother(.exited(4)), .finish],
      ])
    #expect(submitted.sorted() == [0, 1, 2, 3, 4, 4])
    #expect(outcome.exitCode == 0)
    let records = try sweep.journal.content().records
    func trials(_ event: String) -> [Int] {
      records.filter { $0["event"]?.string == event }.compactMap { $0["trial"]?.int }.sorted()
    }
    #expect(trials("ended") == [0, 3, 4])
    #expect(trials("held") == [1, 2, 4])
  }

  /// Plays a sweep to its end on a disk of its own.
  private func startsAndPauses(
    of sweep: SweepDirectory, _ script: Script, _ files: FileLayer,
    _ change: (inout SweepOptions) -> Void = { _ in }
  ) throws -> [String] {
    let sweep = SweepDirectory(path: sweep.path, trials: sweep.trials, files: files)
    var options = SweepOptions()
    options.interrupt = { 0 }
    options.pauseSeconds = 0.01
    change(&options)
    var events: [String] = []
    var run = SweepRun(sweep, engine: ScriptedEngine(script, sweep), options) { event in
      switch event {
      case .paused(let trial, let reason):
        events.append("paused \(trial.map { "\($0.index)" } ?? "sweep") \(reason)")
      case .continued: events.append("continued")
      case .started(let trial): events.append("\(trial.index)")
      case .began, .ended, .retried, .remark, .suggested, .waiting: break
      }
    }
    #expect(try run.play().exitCode == 0)
    return events
  }

  /// docs/failures.md: disk full in a sweep: trial failed(disk), sweep pauses; resumes when
  /// there is room
  @Test
  func aFullDiskPausesTheSweep() throws {
    let scratch = try Scratch()
    let sweep = try Self.sweep(scratch)
    let looks = Counter()
    var files = FileLayer()
    files.fault = { operation, path in
      operation == .create && path.contains("room.tmp") && looks.next() < 3 ? 28 : 0
    }
    let script = Script([1: [.diskFull(step: 5), .diskFull(step: 8), .finish]])
    let events = try startsAndPauses(of: sweep, script, files)
    #expect(
      events == [
        "0", "1", "paused 1 no room", "continued", "1", "paused 1 no room", "continued", "1", "2",
        "3",
      ])
    // Three looks found no room; the fourth and the one of the second pause did.
    #expect(looks.next() == 5)
    #expect(
      try sweep.journal.content().records.compactMap { $0["event"]?.string }.count {
        $0 == "paused"
      } == 2)
    #expect(try FileLayer().list(sweep.path).allSatisfy { !$0.contains("room") })
  }

  /// docs/failures.md: less free than `guards.min_free_disk` in a sweep: no trial begins until
  /// enough is free
  @Test
  func noTrialBeginsWhileLessIsFreeThanTheGuardAsksFor() throws {
    let scratch = try Scratch()
    let sweep = try Self.sweep(scratch, trials: 2)
    let looks = Counter()
    var files = FileLayer()
    // Enough for the first trial, then too little for three looks.
    files.reportedFreeBytes = { _ in (1...3).contains(looks.next()) ? 999 : 1000 }
    let script = Script([:])
    let events = try startsAndPauses(of: sweep, script, files) { $0.leastFree = 1000 }
    let reason = RunError.diskLow(path: sweep.path, free: 999, limit: 1000)
    #expect(events == ["0", "paused 1 \(reason)", "continued", "1"])
    #expect(script.submitted == [0, 1])
  }

  @Test func aTrialThatCannotWriteWhereOthersCanFailsInTheEnd() throws {
    let sweep = try Self.sweep(try Scratch())
    let (outcome, submitted) = try play(sweep, [2: [.diskFull(step: 5)]]) { $0.pauseSeconds = 0 }
    #expect(submitted == [0, 1, 2, 2, 2, 2, 3])
    #expect(outcome.states[2].word == "failed" && outcome.exitCode == 5)
  }

  @Test func aBudgetThatRanOutBeforeAnyResultSaysSo() throws {
    let sweep = try Self.sweep(try Scratch())
    let none = try play(sweep, [:]) { $0.budgetSeconds = 0 }
    #expect(none.submitted == [] && none.outcome.ending == .outOfTime)
    #expect(none.outcome.exitCode == 9)
  }

  @Test func aSecondProcessIsRefusedUnlessItJoins() throws {
    let sweep = try Self.sweep(try Scratch())
    _ = try RunClaim.take(
      sweep.path, as: .current(), steps: 4, lostAfter: 120, files: FileLayer())
    let error = #expect(throws: RunError.self) { try play(sweep, [:]) }
    #expect(error?.exitCode == 7)
    #expect(try play(sweep, [:]) { $0.joins = true }.submitted == [0, 1, 2, 3])
  }

  /// docs/failures.md: a journal that cannot be read, or a line of it
  @Test func aJournalThatCannotBeReadStopsTheSweepAndADamagedLineIsSaid() throws {
    let scratch = try Scratch()
    let sweep = try Self.sweep(scratch)
    try sweep.journal.add("ended", [("trial", .integer(1)), ("state", .text("failed"))])
    var bytes = try FileLayer().read(sweep.journal.path)
    bytes[10] ^= 1
    try FileLayer().replace(sweep.journal.path, with: bytes)
    var remarks: [String] = []
    var options = SweepOptions()
    options.interrupt = { 0 }
    var run = SweepRun(sweep, engine: ScriptedEngine(Script([:]), sweep), options) {
      if case .remark(let text) = $0 { remarks.append(text) }
    }
    _ = try run.play()
    #expect(remarks.count == 1 && remarks[0].contains("1 lines are not as they were written"))

    let second = try Scratch()
    let other = try Self.sweep(second)
    try FileManager.default.createDirectory(
      atPath: other.journal.path, withIntermediateDirectories: false)
    #expect(throws: RunError.self) { try other.journal.content() }
    #expect(throws: RunError.self) { try play(other, [:]) }
  }
}
