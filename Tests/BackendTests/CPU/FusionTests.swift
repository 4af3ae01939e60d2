import Conformance
import TensorCore
import Testing

@testable import CPUBackend

/// Random graphs: what fusion makes of them must be what they say.
@Suite struct FusionTests {
  @Test(arguments: UInt64(1)...60)
  func aRandomGraphGivesWhatTheReferenceGives(seed: UInt64) throws {
    let trial = GraphTrial.random(seed: seed, size: seed % 3 == 0 ? 90 : 30)
    try expectAgreement(
      trial, on: CPUBackend(threads: 2), times: 2, tolerance: 1e-4, "seed \(seed)")
  }

  @Test
  func aLongChainOfDependentOperationsIsCutAndStillRight() throws {
    var trial = GraphTrial(seed: 5)
    var (x, kept) = (trial.feed([37, 41]), [Value]())
    for step in 0..<400 {
      x = step % 7 == 3 ? x.tanh : x * 0.99 + trial.builder.constant(Double(step % 5) * 0.01)
      if step % 40 == 0 { kept.append(x) }
    }
    for value in kept { x = x + value * x }
    trial.output(x)
    try expectAgreement(trial, on: CPUBackend(threads: 2), tolerance: 1e-4)
  }

  @Test
  func onePassMayReadAndWriteMoreTensorsThanAVectorHasRegisters() throws {
    var trial = GraphTrial(seed: 6)
    let feeds = (0..<120).map { _ in trial.feed([9, 33]) }
    let total = feeds.dropFirst().reduce(feeds[0]) { $0 * 0.5 + $1 }
    trial.output(total)
    for feed in feeds.prefix(40) { trial.output(total - feed) }
    try expectAgreement(trial, on: CPUBackend(threads: 2), tolerance: 1e-5)
  }

  @Test func axesApartFoldAwayWithoutACopy() throws {
    let builder = GraphBuilder()
    let x = builder.feed("x", [2, 3, 2, 5, 2, 7])
    let session = try CPUBackend(threads: 2).makeSession(states: [])
    let graph = builder.finish(outputs: [("y", x.sum(axes: [2, 4]))], updates: [])
    let executable = try #require(session.compile(graph) as? CPUExecutable)
    #expect(executable.labels.map { $0.split(separator: " ")[0] } == ["group", "group"])
  }
}
