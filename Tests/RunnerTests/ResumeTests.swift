import CLibrary
import CPUBackend
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// A process that is no more: what it held is free.
private let gone = ProcessIdentity(
  pid: 1 << 22 + 1, host: Machine.host, boot: ProcessIdentity.current().boot,
  namespace: ProcessIdentity.current().namespace, start: nil)

extension TinyRun {
  // The reference interpreter keeps more digits from round to round than a checkpoint has.
  fileprivate func setup(_ results: String) throws -> RunSetup {
    try setup(results, backend: CPUBackend(threads: 1))
  }

  /// Plays up to `step` and stops as on Ctrl-C.
  fileprivate func stopped(after step: Int, in results: String) throws -> RunOutcome {
    var setup = try setup(results)
    let asked = Counter()
    setup.interrupt = { asked.next() < step ? 0 : SIGINT }
    return try train(setup)
  }

  /// Plays, and dies before the `count`-th look at the clock of interrupts without a word.
  fileprivate func killed(after step: Int, in results: String) throws -> String {
    var setup = try setup(results)
    setup.process = gone
    let dead = Flag()
    setup.files.fault = { _, _ in dead.isUp ? 5 : 0 }
    let asked = Counter()
    setup.interrupt = {
      if asked.next() >= step { dead.raise() }
      return dead.isUp ? SIGINT : 0
    }
    return try train(setup).directory
  }

  fileprivate func resumed(_ directory: String) throws -> RunOutcome {
    var setup = try setup("unused")
    setup.directory = directory
    return try train(setup)
  }
}

final class Flag: @unchecked Sendable {
  private(set) var isUp = false
  func raise() { isUp = true }
}

/// What must be the same however often a run stopped.
private func numbers(_ scratch: Scratch, _ directory: String) throws -> [String: [UInt8]] {
  let timed: Set = ["log.txt", "status.json", "timing.csv", "environment.json", "result.json"]
  return try scratch.contents(of: directory).filter { name, _ in
    !timed.contains(name) && !name.hasPrefix("attempts/") && !name.hasPrefix("checkpoints/step-")
      || name.hasPrefix("checkpoints/step-00000009")
  }
}

