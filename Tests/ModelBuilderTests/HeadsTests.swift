import Spec
import TensorCore
import Testing

@testable import ModelBuilder

@Suite struct HeadsTests {
  /// What stands in a file, and what is said of it.
  static let refused: [(String, String)] = [
    ("{heads: {class: [{linear: 3}]}}", "heads needs a `score` or a `reconstruction`"),
    (
      "{heads: {score: [{linear: 1}], reconstruction: [{linear: 4}]}}",
      "heads has a `score` or a `reconstruction`, not both"
    ),
    ("heads", "heads needs a `score` or a `reconstruction`"),
  ]

  @Test(arguments: refused)
  func headsHaveOneMainHead(_ text: String, _ said: String) {
    #expect(throws: Diagnostics.self) { try choice(text, .layer) }
    var messages: [String] = []
    if case .failure(let diagnostics) = loadChoice(text, .layer, vocabulary: vocabulary) {
      messages = diagnostics.entries.map(\.message)
    }
    #expect(messages == [said])
  }

  @Test func everyHeadIsListedCountedAndStoredUnderItsName() throws {
    let game = try smallGame(
      discriminator: """
        [flatten, {linear: 3}, {heads: {score: [{linear: 1}, sigmoid], class: [{linear: 5}]}}]
        """, rest: "labels: {classes: 5}\npenalties: [classification]")
    let program = try TrainingProgram(game, images: smallImages)
    let summary = program.summary(of: "discriminator")
    #expect(
      summary.layers.map(\.path) == [
        "discriminator.0", "discriminator.1", "discriminator.2.score.0",
        "discriminator.2.score.1", "discriminator.2.class.0",
      ])
    #expect(summary.layers.map(\.parameters) == [0, 15, 4, 0, 20])
    #expect(summary.parameters == program.parameterCount(of: "discriminator"))
    #expect(
      program.states.filter { $0.role == .parameter && $0.network == "discriminator" }.map(\.name)
        == [
          "discriminator.1.weight", "discriminator.1.bias", "discriminator.2.score.0.weight",
          "discriminator.2.score.0.bias", "discriminator.2.class.0.weight",
          "discriminator.2.class.0.bias",
        ])
  }

  @Test func aScoreIsReadBeforeItsClosingSigmoidAlsoInAHead() throws {
    let game = try smallGame(discriminator: "[flatten, {heads: {score: [{linear: 1}, sigmoid]}}]")
    let builder = GraphBuilder()
    let pass = Pass(
      states: StateTable(builder: builder), mode: .training, labels: nil, classes: 0,
      initializers: InitializerSet(game.twoPlayers!.architecture.initializers), draws: nil)
    let critic = Network(
      "discriminator", LayerList(game.twoPlayers!.architecture.discriminator), .fromImages,
      initializers: InitializerSet(game.twoPlayers!.architecture.initializers))
    let score = try critic.judge(ImageBatch(value: builder.feed("real", [2, 2, 2, 1])), in: pass)
    #expect(score.output.node.op == .unary(.sigmoid))
    #expect(score.output.operands.first?.id == score.logit.id)
    #expect(score.features?.shape == [2, 4])
  }

  /// Spec of a file that says the same, resolved and read again.
  @Test func aResolvedFileWithHeadsAndCodesIsASpecOfItsOwn() throws {
    let game = try smallGame(
      discriminator: "[flatten, {heads: {score: [{linear: 1}], continuous: [{linear: 2}]}}]",
      latent: "{size: 1, codes: {continuous: 2}}",
      rest: "penalties: [{information: {optimizer: {kind: adam, learning_rate: 0.1}}}]")
    let resolved = game.resolvedYAML(comments: false)
    let again = try loadExperiment(text: resolved, vocabulary: vocabulary).get()
    #expect(again.resolvedYAML(comments: false) == resolved)
    #expect(again.twoPlayers!.latent.width == 3)
  }
}
