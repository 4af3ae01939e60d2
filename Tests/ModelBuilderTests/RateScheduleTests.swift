import Spec
import TensorCore
import Testing

@testable import ModelBuilder

struct RateCase: Decodable, CustomTestStringConvertible {
  let rate: String
  let rounds: Int
  /// What the rate is multiplied by, round by round.
  let factors: [Double]

  static let all: [RateCase] = golden("rates")

  var testDescription: String { rate }
}

@Suite struct RateScheduleTests {
  @Test(arguments: RateCase.all)
  func factorsAreThoseOfPyTorchsSchedulers(_ rateCase: RateCase) throws {
    let rate = Catalog.rate(try choice("{\(rateCase.rate)}", .rate))
    let factors = (0..<rateCase.factors.count).map {
      rate.factor(round: $0, of: rateCase.rounds)
    }
    expectClose(factors, rateCase.factors, tolerance: 1e-10, "factors")
  }

  @Test func aGraphAsksForARateOnlyWhereOneChanges() throws {
    let plain = try TrainingProgram(smallGame(), images: smallImages)
    #expect(plain.learningRates(round: 3, of: 10).isEmpty)
    #expect(plain.round(batch: 4).graphs[0].inputs(.feed).map(\.name) == ["key", "real"])
    let game = try smallGame(
      optimizer: "{kind: sgd, learning_rate: 0.5, generator: {learning_rate: 0.25}}",
      schedule: "{length: 1 epochs, learning_rate: {linear_to: 0}}")
    let program = try TrainingProgram(game, images: smallImages)
    let rates = program.learningRates(round: 5, of: 10)
    #expect(
      Dictionary(uniqueKeysWithValues: rates.map { ($0.feed, $0.value) }) == [
        "learning_rate/generator": 0.125, "learning_rate/discriminator": 0.25,
      ])
    let feeds = program.round(batch: 4).graphs[0].inputs(.feed).map(\.name)
    #expect(Set(feeds) == Set(["key", "real"] + rates.map(\.feed)))
  }

  @Test func aStepIsAsLongAsTheRateThatIsFed() throws {
    let game = try smallGame(
      optimizer: "{kind: sgd, learning_rate: 0.5}",
      schedule: "{length: 1 epochs, learning_rate: {exponential: 0.5}}")
    let program = try TrainingProgram(game, images: smallImages)
    let graph = program.round(batch: 4, observing: true).graphs[0]
    #expect(graph.problems() == [])
    let states = Dictionary(
      uniqueKeysWithValues: program.states.map {
        ($0.name, [Double](repeating: 0.1, count: $0.type.shape.count))
      })
    let result = try Reference.evaluate(
      graph,
      feeds: [
        "key": [1, 2, 3], "real": [Double](repeating: 1, count: 16),
        "learning_rate/discriminator": [0.3], "learning_rate/generator": [0],
      ], states: states)
    let gradient = try #require(result.outputs["0/gradient/discriminator.1.weight"])
    expectClose(
      result.updates["discriminator.1.weight"], gradient.map { 0.1 - 0.3 * $0 }, "critic")
    expectClose(
      result.updates["generator.0.weight"], [Double](repeating: 0.1, count: 12), "generator")
    #expect(result.outputs["0/learning_rate"] == [0.3])
  }

  @Test func momentumGoesInAStraightLineFromTheOptimizersOwn() throws {
    let game = try smallGame(
      optimizer: "{kind: sgd, learning_rate: 1, momentum: 0.5, generator: {momentum: 0.25}}",
      schedule: "{length: 1 epochs, momentum_ramp: {to: 0.75, over: 4}}")
    let program = try TrainingProgram(game, images: smallImages)
    let seen = [0, 1, 4, 9].map { round in program.momenta(round: round).map(\.value) }
    #expect(seen == [[0.5, 0.25], [0.5625, 0.375], [0.75, 0.75], [0.75, 0.75]])
    let feeds = program.round(batch: 4).graphs[0].inputs(.feed).map(\.name)
    #expect(Set(feeds) == ["key", "real", "momentum/generator", "momentum/discriminator"])
    let plain = try TrainingProgram(smallGame(), images: smallImages)
    #expect(plain.momenta(round: 1).isEmpty)
  }

  @Test(arguments: ["sgd, learning_rate: 0.5", "sgd, learning_rate: 0.5, momentum: 0.9", "rmsprop"])
  func aVelocityKeepsTheShareThatIsFed(_ kind: String) throws {
    let game = try smallGame(
      optimizer: "{kind: \(kind)}",
      schedule: "{length: 1 epochs, momentum_ramp: {to: 0.5, over: 10}}")
    let program = try TrainingProgram(game, images: smallImages)
    let graph = program.round(batch: 4, observing: true).graphs[0]
    #expect(graph.problems() == [])
    var states = Dictionary(
      uniqueKeysWithValues: program.states.map {
        ($0.name, [Double](repeating: 0.1, count: $0.type.shape.count))
      })
    func velocity(before: Double) throws -> [Double] {
      let slot = "optimizer.discriminator.1.weight.velocity"
      states[slot] = [before, before, before, before]
      let result = try Reference.evaluate(
        graph,
        feeds: [
          "key": [1, 2, 3], "real": [Double](repeating: 1, count: 16),
          "momentum/discriminator": [0.3], "momentum/generator": [0],
        ], states: states)
      #expect(result.outputs["0/momentum"] == [0.3])
      return try #require(result.updates[slot])
    }
    let (still, moving) = (try velocity(before: 0), try velocity(before: 2))
    expectClose(zip(moving, still).map { $0 - $1 }, [0.6, 0.6, 0.6, 0.6], "what is kept")
  }
}
