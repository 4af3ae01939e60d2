import Spec
import TensorCore
import Testing

@testable import ModelBuilder

@Suite struct ProgramTests {
  private func count(_ graph: Graph, where wanted: (Op) -> Bool) -> Int {
    graph.nodes.count { wanted($0.op) }
  }

  private func products(_ graph: Graph) -> Int {
    count(graph) { if case .matmul = $0 { true } else { false } }
  }

  /// Linear layers of generator and discriminator.
  @Test(arguments: [(1, 1), (2, 1), (3, 4)])
  func aMoveComputesTheGradientsOfItsPlayerAndNoOthers(
    _ generator: Int, _ discriminator: Int
  ) throws {
    func hidden(_ count: Int) -> String { String(repeating: "{linear: 5}, relu, ", count: count) }
    let game = try smallGame(
      generator: "[\(hidden(generator - 1)){linear: 4}, {image: {channels: 1, size: 2}}]",
      discriminator: "[flatten, \(hidden(discriminator - 1)){linear: 1}]")
    let graph = try TrainingProgram(game, images: smallImages).round(batch: 4).graphs[0]
    // Fakes once; the critic on real, on fake, and on fake when it has moved.
    let forward = generator + 3 * discriminator
    let criticMove = 2 * discriminator + 2 * (discriminator - 1)
    let generatorMove = discriminator + generator + (generator - 1)
    #expect(products(graph) == forward + criticMove + generatorMove)
    #expect(count(graph) { if case .random = $0 { true } else { false } } == 1)
  }

