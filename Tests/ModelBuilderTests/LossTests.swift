import Spec
import TensorCore
import Testing

@testable import ModelBuilder

struct LossCase: Decodable, CustomTestStringConvertible {
  struct Side: Decodable {
    let value: Double
    let real: GoldenTensor
    let fake: GoldenTensor
    /// In the generated images themselves, where an autoencoder is held against them.
    let fakeImages: GoldenTensor?
  }
  let loss: String
  /// What the critic ends in: nothing, `sigmoid` or `softmax`.
  let closing: String
  let real: GoldenTensor
  let fake: GoldenTensor
  /// Uniform numbers that the critic's targets are made of.
  let draws: [GoldenTensor]
  let discriminator: Side
  let generator: Side
  /// What an autoencoder, whose outputs are `real` and `fake`, was shown.
  let realImages: GoldenTensor?
  let fakeImages: GoldenTensor?
  /// States of the loss before and after the critic's move.
  let controllers: [String: [Double]]
  let controllersAfter: [String: [Double]]

  static let all: [LossCase] = golden("losses")

  var testDescription: String { "\(loss), closing: \(closing), \(real.shape)" }
}

@Suite struct LossTests {
  @Test(arguments: LossCase.all)
  func bothPlayersLossesAndTheirGradientsArePyTorchs(_ lossCase: LossCase) throws {
    let builder = GraphBuilder()
    let (given, loss) = (
      (real: lossCase.real.activation, fake: lossCase.fake.activation),
      Catalog.loss(try choice("{\(lossCase.loss)}", .loss))
    )
    let real = builder.feed("real", Shape(given.real.shape))
    let fake = builder.feed("fake", Shape(given.fake.shape))
    let key = builder.feed("key", [3], .int32)
    let states = StateTable(builder: builder)
    func score(_ logit: Value, _ images: GoldenTensor?, _ name: String) throws -> Score {
      let images = images.map { builder.feed(name, Shape($0.activation.shape)) } ?? logit
      let judged = ImageBatch(value: images)
      guard lossCase.closing != "" else {
        return Score(Reading(output: logit, logit: logit), of: judged)
      }
      let pass = Pass(
        states: states, mode: .training, labels: nil, classes: 0,
        initializers: InitializerSet(try smallGame().twoPlayers!.architecture.initializers),
        draws: nil)
      let output = try Catalog.layer(choice(lossCase.closing, .layer)).apply(
        logit, in: LayerScope(pass: pass, network: "discriminator", path: ""))
      return Score(Reading(output: output, logit: logit), of: judged)
    }
    let realScore = try score(real, lossCase.realImages, "real_images")
    let scores = Scores(
      real: { realScore }, fake: try score(fake, lossCase.fakeImages, "fake_images"),
      draws: Draws(key: key, move: "0"), states: states, keeper: someCritic)
    let sides = [
      ("discriminator", loss.critic(scores)), ("generator", loss.generator(scores)),
    ]
    var outputs: [(name: String, value: Value)] = []
    for (name, value) in sides {
      let gradient = builder.gradient(
        of: value, withRespectTo: [real, fake], holding: states.held)
      outputs += [(name, value), ("\(name)/real", gradient[0]), ("\(name)/fake", gradient[1])]
    }
    let fakeImages = scores.fake.images.value
    if lossCase.fakeImages != nil {
      outputs.append(
        (
          "generator/fake_images",
          builder.gradient(
            of: sides[1].1, withRespectTo: [fakeImages], holding: states.held)[0]
        ))
    }
    let graph = builder.finish(outputs: outputs, updates: states.updates).withDrawsFed()
    var feeds = ["real": given.real.values, "fake": given.fake.values, "key": [0, 0, 0]]
    feeds.merge(lossCase.draws.asFeeds) { $1 }
    feeds["real_images"] = lossCase.realImages?.activation.values
    feeds["fake_images"] = lossCase.fakeImages?.activation.values
    let result = try Reference.evaluate(graph, feeds: feeds, states: lossCase.controllers)
    let seen = result.outputs
    for (name, value) in lossCase.controllersAfter {
      expectClose(result.updates[name], value, name)
    }
    if let wanted = lossCase.generator.fakeImages {
      expectClose(seen["generator/fake_images"], wanted.activation.values, "in the images")
    }
    for (name, side) in [
      ("discriminator", lossCase.discriminator), ("generator", lossCase.generator),
    ] {
      expectClose(seen[name], [side.value], name)
      expectClose(seen["\(name)/real"], side.real.activation.values, "\(name) in real")
      expectClose(seen["\(name)/fake"], side.fake.activation.values, "\(name) in fake")
    }
  }

  /// At ±200 a sigmoid is 0 or 1 in any precision, and its logarithm lost.
  @Test(arguments: [-200.0, 200])
  func crossEntropyIsExactWhereTheSigmoidSaturates(_ logit: Double) throws {
    let loss = Catalog.loss(try choice("{kind: cross_entropy}", .loss))
    let builder = GraphBuilder()
    let fed = builder.feed("logit", [1, 1])
    let score = Score(
      Reading(output: fed.sigmoid, logit: fed), of: ImageBatch(value: fed))
    let draws = Draws(key: builder.feed("key", [3], .int32), move: "0")
    let value = loss.generator(
      Scores(
        real: { score }, fake: score, draws: draws, states: StateTable(builder: builder),
        keeper: someCritic))
    let gradient = builder.gradient(of: value, withRespectTo: [fed])[0]
    let graph = builder.finish(outputs: [("loss", value), ("gradient", gradient)], updates: [])
    let outputs = try Reference.evaluate(graph, feeds: ["logit": [logit]]).outputs
    expectClose(outputs["loss"], [logit < 0 ? 200 : 0], tolerance: 1e-12, "loss")
    expectClose(outputs["gradient"], [logit < 0 ? -1 : 0], tolerance: 1e-12, "gradient")
  }
}
