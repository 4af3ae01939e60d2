import Foundation
import Spec
import TensorCore
import Testing

@testable import ModelBuilder

struct PenaltyCase: Decodable, CustomTestStringConvertible {
  let penalty: String
  /// The critic's layers.
  let critic: String
  let real: GoldenTensor
  let fake: GoldenTensor
  /// Class labels of both kinds of image, of 3 classes; nil: the critic has none.
  let labels: [Double]?
  /// What goes into the critic besides images.
  var inputs: [String: GoldenTensor]?
  let draws: [GoldenTensor]
  /// `[batch, width]`, of a game with codes.
  var latents: GoldenTensor?
  /// Whose loss it is added to; nil: the critic's.
  var player: String?
  /// α of a critic whose largest level fades in; nil: it plays alone, or there are no levels.
  var alpha: Double?
  let states: [String: GoldenTensor]
  let value: Double
  /// In `fake`, the generated images, and in every parameter.
  let gradient: [String: GoldenTensor]

  static let all: [PenaltyCase] = golden("penalties")

  var testDescription: String { "\(penalty) on \(critic)" }
}

/// The graph of a penalty on a critic: its value and gradient.
struct PenaltyBench {
  let graph: Graph
  let layouts: [String: TensorLayout]
  private var feeds: [String: [Double]]
  private var states: [String: [Double]]

  init(_ penaltyCase: PenaltyCase) throws {
    let builder = GraphBuilder()
    let table = StateTable(builder: builder)
    let draws = Draws(key: builder.feed("key", [3], .int32), move: "0")
    let game = try smallGame(
      discriminator: penaltyCase.critic,
      latent: penaltyCase.latents == nil
        ? "{size: 1}" : "{size: 1, codes: {categorical: [2, 3], continuous: 2}}")
    let labels = penaltyCase.labels.map { builder.feed("labels", [$0.count], .int32) }
    let latents = penaltyCase.latents.map { builder.feed("latents", Shape($0.shape)) }
    var critic = Network(
      "discriminator", LayerList(game.twoPlayers!.architecture.discriminator), .fromImages,
      initializers: InitializerSet(game.twoPlayers!.architecture.initializers))
    if penaltyCase.alpha != nil { critic.stage = GrowthStage(level: 1, isFading: true) }
    func score(_ images: ImageBatch, _ name: String) throws(LayerMisfit) -> Score {
      let pass = Pass(
        states: table, mode: .training, labels: labels, classes: labels == nil ? 0 : 3,
        initializers: InitializerSet(game.twoPlayers!.architecture.initializers), draws: draws,
        name: name)
      for (name, tensor) in penaltyCase.inputs ?? [:] {
        pass.inputs[name] = builder.feed("inputs/\(name)", Shape(tensor.activation.shape))
      }
      return try critic.judge(images, in: pass)
    }
    let given = (real: penaltyCase.real.activation, fake: penaltyCase.fake.activation)
    let real = ImageBatch(value: builder.feed("real", Shape(given.real.shape)))
    let fake = ImageBatch(value: builder.feed("fake", Shape(given.fake.shape)))
    let (realScore, fakeScore) = (try score(real, "real"), try score(fake, "fake"))
    let parameters = table.parameters(of: "discriminator")
    let scope = TermScope(
      player: Spec.Player(rawValue: penaltyCase.player ?? "discriminator"), real: real, fake: fake,
      scores: Scores(
        real: { realScore }, fake: fakeScore, draws: draws, states: table, keeper: someCritic),
      labels: (labels, labels), latent: latents.map { ($0, game.twoPlayers!.latent) },
      parameters: parameters, name: "penalty/0", draws: draws, held: [],
      critic: { images, name in
        do { return try score(images, name) } catch { preconditionFailure("\(error)") }
      })
    let penalty = Catalog.penalty(try choice("{\(penaltyCase.penalty)}", .penalty))
    let term = try #require((penalty as? any Term)?.value(in: scope))
    let gradient = builder.gradient(
      of: term, withRespectTo: [fake.value] + parameters.map(\.value))
    let names = ["fake"] + parameters.map { String($0.declaration.name.dropFirst(14)) }
    graph = builder.finish(
      outputs: [("value", term)] + zip(names, gradient).map { ("gradient/\($0)", $1) },
      updates: []
    ).withDrawsFed()
    layouts = Dictionary(
      uniqueKeysWithValues: zip(names.dropFirst(), parameters.map(\.declaration.layout)))
    feeds = ["real": given.real.values, "fake": given.fake.values, "key": [0, 0, 0]]
    feeds.merge(penaltyCase.draws.asFeeds) { $1 }
    feeds["labels"] = penaltyCase.labels
    for (name, tensor) in penaltyCase.inputs ?? [:] {
      feeds["inputs/\(name)"] = tensor.activation.values
    }
    feeds["latents"] = penaltyCase.latents?.values
    feeds[GrowthStage.alphaFeed] = penaltyCase.alpha.map { [$0] }
    states = [:]
    for state in table.declarations {
      let name = String(state.name.dropFirst("discriminator.".count))
      states[state.name] = penaltyCase.states[name]?.ours(state.layout).values
    }
  }

