import Foundation
import Spec
import TensorCore

@testable import ModelBuilder

/// A file in the general form, on the 2×2 images of a source with three classes.
func generalGame(
  networks: String, values: String = "{}", terms: String, moves: String,
  latents: String = "{z: {size: 3}, y: {classes: 3}}",
  sources: String = "{images: {source: nothing, classes: 3}}",
  optimizer: String = "{kind: sgd, learning_rate: 0.5}", rest: String = ""
) throws -> Experiment {
  try loadExperiment(
    text: """
      version: 1
      name: test
      data: {batch: 4, sources: \(sources)}
      latents: \(latents)
      networks: \(networks)
      values: \(values)
      terms: \(terms)
      moves: \(moves)
      optimizer: \(optimizer)
      schedule: {length: 1 steps}
      \(rest)
      """, vocabulary: vocabulary
  ).get()
}

/// A game with numbers in its states and feeds, played by the reference interpreter.
struct GameBench {
  let program: TrainingProgram
  let batch: Int
  var states: [String: [Double]]
  var feeds: [String: [Double]]

  init(_ experiment: Experiment, batch: Int = 4, format: SampleFormat = .image(smallImages)) throws
  {
    program = try TrainingProgram(experiment, format: format)
    self.batch = batch
    states = Dictionary(
      uniqueKeysWithValues: program.states.enumerated().map { place, state in
        let count = state.type.shape.count
        let isKept = state.role == .optimizer || state.role == .controller
        return (
          state.name,
          isKept
            ? [Double](repeating: 0, count: count)
            : (0..<count).map { sin(Double(7 * place + 3 * $0 + 1)) * 0.8 }
        )
      })
    feeds = ["key": [3, 1, 4]]
    for source in program.sources {
      let count = source.format.shape(batch: batch).count
      feeds[source.feed] = (0..<count).map { cos(Double(5 * $0 + feeds.count)) }
      feeds[source.labelsFeed] = (0..<batch).map { Double($0 * 2 % 3) }
    }
  }

  func move(_ name: String) -> Move {
    guard let move = program.game.moves.first(where: { $0.name == name }) else {
      preconditionFailure("there is no move \(name)")
    }
    return move
  }

  /// The graph of these moves, one after the other on the same leaves.
  func graph(_ moves: [String]) -> Graph {
    program.game.write(
      moves.map { PlannedMove(move($0), 0) }, batch: batch, observing: true
    ).graph
  }

  func run(_ graph: Graph) throws -> Reference.Result {
    try Reference.evaluate(graph, feeds: feeds, states: states)
  }

  /// The same after these moves, each of which is alone in a graph.
  func after(_ moves: [String]) throws -> GameBench {
    var bench = self
    for move in moves { bench.states.merge(try bench.run(graph([move])).updates) { $1 } }
    return bench
  }

  /// What formulas are for samples of the given leaves.
  func values(
    of formulas: [Formula], _ leaves: [String: [Double]] = [:]
  ) throws -> [Double]? {
    let graph = program.sampler(of: formulas, count: batch)
    return try Reference.evaluate(
      graph, feeds: feeds.merging(leaves) { $1 }, states: states
    ).outputs["samples"]
  }

  /// Central differences of an output of a graph in every number of a state.
  func differences(of output: String, _ graph: Graph, in state: String) throws -> [Double] {
    let step = 1e-5
    func value(_ place: Int, _ offset: Double) throws -> Double {
      var bench = self
      bench.states[state]?[place] += offset
      return try bench.run(graph).outputs[output]?[0] ?? .nan
    }
    return try (states[state] ?? []).indices.map {
      (try value($0, step) - value($0, -step)) / (2 * step)
    }
  }

  /// The parameters of networks.
  func parameters(of networks: [String]) -> [String] {
    program.states.filter { $0.role == .parameter && networks.contains($0.network) }.map(\.name)
  }
}
