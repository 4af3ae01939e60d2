import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// Who steps down what, and which way down that is.
@Suite struct GameSideTests {
  private static let networks = """
    {generator: [{linear: 4}, tanh, {image: {channels: 1, size: 2}}], encoder: [flatten, {linear: 3}],
      critic: {inputs: [code], layers: [flatten, {concat_input: code}, {linear: 3}, tanh, {linear: 1}]}}
    """

  /// A game in which an encoder makes what is called real, and a generator what is called fake.
  private static func both(
    _ loss: String = "kind: cross_entropy", terms: String = "",
    moves: String = "[{networks: [critic]}, {networks: [generator, encoder], name: makers}]"
  ) throws -> GameBench {
    try GameBench(
      try generalGame(
        networks: networks, values: "{made: generator(z), code: encoder(images)}",
        terms: """
          {game: {adversarial: {loss: {\(loss)}, critic: critic, real: '(images, code)', fake: '(made, z)'}}\(terms)}
          """, moves: moves))
  }

  /// Moves, and the terms that each steps down.
  static let counted: [(moves: String, [String])] = [
    (
      "[{networks: [critic]}, {networks: [generator]}, {networks: [encoder]}]",
      ["critic: game slope even", "generator: game near", "encoder: game near prior own"]
    ),
    (
      "[{networks: [critic]}, {networks: [generator, encoder], name: makers}]",
      ["critic: game slope even", "makers: game near prior own"]
    ),
    (
      "[{networks: [critic], without: [even]}, {networks: [generator, encoder], name: makers, "
        + "without: [near, own]}, {networks: [encoder], name: rest, terms: [near, own]}, "
        + "{networks: [critic], name: again, terms: [even]}]",
      ["critic: game slope", "makers: game prior", "rest: near own", "again: even"]
    ),
    (
      "[{networks: [critic], terms: {game: 1, slope: 0.5}}, {networks: [generator], terms: {game: 2}}, "
        + "{networks: [encoder], terms: {near: 3, prior: 0.25, game: 1, own: 1}}, "
        + "{networks: [critic], name: again, terms: [even]}]",
      [
        "critic: game 0.5·slope", "generator: 2·game", "encoder: 3·near 0.25·prior game own",
        "again: even",
      ]
    ),
  ]

  @Test(arguments: counted.indices)
  func aTermCountsWhereItDependsOnANetworkOfTheMoveAndAsksSomethingOfIt(_ index: Int) throws {
    let (moves, wanted) = Self.counted[index]
    let bench = try Self.both(
      terms: """
        , near: {distance: {of: encoder(made), from: z}},
          prior: {kl_to_normal: {mean: code}}, slope: {r1: 1},
          even: {orthogonal: {'on': critic}}, own: {orthogonal: {'on': encoder}}
        """, moves: moves)
    let game = bench.program.game
    let said = game.moves.map { move in
      let terms = move.parts.map { part in
        (part.factor == 1 ? "" : "\(numberText(part.factor))·") + game.terms[part.term].name
      }
      return "\(move.name): \(terms.joined(separator: " "))"
    }
    #expect(said.sorted() == wanted.sorted())
  }

  static let losses = [
    "kind: cross_entropy", "kind: cross_entropy, generator: saturating",
    "kind: cross_entropy, real: 0.9, generator_scale: 3",
    "kind: least_squares", "kind: wasserstein", "kind: hinge", "kind: relativistic",
  ]

  private static let ofDifferences = ["kind: wasserstein", "kind: relativistic"]

