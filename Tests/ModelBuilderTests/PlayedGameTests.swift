import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// Games of any number of networks, as graphs.
@Suite struct PlayedGameTests {
  /// A game on 2×2 images with an encoder, a generator and a critic of both.
  private func program(
    networks: String, values: String, terms: String, moves: String
  ) throws -> TrainingProgram {
    let experiment = try loadExperiment(
      text: """
        version: 1
        name: test
        data: {batch: 4, sources: {images: nothing}}
        latents: {z: {size: 3}}
        networks: \(networks)
        values: \(values)
        terms: \(terms)
        moves: \(moves)
        optimizer: {kind: sgd, learning_rate: 1}
        schedule: {length: 1 steps}
        """, vocabulary: vocabulary
    ).get()
    return try TrainingProgram(experiment, images: smallImages)
  }

  private static let both = """
    {generator: [{linear: 4}, {image: {channels: 1, size: 2}}], encoder: [flatten, {linear: 3}],
      critic: {inputs: [code], layers: [flatten, {concat_input: code}, {linear: 1}]}}
    """

  @Test(arguments: [
    "cross_entropy", "least_squares", "wasserstein", "hinge", "relativistic", "softmax",
  ])
  func whoeverMakesWhatIsCalledRealMovesThroughItToo(_ loss: String) throws {
    let program = try program(
      networks: Self.both, values: "{made: generator(z), code: encoder(images)}",
      terms: """
        {game: {adversarial: {loss: {kind: \(loss)}, critic: critic, real: '(images, code)', fake: '(made, z)'}}}
        """,
      moves: "[{networks: [critic]}, {networks: [generator, encoder], fresh: latents}]")
    let round = program.round(batch: 4)
    #expect(round.graphs.count == 2)
    let updates = round.graphs[1].updates.map(\.name)
    for name in ["generator.0.weight", "encoder.1.weight"] {
      #expect(updates.contains(name), "\(name) stands still under \(loss)")
    }
    #expect(!updates.contains("critic.2.weight"))
    #expect(round.steps.map(\.consumesData) == [true, false])
  }

  @Test func aLossThatSaysNothingToWhoMakesWhatIsCalledRealIsRefused() throws {
    let error = #expect(throws: Diagnostics.self) {
      try program(
        networks: Self.both, values: "{made: generator(z), code: encoder(images)}",
        terms: """
          {game: {adversarial: {loss: {kind: cross_entropy, generator: boundary_seeking}, critic: critic, real: '(images, code)', fake: '(made, z)'}}}
          """, moves: "[{networks: [critic]}, {networks: [generator, encoder]}]")
    }
    #expect(
      error?.entries.contains { $0.message.hasPrefix("the loss cross_entropy, as it is chosen") }
        == true)
  }

  @Test func networksThatCallOneShareItsWeightsWhichTheMoveThatNamesItSteps() throws {
    let program = try program(
      networks: """
        {trunk: [{linear: 5}, tanh], one: [{network: trunk}, {linear: 4}], other: {like: one},
          critic: [{linear: 1}]}
        """, values: "{a: one(z), b: other(z)}",
      terms: """
        {game: {adversarial: {loss: {kind: hinge}, critic: critic, real: a, fake: b}}}
        """, moves: "[{networks: [critic]}, {networks: [trunk, one, other], name: makers}]")
    let parameters = program.states.filter { $0.role == .parameter }.map(\.name)
    #expect(
      Set(parameters) == [
        "trunk.0.weight", "trunk.0.bias", "one.1.weight", "one.1.bias", "other.1.weight",
        "other.1.bias", "critic.0.weight", "critic.0.bias",
      ])
    let graph = program.round(batch: 4).graphs[0]
    #expect(Set(graph.updates.map(\.name)).isSuperset(of: parameters))
    #expect(program.summary(of: "one").parameters == 5 * 4 + 4)
  }
}