struct ResumeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: TinyRun
  }

  static let cases = [
    Case(testDescription: "plain", run: TinyRun()),
    Case(testDescription: "with labels", run: TinyRun(labels: "{classes: 3}")),
    Case(testDescription: "with a controller", run: .autoencoder),
    Case(testDescription: "with codes and their own step", run: .codes),
    Case(
      testDescription: "with averaged weights",
      run: TinyRun(schedule: ", ema: {decay: 0.5, start: 2 steps, warm_up: true}")),
    Case(
      testDescription: "with labels drawn at random",
      run: TinyRun(labels: "{classes: 3, fake: random}")),
    Case(testDescription: "with networks that grow", run: .growing),
    Case(testDescription: "with dropout", run: TinyRun(generatorLayer: "dropout: 0.5")),
    Case(
      testDescription: "with several critic steps",
      run: TinyRun(length: "9 steps", schedule: ", discriminator_steps: 3")),
    Case(
      testDescription: "with fresh latents",
      run: TinyRun(schedule: ", latents: fresh, order: [generator, discriminator]")),
    Case(
      testDescription: "with whole batches only", run: TinyRun(dropLast: true, length: "9 steps")),
    Case(testDescription: "with rows across checkpoints", run: TinyRun(log: "4 steps")),
    Case(testDescription: "with one row at the end", run: TinyRun(log: "50 steps")),
    Case(
      testDescription: "with checkpoints within a row",
      run: TinyRun(log: "5 steps", checkpoint: "{every: 2 steps}")),
  ]

  @Test(arguments: cases)
  func stoppingAnywhereAndGoingOnIsNeverHavingStopped(_ test: Case) throws {
    let whole = try Scratch()
    let undisturbed = try numbers(whole, try train(try test.run.setup(whole.path)).directory)
    for step in 1...9 {
      let scratch = try Scratch()
      let directory = try test.run.stopped(after: step, in: scratch.path).directory
      let outcome = try test.run.resumed(directory)
      #expect(outcome.ending == .finished && outcome.step == 9)
      try expectSame(try numbers(scratch, directory), undisturbed, "stopped after \(step)")
    }
  }

  @Test(arguments: cases)
  func dyingAnywhereAndGoingOnIsNeverHavingStopped(_ test: Case) throws {
    let whole = try Scratch()
    let undisturbed = try numbers(whole, try train(try test.run.setup(whole.path)).directory)
    for step in [1, 3, 4, 8] {
      let scratch = try Scratch()
      let directory = try test.run.killed(after: step, in: scratch.path)
      #expect(!FileLayer().exists("\(directory)/attempts/1/end.json"))
      #expect(try test.run.resumed(directory).ending == .finished)
      try expectSame(try numbers(scratch, directory), undisturbed, "died after \(step)")
    }
  }

  @Test func stoppingAfterEveryRoundIsNeverHavingStopped() throws {
    let run = TinyRun(log: "4 steps")
    let (whole, scratch) = (try Scratch(), try Scratch())
    let undisturbed = try numbers(whole, try train(try run.setup(whole.path)).directory)
    let directory = try run.stopped(after: 1, in: scratch.path).directory
    for _ in 2...9 {
      var setup = try run.setup("unused")
      setup.directory = directory
      let asked = Counter()
      setup.interrupt = { asked.next() < 1 ? 0 : SIGINT }
      _ = try train(setup)
    }
    _ = try run.resumed(directory)
    try expectSame(try numbers(scratch, directory), undisturbed, "nine attempts")
    let attempts = try RunClaim.attempts(of: directory, FileLayer())
    #expect(attempts == Array(1...attempts.count) && attempts.count >= 9)
  }

  @Test func aRunMadeLongerIsTheLongerRun() throws {
    let (long, short) = (TinyRun(length: "4 epochs", log: "5 steps"), TinyRun(log: "5 steps"))
    let (whole, scratch) = (try Scratch(), try Scratch())
    let undisturbed = try train(try long.setup(whole.path)).directory
    let directory = try train(try short.setup(scratch.path)).directory
    #expect(try text("\(directory)/losses.csv").contains("\n9,"))
    #expect(try long.resumed(directory).step == 12)
    for name in ["losses.csv", "losses.svg", "resolved.yaml", "samples/final.png"] {
      let same =
        try FileLayer().read("\(directory)/\(name)") == FileLayer().read("\(undisturbed)/\(name)")
      #expect(same, "\(name)")
    }
    #expect(try json("\(directory)/result.json")["step"]?.int == 12)
    #expect(try json("\(directory)/attempts/2/replaced-result.json")["step"]?.int == 9)
  }

  /// docs/failures.md: newest checkpoint damaged: warn, fall back, record it
  @Test
  func aDamagedCheckpointIsPassedOverAndKept() throws {
    let run = TinyRun()
    let (whole, scratch) = (try Scratch(), try Scratch())
    let undisturbed = try numbers(whole, try train(try run.setup(whole.path)).directory)
    let directory = try run.stopped(after: 8, in: scratch.path).directory
    let folder = "\(directory)/checkpoints/step-00000008"
    try spoil("\(folder)/generator.safetensors")
    var warnings: [String] = []
    var setup = try run.setup("unused")
    setup.directory = directory
    var from = -1
    _ = try train(setup) { event in
      if case .warning(let text) = event { warnings.append(text) }
      if case .resumed(let step) = event { from = step }
    }
    #expect(from == 6)
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("\(folder)/generator.safetensors: damaged") == true)
    #expect(try text("\(directory)/log.txt").contains("going on from step 6"))
    #expect(FileLayer().isDirectory("\(directory)/checkpoints/damaged-step-00000008"))
    let now = try numbers(scratch, directory).filter { !$0.key.contains("damaged") }
    try expectSame(now, undisturbed, "one damaged")
  }

  /// docs/failures.md: power loss: never a torn file accepted; the previous checkpoint if need
  /// be
  @Test(arguments: ["generator", "discriminator", "optimizer", "state"], [0.0, 0.5, 0.99])
  func aTornCheckpointIsPassedOver(file: String, kept: Double) throws {
    let run = TinyRun()
    let (whole, scratch) = (try Scratch(), try Scratch())
    let undisturbed = try numbers(whole, try train(try run.setup(whole.path)).directory)
    let directory = try run.stopped(after: 8, in: scratch.path).directory
    let folder = "\(directory)/checkpoints/step-00000008"
    let path = "\(folder)/\(file)\(file == "state" ? ".json" : ".safetensors")"
    let bytes = try FileLayer().read(path)
    try FileLayer().replace(path, with: Array(bytes.prefix(Int(Double(bytes.count) * kept))))
    var from = -1
    var setup = try run.setup("unused")
    setup.directory = directory
    _ = try train(setup) { event in if case .resumed(let step) = event { from = step } }
    #expect(from == 6)
    let now = try numbers(scratch, directory).filter { !$0.key.contains("damaged") }
    try expectSame(now, undisturbed, "\(file) torn")
  }

  /// docs/failures.md: newest checkpoint damaged: none good → exit 8
  @Test
  func whereNoCheckpointIsGoodNothingIsTouched() throws {
    let scratch = try Scratch()
    let directory = try TinyRun().stopped(after: 8, in: scratch.path).directory
    for step in [6, 8] {
      try spoil("\(directory)/checkpoints/step-0000000\(step)/state.json")
    }
    let before = try text("\(directory)/losses.csv")
    let error = #expect(throws: RunError.self) { try TinyRun().resumed(directory) }
    #expect(error?.exitCode == 8)
    #expect(error?.description.contains("each of 2 checkpoints is damaged") == true)
    #expect(try text("\(directory)/losses.csv") == before)
    // The claim has been given back.
    #expect(try RunClaim.holder(of: directory) == nil)
  }

  @Test func otherDataAreRefused() throws {
    let scratch = try Scratch()
    let directory = try TinyRun().stopped(after: 4, in: scratch.path).directory
    let error = #expect(throws: RunError.self) {
      try TinyRun(imageCount: 11, length: "20 steps").resumed(directory)
    }
    #expect(error?.exitCode == 4)
    #expect(error?.description.contains("begun with other data") == true)
  }

  /// docs/failures.md: resume with an edited spec: refuse, each differing key old → new
  @Test
  func aChangedSpecIsRefusedKeyByKey() throws {
    let scratch = try Scratch()
    let directory = try TinyRun().stopped(after: 4, in: scratch.path).directory
    let before = try scratch.contents(of: directory)
    let error = #expect(throws: RunError.self) {
      try TinyRun(batch: 5, length: "1 epochs", learningRate: "1e-2").resumed(directory)
    }
    #expect(error?.exitCode == 3)
    #expect(
      error?.description == """
        \(directory): the spec is not the one with which this was begun:
          data.batch: 4 → 5
          optimizer.generator.learning_rate: 0.001 → 0.01
          optimizer.discriminator.learning_rate: 0.001 → 0.01
          schedule.length: 3 epochs → 1 epoch
          = only a longer schedule.length, record, guards and notify may change; anything else is another run
        """)
    let now = try scratch.contents(of: directory)
    #expect(now == before)
  }

  /// docs/failures.md: resume with an edited spec: longer length, keep, record, budget allowed
  @Test
  func recordsAndGuardsAndTheLengthMayChange() throws {
    let scratch = try Scratch()
    let directory = try TinyRun().stopped(after: 4, in: scratch.path).directory
    let run = TinyRun(
      length: "5 epochs", log: "1 steps", samples: "none", checkpoint: "{every: 2 steps}",
      guards: "{max_time: 1h}")
    #expect(try run.resumed(directory).step == 15)
  }

  @Test func whatAKilledProcessLeftHalfWrittenIsGone() throws {
    let scratch = try Scratch()
    let directory = try TinyRun().killed(after: 4, in: scratch.path)
    let left = [".status.json.tmp-4711", "samples/.final.png.tmp-4711"]
    for name in left { try FileLayer().create("\(directory)/\(name)", [1]) }
    let folder = "\(directory)/checkpoints/.step-00000006.tmp-4711"
    _ = try FileLayer().makeDirectory(folder)
    try FileLayer().create("\(folder)/state.json", [])
    _ = try TinyRun().resumed(directory)
    #expect(try scratch.contents().keys.allSatisfy { !$0.contains(".tmp-") })
  }

  private func spoil(_ path: String) throws {
    var bytes = try FileLayer().read(path)
    bytes[bytes.count / 2] ^= 1
    try FileLayer().replace(path, with: bytes)
  }

  private func expectSame(
    _ now: [String: [UInt8]], _ before: [String: [UInt8]], _ when: String
  ) throws {
    #expect(now.keys.sorted() == before.keys.sorted(), "\(when)")
    let different = before.keys.filter { now[$0] != before[$0] }.sorted()
    #expect(different == [], "\(when)")
  }
}