  @Test(arguments: losses)
  func bothMakersMoveAlongTheGradientOfTheirLossAndTheCriticAlongItsOwn(_ loss: String) throws {
    let bench = try Self.both(loss)
    for (move, networks) in [("critic", ["critic"]), ("makers", ["generator", "encoder"])] {
      let graph = bench.graph([move])
      #expect(graph.problems() == [])
      let outputs = try bench.run(graph).outputs
      for name in bench.parameters(of: networks) {
        let gradient = try #require(outputs["0/gradient/\(name)"])
        // A difference of scores is the same whatever is added to all of them.
        let isOfNoUse = name == "critic.4.bias" && Self.ofDifferences.contains(loss)
        #expect(
          gradient.contains { abs($0) > 1e-4 } != isOfNoUse, "\(name): \(gradient)")
        expectClose(
          gradient, try bench.differences(of: "0/loss", graph, in: name), tolerance: 1e-7, name)
      }
      #expect(Set(graph.updates.map(\.name)).isSuperset(of: bench.parameters(of: networks)))
      let others = Set(bench.program.networks).subtracting(networks)
      #expect(
        Set(graph.updates.map(\.name)).isDisjoint(with: bench.parameters(of: Array(others))))
    }
  }

  /// Mao et al. 2017 with targets 1 and 0, of scores that are computed from the formulas alone.
  @Test func eachSideIsThatOfThePaper() throws {
    let bench = try Self.both("kind: least_squares")
    let outputs = try bench.run(bench.graph(["critic"])).outputs
    let latents = ["latents": try #require(outputs["0/latents"])]
    func scores(_ inputs: [Formula]) throws -> [Double] {
      try #require(
        try bench.values(of: [.call(network: "critic", inputs, label: nil)], latents))
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let real = try scores([.name("images"), .name("code")])
    let fake = try scores([.name("made"), .name("z")])
    let critic = mean(real.map { ($0 - 1) * ($0 - 1) }) + mean(fake.map { $0 * $0 })
    expectClose(outputs["0/loss"], [critic], tolerance: 1e-12, "the critic's side")
    expectClose(outputs["0/real_score"], [mean(real)], tolerance: 1e-12, "what it says of real")
    expectClose(outputs["0/fake_score"], [mean(fake)], tolerance: 1e-12, "what it says of fake")
    // Whoever makes both wants what is fake to be taken for real and what is real for fake.
    let makers = mean(fake.map { ($0 - 1) * ($0 - 1) }) + mean(real.map { $0 * $0 })
    let theirs = try bench.run(bench.graph(["makers"])).outputs
    expectClose(theirs["0/loss"], [makers], tolerance: 1e-12, "the makers' side")
    #expect(theirs["0/real_score"] == nil)
  }

  /// A critic that sees both kinds as one batch in its own move tells them apart by what batch norm makes of
  /// that; makers who were told of each kind alone would learn nothing.
  @Test func makersOfBothAreToldOfBothAsOneBatchWhereTheCriticIs() throws {
    let networks = Self.networks.replacing(
      "{linear: 3}, tanh", with: "{linear: 3}, batch_norm, tanh")
    let bench = try GameBench(
      try generalGame(
        networks: networks, values: "{made: generator(z), code: encoder(images)}",
        terms: """
          {game: {adversarial: {loss: least_squares, critic: critic, real: '(images, code)', fake: '(made, z)',
            critic_batch: joint}}}
          """, moves: "[{networks: [critic]}, {networks: [generator, encoder], name: makers}]"))
    let critics = try bench.run(bench.graph(["critic"])).outputs
    let makers = try bench.run(bench.graph(["makers"])).outputs
    func number(_ name: String) throws -> Double { try #require(critics[name]?.first) }
    // (s − 1)² − s² = 1 − 2s, and the other way round.
    let expected = try number("0/loss") + 2 * (number("0/real_score") - number("0/fake_score"))
    expectClose(makers["0/loss"], [expected], tolerance: 1e-12, "the makers' side")
    #expect(abs(try number("0/real_score") - number("0/fake_score")) > 1e-3)
    for name in bench.parameters(of: ["generator", "encoder"]) {
      expectClose(
        makers["0/gradient/\(name)"],
        try bench.differences(of: "0/loss", bench.graph(["makers"]), in: name), tolerance: 1e-7,
        name)
    }
  }

  @Test func whoMakesOnlyWhatIsFakeDoesNotMoveDownWhatIsSaidOfReal() throws {
    let bench = try Self.both(
      "kind: least_squares",
      moves: "[{networks: [critic]}, {networks: [generator]}, {networks: [encoder]}]")
    let latents = [
      "latents": try #require(
        try bench.run(bench.graph(["critic"])).outputs["0/latents"])
    ]
    let fake = try #require(
      try bench.values(
        of: [.call(network: "critic", [.name("made"), .name("z")], label: nil)], latents))
    let wanted = fake.map { ($0 - 1) * ($0 - 1) }.reduce(0, +) / Double(fake.count)
    expectClose(
      try bench.run(bench.graph(["generator"])).outputs["0/loss"], [wanted], tolerance: 1e-12,
      "the generator's loss")
  }

  @Test func aFactorIsOfATermInOneMove() throws {
    func bench(_ terms: String) throws -> GameBench {
      try Self.both(
        terms:
          ", near: {distance: {of: encoder(made), from: z}}, prior: {kl_to_normal: {mean: code}}",
        moves: """
          [{networks: [critic]}, {networks: [generator], terms: [game]},
            {networks: [encoder], terms: \(terms)},
            {networks: [encoder], name: rest, terms: [near, prior]}]
          """)
    }
    func loss(_ terms: String) throws -> Double {
      let bench = try bench(terms)
      return try #require(try bench.run(bench.graph(["encoder"])).outputs["0/loss"]).first ?? .nan
    }
    let (game, near, prior) = (try loss("[game]"), try loss("[near]"), try loss("[prior]"))
    let sum = try loss("{near: 2, game: -0.5, prior: 0.25}")
    expectClose([sum], [2 * near - 0.5 * game + 0.25 * prior], tolerance: 1e-12, "the sum")
    // What a column tells of a term is without the factor.
    let together = try bench("{near: 2, game: -0.5, prior: 0.25}")
    let outputs = try together.run(together.graph(["encoder"])).outputs
    expectClose(outputs["0/penalty/0"], [near], tolerance: 1e-12, "near")
    expectClose(outputs["0/penalty/1"], [prior], tolerance: 1e-12, "prior")
  }
}
