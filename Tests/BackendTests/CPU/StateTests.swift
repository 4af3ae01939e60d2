import TensorCore
import Testing

@testable import CPUBackend

/// New states are written over old ones where nobody can tell the difference, and only there.
@Suite struct StateTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// Whether every new state can take the place of the old one at once.
    var inPlace = false
    let build: @Sendable (inout Trial) -> Void
    var testDescription: String { name }
  }

  static let cases = [
    Case(name: "an element-wise update", inPlace: true) { trial in
      let s = trial.state([50, 40])
      trial.update(0, s * 0.9 + 1)
    },
    Case(name: "a counter", inPlace: true) { trial in
      let s = trial.state([])
      trial.update(0, s + 1)
      trial.output((s + 1).squared)
    },
    Case(name: "two states change places") { trial in
      let (a, b) = (trial.state([33]), trial.state([33]))
      trial.update(0, b)
      trial.update(1, a)
    },
    Case(name: "a moment and a parameter in one pass", inPlace: true) { trial in
      let (p, m) = (trial.state([64, 70]), trial.state([64, 70]))
      let g = trial.feed([8, 64]).matmul(trial.feed([8, 70]), transposeLeft: true)
      let new = m * 0.9 + g * 0.1
      trial.update(1, new)
      trial.update(0, p - new * 0.01)
    },
    Case(name: "another update reads the old state in the same pass", inPlace: true) { trial in
      let (a, b) = (trial.state([100]), trial.state([100]))
      trial.update(0, a.tanh)
      trial.update(1, b + a)
    },
    Case(name: "the old state and the new one are multiplied") { trial in
      let s = trial.state([9, 9])
      let x = trial.feed([9, 9])
      let new = s - x.matmul(s) * 0.1
      trial.update(0, new)
      trial.output(x.matmul(new))
      trial.output(x.matmul(new) + s)
    },
    Case(name: "a product with the old state before, with the new one after", inPlace: true) {
      trial in
      let s = trial.state([30, 20])
      let x = trial.feed([10, 30])
      let new = s + x.matmul(x.matmul(s), transposeLeft: true) * 0.001
      trial.update(0, new)
      trial.output(x.matmul(new))
    },
    Case(name: "the state itself turned around") { trial in
      let s = trial.state([21, 21])
      trial.update(0, s + s.transpose([1, 0]))
    },
    Case(name: "a product of the state with itself") { trial in
      let s = trial.state([12, 12])
      trial.update(0, (s.matmul(s) * 0.1).tanh)
      trial.output(s)
    },
    Case(name: "a state that is multiplied and nothing else") { trial in
      let s = trial.state([12, 12])
      trial.update(0, s.matmul(s))
    },
    Case(name: "a state moved along by one") { trial in
      let s = trial.state([17])
      trial.update(0, s.slice(axis: 0, 1..<17).concatenated(with: s.slice(axis: 0, 0..<1), axis: 0))
    },
    Case(name: "a running mean", inPlace: true) { trial in
      let s = trial.state([40])
      trial.update(0, s * 0.9 + trial.feed([30, 40]).mean(axes: [0]) * 0.1)
    },
    Case(name: "a fold of the state itself") { trial in
      let s = trial.state([40])
      trial.update(0, s - s.mean().broadcast(to: [40]))
      trial.output(s.squared.sum())
    },
    Case(name: "the old state is an output", inPlace: true) { trial in
      let s = trial.state([40])
      trial.update(0, s * 2)
      trial.output(s)
    },
    Case(name: "one value becomes two states") { trial in
      let (a, b) = (trial.state([40]), trial.state([40]))
      trial.update(0, a + b)
      trial.update(1, a + b)
    },
    Case(name: "a state becomes a constant, another a feed") { trial in
      let (a, b) = (trial.state([5, 3]), trial.state([5, 3]))
      trial.update(0, trial.builder.constant(3, [5, 3]))
      trial.update(1, trial.feed([5, 3]))
      trial.output(a * b)
    },
    Case(name: "an update of a state that nobody reads") { trial in
      _ = trial.state([5, 3])
      trial.update(0, trial.feed([5, 3]).tanh)
    },
  ]

  @Test(arguments: cases)
  func theStatesAfterThreeExecutionsAreThoseOfTheReference(_ test: Case) throws {
    var trial = Trial(seed: 99)
    test.build(&trial)
    try expectAgreement(trial, on: CPUBackend(threads: 2), times: 3, tolerance: 1e-5, test.name)
  }

  @Test(arguments: cases.filter(\.inPlace))
  func whatCanBeDoneInPlaceIs(_ test: Case) throws {
    var trial = Trial(seed: 99)
    test.build(&trial)
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