  @Test func statesComeParametersFirstThenStatisticsThenWhatOptimizersKeep() throws {
    let game = try smallGame(
      generator: "[{linear: 4}, batch_norm, {image: {channels: 1, size: 2}}]",
      optimizer: "{kind: sgd, learning_rate: 0.1, momentum: 0.5}")
    let program = try TrainingProgram(game, images: smallImages)
    #expect(
      program.states.map(\.name) == [
        "generator.0.weight", "generator.0.bias", "generator.1.weight", "generator.1.bias",
        "discriminator.1.weight", "discriminator.1.bias",
        "generator.1.running_mean", "generator.1.running_var",
        "optimizer.generator.step", "optimizer.generator.0.weight.velocity",
        "optimizer.generator.0.bias.velocity", "optimizer.generator.1.weight.velocity",
        "optimizer.generator.1.bias.velocity",
        "optimizer.discriminator.step", "optimizer.discriminator.1.weight.velocity",
        "optimizer.discriminator.1.bias.velocity",
      ])
  }

  @Test func theSamplerIsTheGeneratorInInference() throws {
    let game = try smallGame(
      generator: "[{linear: 4}, batch_norm, {dropout: 0.5}, {image: {channels: 1, size: 2}}]")
    let sampler = try TrainingProgram(game, images: smallImages).sampler(count: 2)
    #expect(sampler.problems() == [])
    #expect(sampler.updates.isEmpty)
    #expect(sampler.inputs(.feed).map(\.name) == ["latents"])
    let states: [String: [Double]] = [
      "generator.0.weight": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], "generator.0.bias": [0, 0, 0, 5],
      "generator.1.weight": [1, 1, 1, 2], "generator.1.bias": [0, 1, 0, 0],
      "generator.1.running_mean": [0, 0, 0, 1], "generator.1.running_var": [1, 1, 4, 4],
    ]
    let images = try Reference.evaluate(
      sampler, feeds: ["latents": [1, 2, 3, 4, 5, 6]], states: states
    ).outputs["samples"]
    expectClose(images, [1, 3, 1.5, 4, 4, 6, 3, 4], tolerance: 1e-4, "images")
  }

  /// Keys of the labels section, and how many draws of labels a round makes.
  @Test(arguments: [("data", 0), ("random", 1)])
  func generatedImagesGetTheLabelsTheSpecAsksFor(_ fake: String, _ draws: Int) throws {
    let game = try smallGame(
      generator: "[{concat_label: 2}, {linear: 4}, {image: {channels: 1, size: 2}}]",
      discriminator: "[flatten, {concat_label: 2}, {linear: 1}]",
      rest: "labels: {classes: 3, fake: \(fake)}")
    let graph = try TrainingProgram(game, images: smallImages)
      .round(batch: 64, observing: true).graphs[0]
    let drawn = count(graph) { if case .random(_, _, [64]) = $0 { true } else { false } }
    #expect(drawn == draws)
    let program = try TrainingProgram(game, images: smallImages)
    let zeros = Dictionary(
      uniqueKeysWithValues: program.states.map {
        ($0.name, [Double](repeating: 0, count: $0.type.shape.count))
      })
    let labels = (0..<64).map { Double($0 % 2) }
    let outputs = try Reference.evaluate(
      graph,
      feeds: [
        "key": [1, 2, 3], "labels": labels, "real": [Double](repeating: 0, count: 256),
      ], states: zeros
    ).outputs
    let seen = try #require(outputs["0/labels"])
    #expect(outputs["1/labels"] == seen)
    #expect(fake == "data" ? seen == labels : Set(seen) == [0, 1, 2])
  }

  @Test(arguments: ["softmax", "{kind: softmax, generator_adds_critic: true}", "relativistic"])
  func theCriticLooksAtRealImagesOnceAMoveHoweverOftenTheLossAsks(
    _ loss: String
  ) throws {
    let game = try smallGame(
      discriminator: "[flatten, {linear: 3}, batch_norm, relu, {linear: 1}]", loss: loss,
      schedule: "{length: 1 epochs, order: [generator, discriminator]}")
    let graph = try TrainingProgram(game, images: smallImages)
      .round(batch: 4, observing: true).graphs[0]
    #expect(graph.problems() == [])
    #expect(graph.outputs.count { $0.name.hasPrefix("0/kink/discriminator.3/real") } == 1)
  }

  @Test func observingAddsOutputsAndChangesNothingElse() throws {
    let game = try smallGame(
      discriminator: "[flatten, {linear: 3}, {dropout: 0.5}, {linear: 1}]")
    let program = try TrainingProgram(game, images: smallImages)
    let (plain, observed) = (
      program.round(batch: 4).graphs[0], program.round(batch: 4, observing: true).graphs[0]
    )
    #expect(plain.updates.map(\.name) == observed.updates.map(\.name))
    #expect(
      plain.outputs.map(\.name) == [
        "0/real_score", "0/fake_score", "0/loss", "0/gradient_norm", "1/loss", "1/gradient_norm",
      ])
    #expect(
      Set(observed.outputs.map(\.name)).subtracting(plain.outputs.map(\.name)) == [
        "0/latents", "1/latents", "0/dropout/discriminator.2/real",
        "0/dropout/discriminator.2/fake", "1/dropout/discriminator.2/fake",
        "0/gradient/discriminator.1.weight", "0/gradient/discriminator.1.bias",
        "0/gradient/discriminator.3.weight", "0/gradient/discriminator.3.bias",
        "1/gradient/generator.0.weight", "1/gradient/generator.0.bias",
      ])
  }

  @Test func aNetworksTableCountsOutputsParametersAndOperations() throws {
    let game = try smallGame(
      discriminator: "[{conv: {channels: 3, kernel: 2}}, relu, flatten, {linear: 1}]")
    let summary = try TrainingProgram(game, images: smallImages).summary(of: "discriminator")
    #expect(summary.input == "1×2×2")
    #expect(summary.layers.map(\.path) == (0..<4).map { "discriminator.\($0)" })
    #expect(summary.layers.map(\.name) == ["conv", "relu", "flatten", "linear"])
    #expect(summary.layers.map(\.output) == ["3×1×1", "3×1×1", "3", "1"])
    #expect(summary.layers.map(\.parameters) == [15, 0, 0, 4])
    // 3 outputs of 4 products each and an offset; 3 comparisons; 3 products and an offset.
    #expect(summary.layers.map(\.flops) == [27, 3, 0, 7])
  }

  /// However it is carried out: the graph that plays makes the last one of the small image.
  @Test func aConvolutionsOperationsAreThoseOfItsDefinition() throws {
    let game = try smallGame(
      discriminator: """
        [{conv: {channels: 16, kernel: 1}}, {upsample: 16}, tanh, {upsample: 2},
         {conv: {channels: 2, kernel: 3, padding: 1, bias: false}}, flatten, {linear: 1}]
        """)
    let program = try TrainingProgram(game, images: smallImages)
    let layers = program.summary(of: "discriminator").layers
    // 64 × 64 places, 2 outputs each, of 9 · 16 products.
    #expect(layers[4].flops == 64 * 64 * 2 * 2 * 9 * 16)
    let nodes = program.round(batch: 4, real: program.realInput).graphs[0].nodes
    #expect(!nodes.contains { $0.type.shape.extents.suffix(3) == [64, 64, 16] })
  }

  @Test func aMisfitWithinABranchIsReportedAtTheLayerInside() throws {
    let game = try smallGame(
      discriminator: "[flatten, {residual: [tanh, {conv: 3}]}, {linear: 1}]")
    var seen: [Diagnostic] = []
    do throws(Diagnostics) { _ = try TrainingProgram(game, images: smallImages) } catch {
      seen = error.entries
    }
    let source = "  discriminator: [flatten, {residual: [tanh, {conv: 3}]}, {linear: 1}]"
    let column = try #require(source.range(of: "conv")).lowerBound
    #expect(seen.map(\.origin.mark.column) == [source[..<column].count + 1])
  }
}
