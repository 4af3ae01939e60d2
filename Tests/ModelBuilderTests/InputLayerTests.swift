import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// Layers that look at another input of their network, and places with names.
@Suite struct InputLayerTests {
  private func walk(
    _ layers: String, _ shape: Shape, inputs: [String: Shape] = [:],
    mode: NetworkMode = .training
  ) throws -> (output: Value, pass: Pass) {
    let builder = GraphBuilder()
    let pass = Pass(
      states: StateTable(builder: builder), mode: mode, labels: nil, classes: 0,
      initializers: InitializerSet(try smallGame().twoPlayers!.architecture.initializers),
      draws: Draws(key: builder.feed("key", [3], .int32), move: "move"))
    for (name, shape) in inputs { pass.inputs[name] = builder.feed(name, shape) }
    let list = LayerList(try choices(layers))
    let output = try list.apply(
      builder.feed("input", shape),
      in: LayerScope(pass: pass, network: "generator", path: "generator"))
    return (output, pass)
  }

  private func choices(_ layers: String) throws -> [Choice] {
    try smallGame(generator: layers).twoPlayers!.architecture.generator
  }

  private static let images: Shape = [2, 4, 4, 3]
  private static let style = "{adaptive_instance_norm: {input: style}}"

  /// Layers, what comes in, the other inputs, what is said and advised.
  static let misfits: [(String, Shape, [String: Shape], String, String)] = [
    (
      "{concat_input: style}", [2, 5], [:],
      "the network has no input `style`: it takes one input only",
      "write `inputs: [style]` on the network"
    ),
    (
      style, images, ["z": [2, 1], "code": [2, 3]],
      "the network has no input `style`: behind the first it has `code`, `z`",
      "write `inputs: [style]` on the network"
    ),
    (
      "{concat_input: style}", [2, 5], ["style": [2]],
      "the input `style` is neither images nor vectors", "a class goes in as `label:`"
    ),
    (
      "{concat_input: style}", [2, 5], ["style": images],
      "the input `style` is 3×4×4 images, and vectors of 5 come in",
      "put the layer where images pass, or let another network make vectors of the input"
    ),
    (
      "{concat_input: style}", [2, 8, 8, 1], ["style": images],
      "the input `style` is 3×4×4, and 1×8×8 come in: channels of different size cannot be joined",
      "put the layer where images are 4×4"
    ),
    (
      style, images, ["style": images],
      "a style is a vector, and the input `style` is 3×4×4 images",
      "let the network that makes it end in `flatten` and a `linear`"
    ),
    (
      style, [2, 1, 1, 3], ["style": [2, 3]],
      "adaptive_instance_norm of one pixel is its offset alone",
      "take it out, or normalise elsewhere"
    ),
    (
      style, [2, 5], ["style": [2, 3]],
      "adaptive_instance_norm takes images, but vectors of 5 come in",
      "put `image: {channels: …, size: …}` before it"
    ),
    (
      "{reparametrize: {mean: [{linear: 2}], log_variance: [{linear: 3}]}}", [2, 5], [:],
      "`mean` makes 2, `log_variance` 3", "let both end in the same shape"
    ),
    (
      "{mark: here}, relu, {mark: here}", [2, 5], [:],
      "`here` is the name of two places, here and at generator.0",
      "give each a name of its own"
    ),
    (
      "{mark: mean}, {reparametrize: {mean: [tanh], log_variance: [tanh]}}", [2, 5], [:],
      "`mean` is the name of two places, here and at generator.0",
      "give each a name of its own"
    ),
  ]

  @Test(arguments: misfits.indices)
  func layersThatCannotStandWhereTheyStandSayWhy(_ index: Int) throws {
    let (layers, shape, inputs, message, advice) = Self.misfits[index]
    let error = #expect(throws: LayerMisfit.self) {
      try walk("[\(layers)]", shape, inputs: inputs)
    }
    #expect(error?.message == message)
    #expect(error?.advice == advice)
    #expect(error?.choice != nil)
  }

  @Test func placesWithNamesAreWhatPassesThere() throws {
    let (output, pass) = try walk(
      "[{linear: 4}, {mark: narrow}, {skip: [tanh, {mark: inner}]}, "
        + "{reparametrize: {mean: [{linear: 2}], log_variance: [{linear: 2}]}}]", [3, 5])
    #expect(output.shape == [3, 2])
    #expect(
      pass.marks.mapValues(\.shape)
        == ["narrow": [3, 4], "inner": [3, 4], "mean": [3, 2], "log_variance": [3, 2]])
    let certain = try walk(
      "[{reparametrize: {mean: [{linear: 2}], log_variance: [{linear: 2}]}}]", [3, 5],
      mode: .inference)
    #expect(certain.pass.marks["mean"]?.id == certain.output.id)
  }

  @Test func aMarkLetsThroughWhatIsKnownOfNumbers() throws {
    let layer = Catalog.layer(try choice("{mark: features}", .layer))
    #expect(layer.span(of: Span(0, 1)) == Span(0, 1))
  }

  @Test(arguments: ["1st", "a b", "a.b", ""])
  func aPlaceHasANameThatAFormulaCanSay(_ name: String) {
    let result = loadChoice("{mark: '\(name)'}", .layer, vocabulary: vocabulary)
    guard case .failure(let diagnostics) = result else {
      Issue.record("`\(name)` was taken")
      return
    }
    #expect(diagnostics.entries.count == 1)
  }

  /// In a file of two players no network has another input.
  @Test func aMissingInputIsAnErrorOfTheFile() throws {
    let game = try smallGame(discriminator: "[flatten, {concat_input: style}, {linear: 1}]")
    let error = #expect(throws: Diagnostics.self) {
      try TrainingProgram(game, images: smallImages)
    }
    #expect(
      error?.entries.map(\.message) == [
        "the network has no input `style`: it takes one input only"
      ])
  }

  /// Something is drawn for pictures only where the file says so.
  @Test(arguments: [("always", true), ("training", false)])
  func aSamplerAsksForAKeyWhereItsGeneratorDraws(_ when: String, _ draws: Bool) throws {
    let game = try smallGame(
      generator: "[{linear: 4}, {dropout: {when: \(when)}}, {noise: 0.1}, "
        + "{image: {channels: 1, size: 2}}]")
    let graph = try TrainingProgram(game, images: smallImages).sampler(count: 3)
    #expect(graph.problems() == [])
    #expect(graph.inputs(.feed).map(\.name).contains("key") == draws)
  }
}
