import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// A batch played in parts.
@Suite struct AccumulationTests {
  private struct Play {
    let graph: Graph
    let result: Reference.Result
  }

  private func play(_ accumulate: Int, batch: Int, rest: String = "") throws -> Play {
    let game = try smallGame(
      generator: "[{linear: 5}, tanh, {linear: 4}, {image: {channels: 1, size: 2}}]",
      discriminator: "[flatten, {linear: 5}, softplus, {linear: 1}]",
      optimizer: "{kind: sgd, learning_rate: 0.5, momentum: 0.5}",
      schedule: "{length: 1 epochs, accumulate: \(accumulate)}", rest: rest)
    let program = try TrainingProgram(game, images: smallImages)
    let graph = program.round(batch: batch).graphs[0]
    #expect(graph.problems() == [])
    var seed = 0.0
    func numbers(_ count: Int) -> [Double] {
      (0..<count).map { _ in
        seed += 1
        return (seed * 12.9898).truncatingRemainder(dividingBy: 2) - 1
      }
    }
    let states = Dictionary(
      uniqueKeysWithValues: program.states.map { ($0.name, numbers($0.type.shape.count)) })
    let feeds = ["key": [1, 2, 3], "real": numbers(batch * 4)]
    return Play(
      graph: graph, result: try Reference.evaluate(graph, feeds: feeds, states: states))
  }

  static let penalties = [
    "", "penalties: [{r1: 1}, {orthogonal: 0.1}, {l2_to_real: {norm: euclidean}}]",
  ]

  @Test(arguments: [2, 3, 4], penalties)
  func partsAddUpToTheWholeBatchWhereSamplesDoNotSeeEachOther(
    _ parts: Int, _ penalties: String
  ) throws {
    let whole = try play(1, batch: 7, rest: penalties).result
    let cut = try play(parts, batch: 7, rest: penalties).result
    #expect(Set(cut.updates.keys) == Set(whole.updates.keys))
    for (name, value) in whole.updates {
      expectClose(cut.updates[name], value, tolerance: 1e-12, name)
    }
    for (name, value) in whole.outputs {
      expectClose(cut.outputs[name], value, tolerance: 1e-12, name)
    }
  }

  @Test func aLastBatchSmallerThanThePartsIsPlayedASampleAtATime() throws {
    let whole = try play(1, batch: 2).result
    let cut = try play(4, batch: 2).result
    for (name, value) in whole.updates {
      expectClose(cut.updates[name], value, tolerance: 1e-12, name)
    }
  }

  @Test func eachPartDrawsItsOwnMasks() throws {
    let game = try smallGame(
      discriminator: "[flatten, {dropout: 0.5}, {linear: 1}]",
      schedule: "{length: 1 epochs, accumulate: 2}")
    let graph = try TrainingProgram(game, images: smallImages)
      .round(batch: 5, observing: true).graphs[0]
    let masks = graph.outputs.filter { $0.name.contains("dropout") }
      .map { "\($0.name) \(graph.nodes[$0.node].type.shape)" }
    #expect(
      masks == [
        "0/dropout/discriminator.1/real [2, 4]", "0/dropout/discriminator.1/fake [2, 4]",
        "0/part1/dropout/discriminator.1/real [3, 4]",
        "0/part1/dropout/discriminator.1/fake [3, 4]",
        "1/dropout/discriminator.1/fake [2, 4]", "1/part1/dropout/discriminator.1/fake [3, 4]",
      ])
    let streams = graph.nodes.compactMap { node in
      if case .random(_, let stream, _) = node.op { stream } else { nil }
    }
    #expect(Set(streams).count == streams.count)
  }
}