  func run() throws -> [String: [Double]] {
    try Reference.evaluate(graph, feeds: feeds, states: states).outputs
  }

  /// The central difference of the penalty along a direction in a parameter.
  func difference(in name: String, along direction: [Double]) throws -> Double {
    let step = 1e-6
    func value(_ length: Double) throws -> Double {
      var bench = self
      bench.states["discriminator.\(name)"] = zip(
        states["discriminator.\(name)"] ?? [], direction
      ).map { $0 + length * $1 }
      return try bench.run()["value"]?[0] ?? .nan
    }
    return (try value(step) - value(-step)) / (2 * step)
  }

  func differences(in name: String) throws -> [Double] {
    let step = 1e-6
    let state = "discriminator.\(name)"
    func value(_ element: Int, _ offset: Double) throws -> Double {
      var bench = self
      bench.feeds[name]?[element] += offset
      bench.states[state]?[element] += offset
      return try bench.run()["value"]?[0] ?? .nan
    }
    return try (feeds[name] ?? states[state] ?? []).indices.map {
      (try value($0, step) - value($0, -step)) / (2 * step)
    }
  }
}

@Suite struct PenaltyTests {
  @Test(arguments: PenaltyCase.all)
  func aPenaltyAndItsGradientArePyTorchs(_ penaltyCase: PenaltyCase) throws {
    let bench = try PenaltyBench(penaltyCase)
    #expect(bench.graph.problems() == [])
    let outputs = try bench.run()
    expectClose(outputs["value"], [penaltyCase.value], "value")
    for (name, tensor) in penaltyCase.gradient {
      let ours = bench.layouts[name].map { tensor.ours($0) } ?? tensor.activation
      expectClose(outputs["gradient/\(name)"], ours.values, "gradient in \(name)")
    }
  }

  /// Where the penalty is smooth: at a distance or a slope of 0 a norm is not.
  static let smooth = PenaltyCase.all.filter { penaltyCase in
    penaltyCase.critic != "[flatten, {linear: 1}]"
      || ["r1", "orthogonal", "total_variation"].contains { penaltyCase.penalty.hasPrefix($0) }
  }

  @Test(arguments: smooth)
  func itsGradientAgreesWithFiniteDifferences(_ penaltyCase: PenaltyCase) throws {
    let bench = try PenaltyBench(penaltyCase)
    let outputs = try bench.run()
    for name in penaltyCase.gradient.keys {
      expectClose(
        outputs["gradient/\(name)"], try bench.differences(in: name), tolerance: 1e-6,
        "gradient in \(name)")
    }
  }

  @Test func everyPenaltyIsHeldAgainstPyTorchOrHasATestOfItsOwn() {
    let tested = Set(PenaltyCase.all.map { $0.penalty.prefix { $0 != ":" } }.map(String.init))
    #expect(tested.union(["clip"]) == Set(Catalog.penalties.map { $0.declaration.name }))
  }