struct ClaimTests {
  private func claim(
    _ run: String, _ process: ProcessIdentity = .current(), lostAfter: Double = 120
  ) throws -> RunClaim {
    try RunClaim.take(run, as: process, steps: 1, lostAfter: lostAfter, files: FileLayer())
  }

  @Test func aLivingProcessIsNamedToTheSecond() throws {
    let scratch = try Scratch()
    _ = try claim(scratch.path)
    let error = #expect(throws: RunError.self) { try claim(scratch.path) }
    #expect(error?.exitCode == 7)
    let words = error?.description ?? ""
    #expect(words.contains("process \(getpid()) on \(Machine.host) is at work on it since 2"))
  }

  @Test func aRunThatIsBeingPlayedIsLocked() throws {
    let scratch = try Scratch()
    var codes: [Int32] = []
    _ = try train(try TinyRun().setup(scratch.path)) { event in
      guard case .started(let directory, _, _) = event else { return }
      do { _ = try TinyRun().resumed(directory) } catch {
        codes.append((error as? RunError)?.exitCode ?? 0)
      }
    }
    #expect(codes == [7])
  }

  @Test func aRunThatHasEndedIsLeftAsItIsWhereThatIsAsked() throws {
    let scratch = try Scratch()
    var setup = try TinyRun().setup("unused")
    setup.directory = "\(scratch.path)/run"
    let first = try train(setup)
    #expect(first.exitCode == 0)
    let before = try text("\(first.directory)/result.json")
    setup.leavesEnded = true
    do throws(RunError) {
      _ = try train(setup)
      Issue.record("it went on")
    } catch {
      guard case .superseded = error else { throw error }
    }
    #expect(try text("\(first.directory)/result.json") == before)
    #expect(try FileLayer().list("\(first.directory)/attempts") == ["1"])
  }

