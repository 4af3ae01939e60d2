import Spec
import TensorCore
import Testing

@testable import ModelBuilder

@Suite struct WeightAverageTests {
  /// Keys of `ema`, and the average after each move of a weight that is 1, 2, 3, 4 after them.
  static let table: [(String, Int, [Double])] = [
    ("{decay: 0.5}", 1, [1, 1.5, 2.25, 3.125]),
    ("{decay: 0.5, start: 3 steps}", 1, [1, 2, 3, 3.5]),
    ("{decay: 0, start: 1 steps}", 1, [1, 2, 3, 4]),
    ("{decay: 1}", 1, [1, 1, 1, 1]),
    // Two moves a round: the average starts after the second.
    ("{decay: 0.5}", 2, [1, 2, 2.5, 3.25]),
    // 2/11, then the decay itself, which is less than 3/12.
    ("{decay: 0.2, warm_up: true}", 1, [1, 20.0 / 11, 152.0 / 55, 1_032.0 / 275]),
    ("0.5", 1, [1, 1.5, 2.25, 3.125]),
  ]

  @Test(arguments: table)
  func anAverageIsTheWeightsUntilItStartsAndThenFollowsThem(
    _ keys: String, _ movesPerRound: Int, _ wanted: [Double]
  ) throws {
    let schedule = try smallGame(schedule: "{length: 1 epochs, ema: \(keys)}").twoPlayers!
    let average = WeightAverage(
      try #require(schedule.averaging), movesPerRound: movesPerRound)
    let state = StateDeclaration(
      name: "generator.0.bias", network: "generator", role: .parameter, type: TensorType([1]),
      layout: .plain, initial: .constant(0))
    let builder = GraphBuilder()
    let states = StateTable(builder: builder)
    average.follow(
      [(state, builder.feed("weight", [1]))], count: builder.feed("count", .scalar), in: states)
    let graph = builder.finish(outputs: [], updates: states.updates)
    #expect(graph.problems() == [])
    var value = [-100.0]
    for (index, wanted) in wanted.enumerated() {
      let move = Double(index + 1)
      value =
        try Reference.evaluate(
          graph, feeds: ["weight": [move], "count": [move]],
          states: ["ema.generator.0.bias": value]
        ).updates["ema.generator.0.bias"] ?? []
      expectClose(value, [wanted], "average after move \(index + 1)")
    }
  }

  @Test func theSamplerDrawsWithTheAverageAndTheRunningStatistics() throws {
    let game = try smallGame(
      generator: "[{linear: 4}, batch_norm, {image: {channels: 1, size: 2}}]",
      schedule: "{length: 1 epochs, ema: 0.5}")
    let program = try TrainingProgram(game, images: smallImages)
    #expect(program.weights == [.raw, .ema])
    let sampler = program.sampler(count: 2, weights: .ema)
    #expect(
      Set(sampler.inputs(.state).map(\.name)) == [
        "ema.generator.0.weight", "ema.generator.0.bias", "ema.generator.1.weight",
        "ema.generator.1.bias", "generator.1.running_mean", "generator.1.running_var",
      ])
    let moved = program.round(batch: 4).graphs.flatMap(\.updates).map(\.name)
    #expect(moved.filter { $0.hasPrefix("ema.") }.count == 4)
    let parameters = program.states.filter { $0.role == .parameter && $0.network == "generator" }
    #expect(
      program.parameterCount(of: "generator") == parameters.map(\.type.shape.count).reduce(0, +))
  }
}
