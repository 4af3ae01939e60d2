import CLibrary
import CPUBackend
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// The reference interpreter, on which a state turns bad (or the device fails) at a given execution.
struct SpoiltBackend: Backend {
  enum Fault: Sendable, Hashable {
    case weight(String, Float)
    /// Any output whose name ends so.
    case output(String, Float)
    case device(String)
  }
  let fault: Fault
  /// The execution of a training graph, counted from 1.
  let at: Int

  var name: String { "spoilt" }

  func makeSession(
    states: [(name: String, type: TensorType)], products: ProductPrecision
  ) throws(BackendError) -> any Session {
    SpoiltSession(try ReferenceBackend().makeSession(states: states), self)
  }
}

private final class SpoiltSession: Session {
  let session: any Session
  let plan: SpoiltBackend
  var executions = 0

  init(_ session: any Session, _ plan: SpoiltBackend) {
    (self.session, self.plan) = (session, plan)
  }

  func write(_ state: String, _ tensor: HostTensor) throws(BackendError) {
    try session.write(state, tensor)
  }
  func read(_ state: String) throws(BackendError) -> HostTensor { try session.read(state) }
  func compile(
    _ graph: Graph, watching aside: Set<String>
  ) throws(BackendError) -> any Executable {
    SpoiltExecutable(
      try session.compile(graph, watching: aside), self, trains: !graph.updates.isEmpty)
  }
}

private final class SpoiltExecutable: Executable {
  let executable: any Executable
  let session: SpoiltSession
  let trains: Bool

  init(_ executable: any Executable, _ session: SpoiltSession, trains: Bool) {
    (self.executable, self.session, self.trains) = (executable, session, trains)
  }

  private var isTime: Bool { session.executions == session.plan.at }