  @Test func whatADeadProcessHeldIsFree() throws {
    let scratch = try Scratch()
    #expect(try claim(scratch.path, gone).number == 1)
    #expect(try claim(scratch.path).number == 2)
  }

  @Test func aPidThatIsAnotherProcessNowDoesNotHold() throws {
    let scratch = try Scratch()
    let me = ProcessIdentity.current()
    let earlier = ProcessIdentity(
      pid: me.pid, host: me.host, boot: me.boot, namespace: me.namespace, start: "12")
    _ = try claim(scratch.path, earlier)
    #expect(try claim(scratch.path).number == 2)
  }

  #if os(Linux)
    @Test func aProcessThatHasEndedAndIsNotWaitedForDoesNotHold() throws {
      let scratch = try Scratch()
      var pid: pid_t = 0
      try #require(posix_spawn(&pid, "/bin/true", nil, nil, [nil], nil) == 0)
      defer { waitpid(pid, nil, 0) }
      let me = ProcessIdentity.current()
      let child = ProcessIdentity(
        pid: Int(pid), host: me.host, boot: me.boot, namespace: me.namespace,
        start: Machine.facts(ofProcess: Int(pid))?.start)
      for _ in 0..<5_000 where child.isAlive(seenBy: me) != false { usleep(1_000) }
      #expect(kill(pid, 0) == 0)
      #expect(child.isAlive(seenBy: me) == false)
      _ = try claim(scratch.path, child)
      #expect(try claim(scratch.path).number == 2)
    }
  #endif

  @Test func aProcessOfAnotherMachineHoldsUntilItIsSilentForTooLong() throws {
    let scratch = try Scratch()
    let other = ProcessIdentity(pid: 1, host: "elsewhere", boot: nil, namespace: nil, start: nil)
    _ = try claim(scratch.path, other)
    #expect(throws: RunError.self) { try claim(scratch.path) }
    usleep(20_000)
    #expect(try claim(scratch.path, lostAfter: 0.01).number == 2)
  }

  @Test func oneOfManyWhoTryAtOnceGetsIt() async throws {
    let scratch = try Scratch()
    let path = scratch.path
    let won = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<16 {
        group.addTask { (try? claim(path)) == nil ? 0 : 1 }
      }
      return await group.reduce(0, +)
    }
    #expect(won == 1)
  }

  @Test func whoHasBeenReplacedWritesNothingMore() throws {
    let scratch = try Scratch()
    let run = TinyRun(checkpoint: "{every: 1 steps}")
    var setup = try run.setup(scratch.path)
    var directory = ""
    var after: [String: [UInt8]] = [:]
    setup.process = gone
    let outcome = try train(setup) { event in
      if case .started(let path, _, _) = event { directory = path }
      guard case .round(let progress) = event, progress.step == 5 else { return }
      // Stopped for so long that another process has finished the run in its stead.
      do {
        _ = try run.resumed(directory)
        after = try scratch.contents(of: directory)
      } catch { Issue.record(error) }
    }
    #expect(outcome.exitCode == 77)
    #expect(!after.isEmpty)
    let now = try scratch.contents(of: directory)
    #expect(now.keys.sorted() == after.keys.sorted())
    #expect(now.keys.filter { now[$0] != after[$0] } == [])
  }

  @Test func ofTwoResultsTheFirstWins() throws {
    let scratch = try Scratch()
    let first = try claim(scratch.path, gone)
    let second = try claim(scratch.path)
    try second.publish(.map(["step": .integer(2)]))
    let error = #expect(throws: RunError.self) { try first.publish(.map(["step": .integer(1)])) }
    #expect(error?.exitCode == 77)
    #expect(try json("\(scratch.path)/result.json")["step"]?.int == 2)
    #expect(throws: RunError.self) { try second.publish(.map(["step": .integer(3)])) }
  }
}
