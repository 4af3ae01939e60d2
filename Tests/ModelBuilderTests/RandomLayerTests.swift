import Foundation
import Spec
import TensorCore
import Testing

@testable import ModelBuilder

@Suite struct RandomLayerTests {
  private struct Result {
    let output: [Double]
    let mask: [Double]
  }

  private func run(
    _ text: String, _ shape: Shape, mode: NetworkMode = .training, step: Double = 0,
    move: String = "move"
  ) throws -> Result {
    let builder = GraphBuilder()
    let pass = Pass(
      states: StateTable(builder: builder), mode: mode, labels: nil, classes: 0,
      initializers: InitializerSet(try smallGame().twoPlayers!.architecture.initializers),
      draws: Draws(key: builder.feed("key", [3], .int32), move: move))
    let input = builder.feed("input", shape)
    let output = try Catalog.layer(choice(text, .layer)).apply(
      input, in: LayerScope(pass: pass, network: "generator", path: "layer"))
    let mask = pass.draws?.observed.first?.value ?? builder.constant(1, shape)
    let graph = builder.finish(outputs: [("output", output), ("mask", mask)], updates: [])
    let ones = [Double](repeating: 1, count: shape.count)
    let outputs = try Reference.evaluate(graph, feeds: ["input": ones, "key": [1, 2, step]]).outputs
    return Result(output: outputs["output"] ?? [], mask: outputs["mask"] ?? [])
  }

  @Test(arguments: [0.1, 0.25, 0.5, 0.8])
  func droppedUnitsAre0AndKeptOnesScaledInTheWantedShare(_ p: Double) throws {
    let result = try run("{dropout: \(p)}", [100, 100])
    expectClose(result.output, result.mask.map { $0 / (1 - p) }, "output")
    let share = result.mask.count { $0 == 0 }
    #expect(abs(Double(share) / 10_000 - p) < 0.02)
  }

  @Test func wholeChannelsFallTogether() throws {
    let result = try run("{dropout: {probability: 0.5, unit: channel}}", [4, 3, 3, 8])
    #expect(result.mask.count == 32)
    for sample in 0..<4 {
      for place in 0..<9 {
        for channel in 0..<8 {
          #expect(
            result.output[(sample * 9 + place) * 8 + channel]
              == 2 * result.mask[sample * 8 + channel])
        }
      }
    }
  }

  @Test func masksDifferBetweenStepsAndBetweenMoves() throws {
    let masks = try [
      run("dropout", [8, 8]), run("dropout", [8, 8], step: 1),
      run("dropout", [8, 8], move: "other"),
    ].map(\.mask)
    #expect(Set(masks).count == 3)
  }

  @Test func nothingIsDroppedInInferenceAndEverythingAtProbability1() throws {
    #expect(try run("dropout", [2, 2], mode: .inference).output == [1, 1, 1, 1])
    #expect(try run("{dropout: 0}", [2, 2]).output == [1, 1, 1, 1])
    #expect(try run("{dropout: 1}", [2, 2]).output == [0, 0, 0, 0])
  }

  @Test func whatIsAlwaysDroppedIsDroppedInInferenceToo() throws {
    let text = "{dropout: {when: always}}"
    let masks = try [
      run(text, [20, 20], mode: .inference), run(text, [20, 20], mode: .inference),
      run(text, [20, 20], mode: .inference, step: 1),
    ]
    for result in masks { expectClose(result.output, result.mask.map { 2 * $0 }, "output") }
    #expect(masks[0].mask == masks[1].mask)
    #expect(masks[0].mask != masks[2].mask)
    #expect(Set(masks[0].mask) == [0, 1])
  }

  @Test func whatPassesASkipByIsNotDropped() throws {
    let result = try run("{skip: [{dropout: 0.5}]}", [50, 4])
    for sample in 0..<50 {
      let row = result.output[8 * sample..<8 * sample + 8]
      #expect(row.prefix(4) == [1, 1, 1, 1])
      #expect(Array(row.suffix(4)) == result.mask[4 * sample..<4 * sample + 4].map { 2 * $0 })
    }
    #expect(Set(result.mask) == [0, 1])
  }

  @Test func noiseIsNormalOfTheWantedSizeInPyTorchsOrder() throws {
    let result = try run("{noise: 0.5}", [50, 4, 4, 3])
    // 1 plus half of what was drawn, which lies channel by channel.
    let drawn = GoldenTensor(shape: [50, 3, 4, 4], values: result.mask).activation.values
    expectClose(result.output, drawn.map { 1 + 0.5 * $0 }, "output")
    let mean = drawn.reduce(0, +) / Double(drawn.count)
    let variance = drawn.map { $0 * $0 }.reduce(0, +) / Double(drawn.count) - mean * mean
    #expect(abs(mean) < 0.08)
    #expect(abs(variance - 1) < 0.1)
    #expect(try run("{noise: 0.5}", [2, 2], mode: .inference).output == [1, 1, 1, 1])
  }

  @Test func whatIsDrawnHasTheMeanAndVarianceThatItIsToHave() throws {
    let text = "{reparametrize: {mean: [sigmoid], log_variance: [tanh]}}"
    let result = try run(text, [100, 100])
    let (mean, deviation) = (1 / (1 + exp(-1.0)), exp(tanh(1.0) / 2))
    expectClose(result.output, result.mask.map { mean + deviation * $0 }, "output")
    let found = result.output.reduce(0, +) / 10_000
    let spread = result.output.map { ($0 - found) * ($0 - found) }.reduce(0, +) / 10_000
    #expect(abs(found - mean) < 0.05)
    #expect(abs(spread.squareRoot() - deviation) < 0.05)
    let certain = try run(text, [2, 3], mode: .inference)
    expectClose(certain.output, [Double](repeating: mean, count: 6), "in inference")
  }
}
