import CPUBackend
import RunFormat
import TensorCore
import Testing

@testable import Runner

/// The processor as a device that computes by itself: what a round came to is not there when it has begun.
private struct LateBackend: Backend {
  final class Log {
    var (begun, read, most) = (0, 0, 0)
  }
  nonisolated(unsafe) let log = Log()
  var inner: any Backend = CPUBackend(threads: 1)
  var name: String { "late" }

  func makeSession(
    states: [(name: String, type: TensorType)], products: ProductPrecision
  ) throws(BackendError) -> any Session {
    LateSession(session: try inner.makeSession(states: states), log: log)
  }
}

private final class LateSession: Session {
  private let session: any Session
  private let log: LateBackend.Log

  init(session: any Session, log: LateBackend.Log) { (self.session, self.log) = (session, log) }

  func write(_ state: String, _ tensor: HostTensor) throws(BackendError) {
    try session.write(state, tensor)
  }
  func read(_ state: String) throws(BackendError) -> HostTensor { try session.read(state) }
  func compile(
    _ graph: Graph, watching aside: Set<String>
  ) throws(BackendError) -> any Executable {
    LateExecutable(executable: try session.compile(graph, watching: aside), log: log)
  }
}

private final class LateExecutable: Executable {
  private let executable: any Executable
  private let log: LateBackend.Log

  init(executable: any Executable, log: LateBackend.Log) {
    (self.executable, self.log) = (executable, log)
  }

  func feed(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(BackendError) {
    try executable.feed(name, bytes)
  }
  func run() throws(BackendError) { try executable.run() }
  func output(_ name: String) throws(BackendError) -> HostTensor { try executable.output(name) }

  func outputs(_ names: [String]) throws(BackendError) -> any PromisedOutputs {
    var tensors: [HostTensor] = []
    for name in names { tensors.append(try executable.output(name)) }
    log.begun += 1
    log.most = max(log.most, log.begun - log.read)
    return LateOutputs(tensors: tensors, log: log)
  }
}

private struct LateOutputs: PromisedOutputs {
  let tensors: [HostTensor]
  let log: LateBackend.Log
  var areThere: Bool { false }
  func read() -> [HostTensor] {
    log.read += 1
    return tensors
  }
}

/// Rounds that are begun before the one before is known.
@Suite struct LateResultsTests {
  private static func played(
    _ run: TinyRun, on backend: any Backend, stoppedAfter last: Int? = nil
  ) throws -> [String: [UInt8]] {
    let scratch = try Scratch()
    var setup = try run.setup(scratch.path, backend: backend)
    var asked = 0
    setup.interrupt = {
      asked += 1
      return last.map { asked > $0 } == true ? 2 : 0
    }
    let outcome = try train(setup)
    #expect(outcome.step == last ?? 12)
    if last != nil {
      var setup = try run.setup(scratch.path, backend: backend)
      setup.directory = outcome.directory
      #expect(try train(setup).ending == .finished)
    }
    let all = try scratch.contents(of: outcome.directory)
    return all.filter { name, _ in
      name == "losses.csv" || name.hasSuffix(".safetensors") || name.hasSuffix(".png")
    }
  }

  @Test(arguments: ["1 steps", "5 steps", "50 steps"])
  func aRunThatReadsLateIsTheSame(log: String) throws {
    let run = TinyRun(length: "4 epochs", log: log)
    let late = LateBackend()
    let (seen, expected) = (
      try Self.played(run, on: late), try Self.played(run, on: CPUBackend(threads: 1))
    )
    #expect(expected["losses.csv"] != nil && seen == expected)
    #expect(late.log.read == late.log.begun)
    // Two rounds of one graph or more each are on their way where no row is due.
    let graphs = late.log.begun / 12
    #expect(late.log.most == (log == "1 steps" ? graphs : 2 * graphs))
  }

  @Test(arguments: 1..<12)
  func aRunThatIsStoppedWhileARoundIsUnreadGoesOnAsIfNothingHadHappened(after last: Int) throws {
    let run = TinyRun(length: "4 epochs", log: "50 steps")
    let seen = try Self.played(run, on: LateBackend(), stoppedAfter: last)
    #expect(try seen == Self.played(run, on: CPUBackend(threads: 1), stoppedAfter: last))
    let whole = try Self.played(run, on: CPUBackend(threads: 1))
    #expect(
      String(decoding: seen["losses.csv"] ?? [], as: UTF8.self)
        == String(decoding: whole["losses.csv"] ?? [], as: UTF8.self))
  }

  /// The round behind it has been begun by then.
  @Test func aLossThatIsNoNumberIsFoundARoundLaterAndNamedAsOfItsOwn() throws {
    let scratch = try Scratch()
    let spoilt = SpoiltBackend(fault: .output("0/loss", .nan), at: 5)
    let outcome = try train(
      try TinyRun(length: "4 epochs", log: "50 steps").setup(
        scratch.path, backend: LateBackend(inner: spoilt)))
    #expect(outcome.exitCode == 6 && outcome.step == 5)
    #expect(outcome.message?.contains("step 5: discriminator loss is nan") == true)
    let store = CheckpointStore(run: outcome.directory, files: FileLayer())
    #expect(try store.steps() == [3])
  }

  /// What a heartbeat finds may end the run: no round is unread then.
  @Test func aHeartbeatComesWhenAllRoundsAreCountedIn() throws {
    func losses(_ backend: any Backend) throws -> [UInt8]? {
      let scratch = try Scratch()
      let run = TinyRun(length: "4 epochs", log: "50 steps")
      var setup = try run.setup(scratch.path, backend: backend)
      // One is due after every round.
      nonisolated(unsafe) var now = 0.0
      setup.clock = {
        now += 16
        return now
      }
      let outcome = try train(setup)
      #expect(outcome.ending == .finished)
      return try scratch.contents(of: outcome.directory)["losses.csv"]
    }
    let late = LateBackend()
    #expect(try losses(late) == losses(CPUBackend(threads: 1)))
    #expect(late.log.most == late.log.begun / 12)
  }
}
