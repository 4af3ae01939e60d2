import CPUBackend
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// What stays of checkpoints: of trials that have finished by themselves, of others when they are pruned.
@Suite struct PruningTests {
  /// Nine rounds, a checkpoint each three, all kept.
  private static let many = TinyRun(checkpoint: "{every: 1 epochs, keep: {last: 9}}")

  private func finished(_ run: TinyRun = many, in scratch: Scratch) throws -> String {
    let outcome = try train(try run.setup(scratch.path, backend: CPUBackend(threads: 1)))
    try #require(outcome.exitCode == 0)
    return outcome.directory
  }

  private func steps(_ run: String) throws -> [Int] {
    try CheckpointStore(run: run, files: FileLayer()).steps()
  }

  private func plan(_ run: String, _ rule: String) throws -> Pruning {
    try Pruning.plan(of: run, try KeepRule(rule)).get()
  }

  private func longer(_ run: TinyRun, _ directory: String) throws -> RunOutcome {
    var longer = run
    longer.length = "4 epochs"
    var setup = try longer.setup("unused", backend: CPUBackend(threads: 1))
    setup.directory = directory
    return try train(setup)
  }

  @Test func onlyTheLastStaysWithoutAnObjectiveAndWhatIsMadeLongerComesToTheSame() throws {
    let scratch = try Scratch()
    let (pruned, whole) = (try finished(in: scratch), try finished(in: scratch))
    #expect(try steps(pruned) == [3, 6, 9])
    let plan = try plan(pruned, "last=1")
    #expect(plan.removed.map(\.step) == [3, 6] && plan.kept == [9] && plan.freed > 0)
    #expect(try steps(pruned) == [3, 6, 9])
    try plan.carryOut()
    #expect(try steps(pruned) == [9])
    #expect(try text("\(pruned)/log.txt").contains("pruned: steps 3, 6 removed, 9 kept"))
    #expect(try FileLayer().list("\(pruned)/attempts") == ["1"])
    for run in [pruned, whole] { #expect(try longer(Self.many, run).exitCode == 0) }
    let last = "checkpoints/step-00000012/generator.safetensors"
    #expect(try text("\(pruned)/losses.csv") == text("\(whole)/losses.csv"))
    #expect(
      try scratch.contents(of: pruned)[last] == scratch.contents(of: whole)[last])
  }

  @Test func theBestStaysByWhatWasMeasuredAndTheirPointersLeadSomewhere() throws {
    let scratch = try Scratch()
    let run = try finished(in: scratch)
    let rows = [(3, 0.5), (6, 0.1), (9, 0.7)].map { step, value in
      MetricsRow(
        step: step, epoch: step / 3, images: step, metric: "m", value: value, samples: 1, seed: 0,
        weights: "raw", settings: "")
    }
    try writeFile(
      Array((MetricsRow.header + rows.map(\.csv).joined()).utf8), to: "\(run)/metrics.csv")
    try writeFile(Array("step-00000003\n".utf8), to: "\(run)/checkpoints/best")
    let least = MetricsSection.Objective(metric: "m", minimizes: true)
    let plan = try Pruning.plan(of: run, KeepRule(), objective: least).get()
    #expect(plan.kept == [6, 9])
    let most = MetricsSection.Objective(metric: "m", minimizes: false)
    #expect(try Pruning.plan(of: run, KeepRule(), objective: most).get().kept == [9])
    #expect(try Pruning.plan(of: run, try KeepRule("best=0"), objective: least).get().kept == [9])
    try plan.carryOut()
    #expect(try text("\(run)/checkpoints/best") == "step-00000006\n")
    #expect(try text("\(run)/checkpoints/latest") == "step-00000009\n")
  }

  @Test(arguments: [
    ("2 epochs", "last=1", [6, 9]), ("2 epochs", "milestones=no", [9]),
    ("4 steps", "last=1", [4, 8, 9]), ("1 epochs", "last=1", [3, 6, 9]),
  ])
  func whatTheSpecCallsAMilestoneStaysUnlessTheRuleSaysOtherwise(
    _ milestones: String, _ rule: String, _ kept: [Int]
  ) throws {
    let scratch = try Scratch()
    let run = try finished(
      TinyRun(
        log: "1 steps",
        checkpoint: "{every: 1 epochs, keep: {last: 9, milestones: \(milestones)}}"), in: scratch)
    try plan(run, rule).carryOut()
    #expect(try steps(run) == kept)
  }

