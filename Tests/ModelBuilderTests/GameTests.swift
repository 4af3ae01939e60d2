import TensorCore
import Testing

@testable import ModelBuilder

/// Rounds of one game in PyTorch.
struct GameCase: Decodable, CustomTestStringConvertible {
  struct Execution: Decodable {
    /// What the graph draws, in order: latents (before they are scaled), then penalties' mixes.
    let draws: [GoldenTensor]
    let real: GoldenTensor
    let losses: GoldenTensor
  }
  let spec: String
  let `init`: [String: GoldenTensor]
  let executions: [Execution]
  /// Every parameter and statistic at the end.
  let after: [String: GoldenTensor]

  static let all: [GameCase] = golden("games")

  var testDescription: String { spec.split(separator: "\n").suffix(3).joined(separator: " ") }
}

extension [GoldenTensor] {
  /// For a graph `withDrawsFed`.
  var asFeeds: [String: [Double]] {
    Dictionary(uniqueKeysWithValues: enumerated().map { ("draw\($0)", $1.values) })
  }
}

extension Graph {
  /// The graph with what it draws fed in: `draw0`, `draw1`, … in order.
  func withDrawsFed() -> Graph {
    var (graph, count) = (self, 0)
    for (index, node) in nodes.enumerated() {
      guard case .random = node.op else { continue }
      let input = Op.input(name: "draw\(count)", role: .feed, type: node.type)
      graph.nodes[index] = Node(input, [], node.type)
      count += 1
    }
    return graph
  }
}

@Suite struct GameTests {
  @Test(arguments: GameCase.all)
  func roundsOfEveryOrderOfPlayArePyTorchs(_ gameCase: GameCase) throws {
    let program = try TrainingProgram(loaded(gameCase.spec), images: smallImages)
    let round = program.round(batch: 4)
    let graphs = round.graphs.map { $0.withDrawsFed() }
    for graph in graphs { #expect(graph.problems() == []) }
    var states = Dictionary(
      uniqueKeysWithValues: program.states.map { state in
        (
          state.name,
          gameCase.`init`[state.name]?.ours(state.layout).values
            ?? [Double](repeating: 0, count: state.type.shape.count)
        )
      })
    for (index, execution) in gameCase.executions.enumerated() {
      let step = round.steps[index % round.steps.count]
      var feeds = ["key": [0, 0, 0], "real": execution.real.activation.values]
      feeds.merge(execution.draws.asFeeds) { $1 }
      let result = try Reference.evaluate(graphs[step.graph], feeds: feeds, states: states)
      #expect(step.moves.count == execution.losses.values.count)
      for (move, loss) in execution.losses.values.enumerated() {
        expectClose(result.outputs["\(move)/loss"], [loss], "loss of move \(move) in \(index)")
      }
      states.merge(result.updates) { $1 }
    }
    for state in program.states where state.role != .optimizer {
      let wanted = try #require(gameCase.after[state.name]).ours(state.layout)
      expectClose(states[state.name], wanted.values, state.name)
    }
  }
}
