import Conformance
import TensorCore
import Testing

@testable import CPUBackend

/// New states are written over old ones where nobody can tell the difference, and only there.
@Suite struct StateTests {
  @Test(arguments: StateSuite.cases)
  func theStatesAfterThreeExecutionsAreThoseOfTheReference(_ test: StateCase) throws {
    let trial = test.trial(seed: 99)
    try expectAgreement(trial, on: CPUBackend(threads: 2), times: 3, tolerance: 1e-5, test.name)
  }

  @Test(arguments: StateSuite.cases.filter(\.inPlace))
  func whatCanBeDoneInPlaceIs(_ test: StateCase) throws {
    let trial = test.trial(seed: 99)
    let session = try CPUBackend(threads: 1).makeSession(
      states: trial.states.map { ($0.name, $0.tensor.type) })
    let graph = trial.builder.finish(outputs: trial.outputs, updates: trial.updates)
    let executable = try #require(try session.compile(graph) as? CPUExecutable)
    #expect(!executable.labels.contains { $0.hasPrefix("update") }, "\(executable.labels)")
  }

  @Test
  func anOutputStaysWhatItWasWhileOtherExecutionsChangeTheStates() throws {
    let builder = GraphBuilder()
    let s = builder.state("s", [2])
    let graph = builder.finish(outputs: [("old", s), ("new", s + 1)], updates: [("s", s + 1)])
    let session = try CPUBackend().makeSession(states: [("s", TensorType([2]))])
    let (one, other) = (try session.compile(graph), try session.compile(graph))
    try one.run()
    try other.run()
    #expect(try one.output("old").floats == [0, 0])
    #expect(try one.output("new").floats == [1, 1])
    #expect(try session.read("s").floats == [2, 2])
  }
}