  @Test func withoutItsOptimizersARunIsSampledFromAndSaysThatTrainingCannotGoOn() throws {
    let scratch = try Scratch()
    let run = try finished(in: scratch)
    let backend = CPUBackend(threads: 1)
    func picture() throws -> [UInt8] {
      try sample(
        run: run, experiment: try Self.many.experiment(), SampleRequest(), backend: backend
      ).picture.pixels
    }
    let before = try picture()
    var rule = KeepRule()
    rule.dropsOptimizer = true
    let plan = try Pruning.plan(of: run, rule).get()
    #expect(plan.lightened.map(\.step) == [9])
    try plan.carryOut()
    #expect(try Pruning.plan(of: run, rule).get().isNothing)
    #expect(!FileLayer().exists("\(run)/checkpoints/step-00000009/optimizer.safetensors"))
    #expect(try picture() == before)
    let files = try scratch.contents(of: run)
    let error = #expect(throws: RunError.self) { try longer(Self.many, run) }
    #expect(error?.description.contains("optimizer.safetensors of step 9 was dropped") == true)
    // Not even an attempt was begun.
    #expect(try scratch.contents(of: run) == files)
  }

  @Test func aRunThatIsHeldOrHasNotEndedIsLeftAsItIs() throws {
    let scratch = try Scratch()
    let run = try finished(in: scratch)
    let claim = try RunClaim.take(
      run, as: .current(), steps: 1, lostAfter: 120, files: FileLayer())
    #expect(throws: RunError.self) { try plan(run, "last=1") }
    claim.forget()
    // As a run that was interrupted.
    try FileLayer().remove("\(run)/result.json")
    try writeFile(Array("{}\n".utf8), to: "\(run)/attempts/1/end.json")
    #expect(throws: Pruning.Left.self) { try plan(run, "last=1") }
    #expect(try steps(run) == [3, 6, 9])
  }

  private func damage(_ run: String, _ step: Int) throws {
    try writeFile(
      [1, 2, 3],
      to: "\(run)/checkpoints/\(CheckpointStore.folder(step: step))/generator.safetensors")
  }

  @Test func whatStaysIsSoundOrTheRunIsLeftAsItIs() throws {
    let scratch = try Scratch()
    let run = try finished(in: scratch)
    try damage(run, 9)
    let plan = try plan(run, "last=1")
    #expect(plan.kept == [6, 9] && plan.removed.map(\.step) == [3])
    #expect(plan.notes.count == 1 && plan.notes[0].contains("step-00000009/generator.safetensors"))
    // One without a file is damaged too, and loses nothing more.
    try FileLayer().remove("\(run)/checkpoints/step-00000006/optimizer.safetensors")
    #expect(try self.plan(run, "last=1").kept == [3, 6, 9])
    var rule = KeepRule()
    rule.dropsOptimizer = true
    #expect(try Pruning.plan(of: run, rule).get().lightened.map(\.step) == [3])
    try damage(run, 3)
    #expect(throws: Pruning.Left.self) { try self.plan(run, "last=1") }
    #expect(try steps(run) == [3, 6, 9])
  }

  @Test func theBestIsTheBestThatIsSound() throws {
    let scratch = try Scratch()
    let run = try finished(in: scratch)
    let rows = [(3, 0.2), (6, 0.1), (9, 0.7)].map { step, value in
      "\(step),1,1,m,\(value),1,0,train,raw,\n"
    }
    try writeFile(Array((MetricsRow.header + rows.joined()).utf8), to: "\(run)/metrics.csv")
    try damage(run, 6)
    let least = MetricsSection.Objective(metric: "m", minimizes: true)
    #expect(try Pruning.plan(of: run, KeepRule(), objective: least).get().kept == [3, 6, 9])
    #expect(try Pruning.metricNames(of: run) == ["m"])
  }

