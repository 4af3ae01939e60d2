import Spec
import TensorCore
import Testing

@testable import ModelBuilder

struct LossCase: Decodable, CustomTestStringConvertible {
  struct Side: Decodable {
    let value: Double
    let real: GoldenTensor
    let fake: GoldenTensor
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

  static let all: [LossCase] = golden("losses")

  var testDescription: String { "\(loss), closing: \(closing), \(real.shape)" }
}

@Suite struct LossTests {
  @Test(arguments: LossCase.all)
  func `both players' losses and their gradients are PyTorch's`(_ lossCase: LossCase) throws {
    let builder = GraphBuilder()
    let (given, loss) = (
      (real: lossCase.real.activation, fake: lossCase.fake.activation),
      Catalog.loss(try choice("{\(lossCase.loss)}", .loss))
    )
    let real = builder.feed("real", Shape(given.real.shape))
    let fake = builder.feed("fake", Shape(given.fake.shape))
    let key = builder.feed("key", [3], .int32)
    func score(_ logit: Value) throws -> Score {
      guard lossCase.closing != "" else { return Score(output: logit, logit: logit) }
      let pass = Pass(
        states: StateTable(builder: builder), mode: .training, labels: nil, classes: 0,
        initializers: InitializerSet(try smallGame().architecture.initializers), draws: nil)
      let output = try Catalog.layer(choice(lossCase.closing, .layer)).apply(
        logit, in: LayerScope(pass: pass, player: .discriminator, path: ""))
      return Score(output: output, logit: logit)
    }
    let realScore = try score(real)
    let scores = Scores(
      real: { realScore }, fake: try score(fake), draws: Draws(key: key, move: "0"))
    let sides = [
      ("discriminator", loss.discriminator(scores)), ("generator", loss.generator(scores)),
    ]
    var outputs: [(name: String, value: Value)] = []
    for (name, value) in sides {
      let gradient = builder.gradient(of: value, withRespectTo: [real, fake])
      outputs += [(name, value), ("\(name)/real", gradient[0]), ("\(name)/fake", gradient[1])]
    }
    let graph = builder.finish(outputs: outputs, updates: []).withDrawsFed()
    var feeds = ["real": given.real.values, "fake": given.fake.values, "key": [0, 0, 0]]
    feeds.merge(lossCase.draws.asFeeds) { $1 }
    let seen = try Reference.evaluate(graph, feeds: feeds).outputs
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
  func `cross-entropy is exact where the sigmoid saturates`(_ logit: Double) throws {
    let loss = Catalog.loss(try choice("{kind: cross_entropy}", .loss))
    let builder = GraphBuilder()
    let fed = builder.feed("logit", [1, 1])
    let score = Score(output: fed.sigmoid, logit: fed)
    let draws = Draws(key: builder.feed("key", [3], .int32), move: "0")
    let value = loss.generator(Scores(real: { score }, fake: score, draws: draws))
    let gradient = builder.gradient(of: value, withRespectTo: [fed])[0]
    let graph = builder.finish(outputs: [("loss", value), ("gradient", gradient)], updates: [])
    let outputs = try Reference.evaluate(graph, feeds: ["logit": [logit]]).outputs
    expectClose(outputs["loss"], [logit < 0 ? 200 : 0], tolerance: 1e-12, "loss")
    expectClose(outputs["gradient"], [logit < 0 ? -1 : 0], tolerance: 1e-12, "gradient")
  }
}