  @Test func aClippedParameterLiesInTheBox() throws {
    let clip = try #require(
      Catalog.penalty(try choice("{clip: 0.5}", .penalty)) as? any Constraint)
    let builder = GraphBuilder()
    let clipped = clip.constrained(builder.feed("w", [5]))
    let graph = builder.finish(outputs: [("w", clipped)], updates: [])
    let feeds = ["w": [-3, -0.5, 0.1, 0.6, .infinity]]
    #expect(
      try Reference.evaluate(graph, feeds: feeds).outputs["w"] == [-0.5, -0.5, 0.1, 0.5, 0.5])
  }

  /// A linear critic has one slope everywhere, so that both penalties come to the same.
  @Test(arguments: [
    "[{linear: 4}, {image: {channels: 1, size: 2}}]",
    "[{linear: 4}, {image: {channels: 4, size: 1}}, pixel_shuffle]",
    "[{linear: 4}, {image: {channels: 1, size: 2}}, tanh]",
  ])
  func theSlopeAtGeneratedImagesIsSeenWhateverTheGeneratorEndsIn(_ generator: String) throws {
    let game = try smallGame(generator: generator, rest: "penalties: [r1, r2]")
    let program = try TrainingProgram(game, images: smallImages)
    let graph = program.round(batch: 3).graphs[0]
    let states = program.states.map { state in
      (state.name, (0..<state.type.shape.count).map { cos(Double($0)) })
    }
    let outputs = try Reference.evaluate(
      graph, feeds: ["key": [1, 2, 3], "real": [Double](repeating: 0.5, count: 12)],
      states: Dictionary(uniqueKeysWithValues: states)
    ).outputs
    let squares = (0..<4).map { cos(Double($0)) * cos(Double($0)) }.reduce(0, +)
    for name in ["0/penalty/0", "0/penalty/1"] { expectClose(outputs[name], [5 * squares], name) }
  }

  /// Scaling is a product, and so is a leaky relu's other side: the slope is at what lies between them.
  @Test func theSlopeAtRealImagesIsAtWhatTheCriticSees() throws {
    let game = try smallGame(
      discriminator: "[{leaky_relu: 0.2}, flatten, {linear: 1}]", rest: "penalties: [r1]")
    let program = try TrainingProgram(game, images: smallImages)
    let graph = program.round(batch: 3, real: .bytes).graphs[0]
    let states = program.states.map { state in
      (state.name, (0..<state.type.shape.count).map { cos(Double($0)) })
    }
    // Black is -1, where the slope of a leaky relu is 0.2.
    let outputs = try Reference.evaluate(
      graph, feeds: ["key": [1, 2, 3], "real": [Double](repeating: 0, count: 12)],
      states: Dictionary(uniqueKeysWithValues: states)
    ).outputs
    let squares = (0..<4).map { cos(Double($0)) * cos(Double($0)) }.reduce(0, +)
    expectClose(outputs["0/penalty/0"], [5 * 0.04 * squares], "r1")
  }

  /// The draws of each penalty that `trace` gives out, at batch 4 on 2×2 images.
  static let observed: [(String, [String: Shape])] = [
    ("gradient_penalty", ["0/penalty/0": [], "0/penalty/0/mix": [4]]),
    ("dragan", ["0/penalty/0": [], "0/penalty/0/mix": [4], "0/penalty/0/noise": [4, 4]]),
    ("r1", ["0/penalty/0": []]), ("r2", ["0/penalty/0": []]),
    ("l1_to_real", ["1/penalty/0": [], "1/kink/penalty/0": [4, 2, 2, 1]]), ("clip", [:]),
    ("wasserstein_divergence", ["0/penalty/0": []]),
    (
      "total_variation",
      [
        "1/penalty/0": [], "1/kink/penalty/0/height": [4, 1, 2, 1],
        "1/kink/penalty/0/width": [4, 2, 1, 1],
      ]
    ),
    ("orthogonal", ["0/penalty/0": []]), ("orthogonal: {on: generator}", ["1/penalty/0": []]),
  ]

  @Test(arguments: observed)
  func aTraceHoldsWhatAPenaltyDrewAndWhatItCameTo(
    _ penalty: String, _ wanted: [String: Shape]
  ) throws {
    let game = try smallGame(rest: "penalties: [{\(penalty)}]")
    let graph = try TrainingProgram(game, images: smallImages)
      .round(batch: 4, observing: true).graphs[0]
    #expect(graph.problems() == [])
    let outputs = graph.outputs.filter { $0.name.contains("penalty") }
      .map { ($0.name, graph.nodes[$0.node].type.shape) }
    #expect(Dictionary(uniqueKeysWithValues: outputs) == wanted)
  }
}
