import TensorCore

/// A graph that reads states and writes them.
package struct StateCase: Sendable {
  package let name: String
  /// Whether every new state can take the place of the old one at once.
  package var inPlace = false
  private let build: @Sendable (inout GraphTrial) -> Void

  fileprivate init(
    name: String, inPlace: Bool = false, build: @escaping @Sendable (inout GraphTrial) -> Void
  ) {
    (self.name, self.inPlace, self.build) = (name, inPlace, build)
  }

  package func trial(seed: UInt64) -> GraphTrial {
    var trial = GraphTrial(seed: seed)
    build(&trial)
    return trial
  }
}

/// All states take their new values when all of these are computed: put any backend in.
package enum StateSuite {
  package static let cases = [
    StateCase(name: "an element-wise update", inPlace: true) { trial in
      let s = trial.state([50, 40])
      trial.update(0, s * 0.9 + 1)
    },
    StateCase(name: "a counter", inPlace: true) { trial in
      let s = trial.state([])
      trial.update(0, s + 1)
      trial.output((s + 1).squared)
    },
    StateCase(name: "two states change places") { trial in
      let (a, b) = (trial.state([33]), trial.state([33]))
      trial.update(0, b)
      trial.update(1, a)
    },
    StateCase(name: "a moment and a parameter in one pass", inPlace: true) { trial in
      let (p, m) = (trial.state([64, 70]), trial.state([64, 70]))
      let g = trial.feed([8, 64]).matmul(trial.feed([8, 70]), transposeLeft: true)
      let new = m * 0.9 + g * 0.1
      trial.update(1, new)
      trial.update(0, p - new * 0.01)
    },
    StateCase(name: "another update reads the old state in the same pass", inPlace: true) { trial in
      let (a, b) = (trial.state([100]), trial.state([100]))
      trial.update(0, a.tanh)
      trial.update(1, b + a)
    },
    StateCase(name: "the old state and the new one are multiplied") { trial in
      let s = trial.state([9, 9])
      let x = trial.feed([9, 9])
      let new = s - x.matmul(s) * 0.1
      trial.update(0, new)
      trial.output(x.matmul(new))
      trial.output(x.matmul(new) + s)
    },
    StateCase(name: "a product with the old state before, with the new one after", inPlace: true) {
      trial in
      let s = trial.state([30, 20])
      let x = trial.feed([10, 30])
      let new = s + x.matmul(x.matmul(s), transposeLeft: true) * 0.001
      trial.update(0, new)
      trial.output(x.matmul(new))
    },
    StateCase(name: "the state itself turned around") { trial in
      let s = trial.state([21, 21])
      trial.update(0, s + s.transpose([1, 0]))
    },
    StateCase(name: "a product of the state with itself") { trial in
      let s = trial.state([12, 12])
      trial.update(0, (s.matmul(s) * 0.1).tanh)
      trial.output(s)
    },
    StateCase(name: "a state that is multiplied and nothing else") { trial in
      let s = trial.state([12, 12])
      trial.update(0, s.matmul(s))
    },
    StateCase(name: "a state moved along by one") { trial in
      let s = trial.state([17])
      trial.update(0, s.slice(axis: 0, 1..<17).concatenated(with: s.slice(axis: 0, 0..<1), axis: 0))
    },
    StateCase(name: "a running mean", inPlace: true) { trial in
      let s = trial.state([40])
      trial.update(0, s * 0.9 + trial.feed([30, 40]).mean(axes: [0]) * 0.1)
    },
    StateCase(name: "a fold of the state itself") { trial in
      let s = trial.state([40])
      trial.update(0, s - s.mean().broadcast(to: [40]))
      trial.output(s.squared.sum())
    },
    StateCase(name: "the old state is an output", inPlace: true) { trial in
      let s = trial.state([40])
      trial.update(0, s * 2)
      trial.output(s)
    },
    StateCase(name: "one value becomes two states") { trial in
      let (a, b) = (trial.state([40]), trial.state([40]))
      trial.update(0, a + b)
      trial.update(1, a + b)
    },
    StateCase(name: "a state becomes a constant, another a feed") { trial in
      let (a, b) = (trial.state([5, 3]), trial.state([5, 3]))
      trial.update(0, trial.builder.constant(3, [5, 3]))
      trial.update(1, trial.feed([5, 3]))
      trial.output(a * b)
    },
    StateCase(name: "an update of a state that nobody reads") { trial in
      _ = trial.state([5, 3])
      trial.update(0, trial.feed([5, 3]).tanh)
    },
  ]
}