  @Test func byAnObjectiveThatIsAskedForARunThatWasNotMeasuredIsLeftAsItIs() throws {
    let scratch = try Scratch()
    let run = try finished(in: scratch)
    let least = MetricsSection.Objective(metric: "fid", minimizes: true)
    let left = #expect(throws: Pruning.Left.self) {
      try Pruning.plan(of: run, KeepRule(), objective: least).get()
    }
    #expect(left?.reason.contains("fid") == true)
    #expect(try plan(run, "last=1").kept == [9])
  }

  @Test func aTrialOfASweepThatIsBeingPlayedAndWhatIsGoneStay() throws {
    let scratch = try Scratch()
    let made = try finished(in: scratch)
    let (sweep, files) = ("\(scratch.path)/sweep", FileLayer())
    try writeFile([], to: "\(sweep)/plan.jsonl")
    try files.makeDirectories("\(sweep)/trials")
    let trial = "\(sweep)/trials/0000"
    try files.rename(made, to: trial)
    let plan = try plan(trial, "last=1")
    let claim = try RunClaim.take(sweep, as: .current(), steps: 1, lostAfter: 120, files: files)
    #expect(throws: RunError.self) { try self.plan(trial, "last=1") }
    #expect(throws: RunError.self) { try plan.carryOut() }
    #expect(try steps(trial) == [3, 6, 9])
    try claim.end(.map(["state": .text("complete")]))
    try files.remove(trial)
    let error = #expect(throws: RunError.self) { try plan.carryOut() }
    #expect(error?.description.contains("gone already") == true && !files.exists(trial))
  }

  @Test func aRowThatNobodyTrainedMakesNoMilestoneAndNoCrash() throws {
    let scratch = try Scratch()
    let run = try finished(
      TinyRun(
        log: "1 steps", checkpoint: "{every: 1 epochs, keep: {last: 9, milestones: 2 epochs}}"),
      in: scratch)
    let most = Int.max
    let header = try text("\(run)/losses.csv").prefix { $0 != "\n" }
    let cells = String(repeating: ",1", count: header.split(separator: ",").count - 3)
    try FileLayer().append(
      "\(run)/losses.csv", Array("\(most),1,1\(cells)\n\(most),\(most),1\(cells)\n".utf8))
    #expect(try plan(run, "last=1").kept.contains(9))
  }

  @Test(arguments: [
    ("best=1;last=1", "takes best=1,last=1"), ("last=0", "cannot leave out"),
    ("worst=1", "takes best, last and milestones, not `worst`"), ("", "takes best=1,last=1"),
    ("last=x", "takes a number behind `last=`, not `x`"), ("last=1,last=2", "takes best=1,last=1"),
  ])
  func aRuleThatIsNoneSaysWhatOneIs(_ text: String, _ words: String) {
    let error = #expect(throws: KeepRuleError.self) { try KeepRule(text) }
    #expect(
      error.map { $0.description.contains(words.prefix(24)) } == true,
      "\(String(describing: error))")
  }

  @Test(arguments: [
    ("", [9]), (", finished: 2", [6, 9]), (", finished: none", [3, 6, 9]),
    (", milestones: 2 epochs", [6, 9]),
  ])
  func aTrialThatHasFinishedKeepsTheNewestHoweverOftenItStopped(
    _ keep: String, _ kept: [Int]
  ) throws {
    let scratch = try Scratch()
    try writeFile([], to: "\(scratch.path)/sweep/plan.jsonl")
    let run = TinyRun(checkpoint: "{every: 1 epochs, keep: {last: 9\(keep)}}")
    for (name, stop) in [("straight", Int.max), ("stopped", 7)] {
      let folder = "\(scratch.path)/sweep/trials/\(name)"
      var outcome: RunOutcome?
      for limit in [stop, .max] where outcome?.exitCode != 0 {
        var setup = try run.setup("unused", backend: CPUBackend(threads: 1))
        setup.directory = folder
        let asked = Counter()
        setup.interrupt = { asked.next() < limit ? 0 : 2 }
        outcome = try train(setup)
        if limit < .max { #expect(try steps(folder) == [3, 6, 7]) }
      }
      let all = name == "stopped" && kept.count == 3 ? [3, 6, 7, 9] : kept
      let expected =
        name == "stopped" && kept == [6, 9] && keep.contains("finished") ? [7, 9] : all
      #expect(try steps(folder) == expected, "\(name)")
    }
    // A run by itself keeps what `last` says.
    #expect(try steps(finished(run, in: scratch)) == [3, 6, 9])
  }
}