  func feed(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(BackendError) {
    try executable.feed(name, bytes)
  }

  func run() throws(BackendError) {
    try executable.run()
    guard trains else { return }
    session.executions += 1
    guard isTime else { return }
    switch session.plan.fault {
    case .weight(let name, let value):
      let tensor = try session.read(name)
      try session.write(
        name, HostTensor(tensor.shape, [Float](repeating: value, count: tensor.shape.count)))
    case .device(let words): throw BackendError(words)
    case .output: break
    }
  }

  func output(_ name: String) throws(BackendError) -> HostTensor {
    if trains, isTime, case .output(let end, let value) = session.plan.fault, name.hasSuffix(end) {
      return HostTensor(.scalar, [value])
    }
    return try executable.output(name)
  }
}

struct GuardTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let fault: SpoiltBackend.Fault
    let at: Int
    let words: String
    var log = "1 steps"
    var testDescription: String { "\(fault) at \(at)" }
  }

  static let cases = [
    Case(fault: .output("0/loss", .nan), at: 5, words: "step 5: discriminator loss is nan"),
    Case(fault: .output("1/loss", .infinity), at: 4, words: "step 4: generator loss is inf"),
    Case(
      fault: .output("1/gradient_norm", -.infinity), at: 2,
      words: "step 2: norm of the generator gradient is -inf"),
    Case(
      fault: .weight("discriminator.1.bias", .nan), at: 4,
      words: "step 4: discriminator.1.bias is nan"),
    // Between two rows a bad weight shows in the losses of the next round.
    Case(
      fault: .weight("generator.0.weight", .nan), at: 4,
      words: "step 5: discriminator loss (and generator.0.weight) is nan", log: "50 steps"),
  ]

  @Test(arguments: cases)
  func whatIsNotFiniteEndsTheRun(_ spoilt: Case) throws {
    let scratch = try Scratch()
    let run = TinyRun(length: "4 epochs", log: spoilt.log)
    let outcome = try train(
      try run.setup(scratch.path, backend: SpoiltBackend(fault: spoilt.fault, at: spoilt.at)))
    #expect(outcome.exitCode == 6)
    #expect(outcome.message?.contains(spoilt.words) == true, "\(outcome.message ?? "none")")
    let status = try json("\(outcome.directory)/status.json")
    #expect(status["state"]?.string == "diverged")
    #expect(status["reason"]?.string == outcome.message)
    #expect(FileLayer().exists("\(outcome.directory)/samples/last-finite.png"))
    // Every checkpoint that is kept holds finite numbers only.
    let store = CheckpointStore(run: outcome.directory, files: FileLayer())
    #expect(try store.steps() == (spoilt.at > 3 ? [3] : []))
    for step in try store.steps() {
      let checkpoint = try LoadedCheckpoint(try store.resolve(.step(step)), files: FileLayer())
      for tensor in checkpoint.tensors.values.flatMap(\.values) {
        #expect(tensor.floats.allSatisfy { $0.isFinite })
      }
    }
    // The row of the divergence is there for whoever looks for the reason.
    #expect(try text("\(outcome.directory)/losses.csv").contains("\n\(outcome.step),"))
  }

  @Test func theGridOfADivergedRunIsThatOfItsLastGoodWeights() throws {
    let scratch = try Scratch()
    let run = TinyRun(length: "4 epochs", samples: "{every: 1 epochs, grid: 2x3, seed: 7}")
    let outcome = try train(
      try run.setup(
        scratch.path, backend: SpoiltBackend(fault: .weight("generator.0.weight", .nan), at: 5)))
    let found = try scratch.contents(of: "\(outcome.directory)/samples")
    #expect(found["last-finite.png"] == found["epoch-0001.png"])
  }

  @Test func anAbsurdLearningRateDiverges() throws {
    let scratch = try Scratch()
    let outcome = try train(
      try TinyRun(length: "50 epochs", learningRate: "1e30").setup(scratch.path))
    #expect(outcome.exitCode == 6)
    #expect(try json("\(outcome.directory)/status.json")["state"]?.string == "diverged")
  }

  /// A run that goes on whatever is not finite from step 5 on, and what it said.
  private func warned(
    of fault: SpoiltBackend.Fault, in scratch: Scratch
  ) throws -> (outcome: RunOutcome, warnings: [String]) {
    var warnings: [String] = []
    let run = TinyRun(length: "4 epochs", guards: "{non_finite: warn}")
    let outcome = try train(
      try run.setup(scratch.path, backend: SpoiltBackend(fault: fault, at: 5))
    ) { event in
      if case .warning(let text) = event { warnings.append(text) }
    }
    #expect(outcome.ending == .finished)
    #expect(outcome.step == 12)
    return (outcome, warnings)
  }

  @Test func aRunThatOnlyWarnsGoesOnAndKeepsGoodWeights() throws {
    let scratch = try Scratch()
    let (outcome, warnings) = try warned(of: .weight("generator.0.weight", .nan), in: scratch)
    #expect(warnings.first?.contains("generator.0.weight") == true)
    #expect(Set(warnings).count == warnings.count)
    #expect(try text("\(outcome.directory)/checkpoints/latest") == "step-00000003\n")
  }

  @Test func aLossThatIsNotFiniteWhileAllWeightsAreIsWarnedOfToo() throws {
    let scratch = try Scratch()
    let (outcome, warnings) = try warned(of: .output("1/loss", .infinity), in: scratch)
    #expect(
      warnings == ["step 5: generator loss is inf; going on (guards.non_finite: warn)"])
    #expect(try text("\(outcome.directory)/checkpoints/latest") == "step-00000012\n")
  }

  @Test func aDeviceThatFailsEndsTheRunWithItsWords() throws {
    let scratch = try Scratch()
    let outcome = try train(
      try TinyRun().setup(
        scratch.path, backend: SpoiltBackend(fault: .device("the device is on fire"), at: 4)))
    #expect(outcome.exitCode == 1)
    let status = try json("\(outcome.directory)/status.json")
    #expect(status["state"]?.string == "failed")
    #expect(status["cause"]?.string == "device")
    #expect(status["reason"]?.string?.contains("the device is on fire") == true)
    #expect(outcome.checkpoint?.hasSuffix("step-00000003") == true)
  }

  /// docs/failures.md: guards.max_time is over: a pause, from which the run goes on to the same
  /// end
  @Test
  func timeThatIsUpIsAPause() throws {
    let (whole, scratch) = (try Scratch(), try Scratch())
    let run = TinyRun(length: "9 epochs", guards: "{max_time: 10s}")
    let undisturbed = try train(try run.setup(whole.path, backend: CPUBackend(threads: 1)))
    #expect(undisturbed.ending == .finished)
    var directory: String?
    var pauses = 0
    while true {
      var setup = try run.setup(scratch.path, backend: CPUBackend(threads: 1))
      setup.directory = directory
      let seconds = Counter()
      setup.clock = { Double(seconds.next()) }
      let outcome = try train(setup)
      directory = outcome.directory
      if outcome.ending == .finished { break }
      pauses += 1
      #expect(outcome.ending == .outOfTime(seconds: 10))
      #expect(outcome.exitCode == 75)
      #expect(outcome.message?.hasSuffix("to go on: gan-exp resume \(outcome.directory)") == true)
      let status = try json("\(outcome.directory)/status.json")
      #expect(status["state"]?.string == "interrupted")
      #expect(status["reason"]?.string?.contains("guards.max_time (10 s) is over") == true)
      #expect(try Standing(of: outcome.directory) == .open)
      try #require(pauses < 30)
    }
    #expect(pauses > 2)
    #expect(
      try text("\(directory ?? "")/losses.csv") == text("\(undisturbed.directory)/losses.csv"))
  }
}

struct InterruptTests {
  @Test func theRoundIsFinishedAndSaved() throws {
    let scratch = try Scratch()
    var setup = try TinyRun(length: "100 epochs", log: "50 steps").setup(scratch.path)
    let asked = Counter()
    setup.interrupt = { asked.next() < 7 ? 0 : SIGTERM }
    let outcome = try train(setup)
    #expect(outcome.ending == .interrupted(signal: SIGTERM))
    #expect(outcome.exitCode == 143)
    #expect(outcome.step == 7)
    #expect(outcome.checkpoint?.hasSuffix("step-00000007") == true)
    #expect(
      outcome.message
        == "interrupted after step 7; saved: \(outcome.directory)/checkpoints/step-00000007; "
        + "to go on: gan-exp resume \(outcome.directory)")
    #expect(try json("\(outcome.directory)/status.json")["state"]?.string == "interrupted")
    // The unfinished row waits in the checkpoint.
    let state = try json("\(outcome.directory)/checkpoints/step-00000007/state.json")
    #expect(state["pending_row"]?["d_loss"]?["count"]?.int == 7)
    #expect(try text("\(outcome.directory)/losses.csv").split(separator: "\n").count == 1)
  }

  @Test func theFirstSignalIsKept() {
    Interrupts.install()
    #expect(Interrupts.pending == 0)
    kill(getpid(), SIGTERM)
    let deadline = monotonicSeconds() + 5
    while Interrupts.pending == 0, monotonicSeconds() < deadline { usleep(1000) }
    #expect(Interrupts.pending == SIGTERM)
    Interrupts.install()
  }
}
