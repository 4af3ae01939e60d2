import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// Networks of a game: whose weights are whose, and what goes into them.
@Suite struct GameNetworkTests {
  private static let trunk = """
    {trunk: [{linear: 3}, tanh], one: [{network: trunk}, {linear: 4}], two: {like: one},
      critic: [{linear: 3}, tanh, {linear: 1}]}
    """

  private static func shared(_ moves: String) throws -> GameBench {
    try GameBench(
      try generalGame(
        networks: trunk, values: "{a: one(z), b: two(z)}",
        terms: """
          {game: {adversarial: {loss: {kind: least_squares}, critic: critic, real: a, fake: b}},
            near: {distance: {of: one(z), from: two(z), norm: l2}}}
          """, moves: moves))
  }

  @Test func networksThatCallOneHaveOneSetOfWeightsWhichTheMoveThatNamesItSteps() throws {
    let bench = try Self.shared(
      "[{networks: [critic]}, {networks: [one, two], name: ends}, {networks: [trunk]}]")
    #expect(bench.parameters(of: ["trunk"]) == ["trunk.0.weight", "trunk.0.bias"])
    #expect(bench.parameters(of: ["one"]) == ["one.1.weight", "one.1.bias"])
    #expect(bench.parameters(of: ["two"]) == ["two.1.weight", "two.1.bias"])
    func stepped(_ move: String) -> Set<String> {
      Set(bench.graph([move]).updates.map(\.name).filter { !$0.hasPrefix("optimizer.") })
    }
    #expect(stepped("ends") == Set(bench.parameters(of: ["one", "two"])))
    #expect(stepped("trunk") == Set(bench.parameters(of: ["trunk"])))
    // It takes the gradients of both that call it.
    let graph = bench.graph(["trunk"])
    let outputs = try bench.run(graph).outputs
    for name in bench.parameters(of: ["trunk"]) {
      let gradient = try #require(outputs["0/gradient/\(name)"])
      #expect(gradient.contains { abs($0) > 1e-4 })
      expectClose(
        gradient, try bench.differences(of: "0/loss", graph, in: name), tolerance: 1e-7, name)
    }
  }

  @Test func aNetworkLikeAnotherHasWeightsOfItsOwn() throws {
    let bench = try Self.shared(
      "[{networks: [critic]}, {networks: [trunk, one], name: first}, {networks: [two]}]")
    let states = bench.program.states.filter { $0.role == .parameter }
    func shapes(_ network: String) -> [Shape] {
      states.filter { $0.network == network }.map(\.type.shape)
    }
    #expect(shapes("one") == shapes("two") && shapes("one") == [[3, 4], [4]])
    func state(_ name: String) throws -> StateDeclaration {
      try #require(states.first { $0.name == name })
    }
    #expect(try state("one.1.weight").initial == state("two.1.weight").initial)
    // Moving one leaves the other.
    let after = try bench.after(["two"])
    #expect(after.states["one.1.weight"] == bench.states["one.1.weight"])
    #expect(after.states["two.1.weight"] != bench.states["two.1.weight"])
  }

  @Test func twoMoversOfANetworkKeepTwoOptimizers() throws {
    let bench = try GameBench(
      try generalGame(
        networks: "{generator: [{linear: 3}], critic: [{linear: 1}]}",
        values: "{made: generator(z)}",
        terms: """
          {game: {adversarial: {loss: {kind: least_squares}, critic: critic, real: z, fake: made}},
            near: {distance: {of: made, from: z, norm: l2}}}
          """,
        moves: """
          [{networks: [critic]}, {networks: [generator], terms: [game]},
            {networks: [generator], name: near, terms: [near], optimizer: {kind: sgd, learning_rate: 0.1, momentum: 0.5}},
            {networks: [generator], terms: [game]}]
          """, optimizer: "{kind: adam, learning_rate: 0.01, betas: [0.5, 0.9]}"))
    let kept = bench.program.states.filter { $0.role == .optimizer && $0.network == "generator" }
    #expect(
      Set(kept.map(\.name)) == [
        "optimizer.generator.step", "optimizer.generator.0.weight.first_moment",
        "optimizer.generator.0.weight.second_moment", "optimizer.generator.0.bias.first_moment",
        "optimizer.generator.0.bias.second_moment", "optimizer.near.step",
        "optimizer.near.generator.0.weight.velocity", "optimizer.near.generator.0.bias.velocity",
      ])
    // Two entries of one name are one mover: its steps are counted together, and the other's alone.
    let round = bench.program.round(batch: 4)
    #expect(round.graphs.count == 1)
    #expect(
      round.steps[0].moves.map(\.name) == ["critic0", "generator0", "near0", "generator1"])
    let updates = try bench.run(round.graphs[0]).updates
    #expect(updates["optimizer.generator.step"] == [2])
    #expect(updates["optimizer.near.step"] == [1])
    // A first step with momentum is that without: the gradient times the learning rate.
    let alone = try bench.run(bench.graph(["near"]))
    let gradient = try #require(alone.outputs["0/gradient/generator.0.bias"])
    let before = try #require(bench.states["generator.0.bias"])
    expectClose(
      alone.updates["generator.0.bias"], zip(before, gradient).map { $0 - 0.1 * $1 },
      tolerance: 1e-12, "the bias")
    expectClose(
      alone.updates["optimizer.near.generator.0.bias.velocity"], gradient, tolerance: 1e-12,
      "its velocity")
  }

  // MARK: what goes in

  private static let definitions = [
    "first": "[{linear: {units: 1, bias: false}}]", "plain": "[{linear: 3}]",
    "second":
      "{inputs: [more], layers: [{concat_input: more}, {linear: {units: 1, bias: false}}]}",
    "told": "[flatten, {concat_label: {embedding: 1}}, {linear: {units: 1, bias: false}}]",
    "named": "[{concat_label: {embedding: 1}}, {linear: {units: 1, bias: false}}]",
  ]

  /// A game in which a value `asked` is this formula.
  private static func asking(_ formula: String) throws -> GameBench {
    let used = definitions.filter {
      formula.contains("\($0.key)(") || $0.key == "plain" && formula.contains("made")
    }
    let networks = used.map { ", \($0.key): \($0.value)" }.joined()
    return try GameBench(
      try generalGame(
        networks: "{judge: [{linear: 2}]\(networks)}",
        values:
          "{asked: '\(formula)'\(used["plain"] == nil ? "" : ", made: 'plain(z, label: y)'")}",
        terms: "{near: {distance: {of: judge(z), from: judge(z)}}"
          + (used.isEmpty ? "}" : ", use: {distance: {of: asked, from: asked}}}"),
        moves: "[{networks: [\((["judge"] + used.keys).joined(separator: ", "))], name: all}]",
        latents: "{z: {size: 3}, y: {classes: 3}, v: {classes: 2}}",
        sources: "{images: {source: nothing, classes: 3}, dark: {of: images, invert: true}}"))
  }

  /// Formulas, and what they are of latents 1…12, labels 2 0 1 2 (drawn) and 0 2 1 0 (of the data).
  static let formulas: [(formula: String, [Double])] = [
    ("y.one_hot", [0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1]),
    ("images.label.one_hot", [1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0]),
    ("dark.label.one_hot", [1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0]),
    ("made.label.one_hot", [0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1]),
    (
      "[z, y.one_hot]",
      [1, 2, 3, 0, 0, 1, 4, 5, 6, 1, 0, 0, 7, 8, 9, 0, 1, 0, 10, 11, 12, 0, 0, 1]
    ),
    // Weights 1, 10 and 100.
    ("first(z)", [321, 654, 987, 1320]),
    // The second input stands behind what passes, with a weight of −2.
    ("second(z, first(z))", [-321, -654, -987, -1320]),
    // Of three, the last counts: −1.
    ("second(z, y.one_hot)", [320, 654, 987, 1319]),
    // A number for each class, 5, 7 and 11.
    ("named(z, label: y)", [11, 5, 7, 11]), ("named(z, label: images.label)", [5, 11, 7, 5]),
    ("told(images)", [5, 11, 7, 5]), ("told(dark)", [5, 11, 7, 5]),
    ("told(images, label: y)", [11, 5, 7, 11]),
    // A label travels with what is made.
    ("named(told(images, label: y))", [11, 5, 7, 11]), ("named(told(dark))", [5, 11, 7, 5]),
    ("named([told(images), z])", [5, 11, 7, 5]),
  ]

  @Test(arguments: formulas.indices)
  func aFormulaIsWhatItSays(_ index: Int) throws {
    let (text, wanted) = Self.formulas[index]
    var bench = try Self.asking(text)
    bench.states["first.0.weight"] = [1, 10, 100]
    let more: [Double] = bench.states["second.1.weight"]?.count == 6 ? [0, 0, -1] : [-2]
    bench.states["second.1.weight"] = [1, 10, 100] + more
    bench.states["told.1.weight"] = [5, 7, 11]
    bench.states["named.0.weight"] = [5, 7, 11]
    for name in ["told.2.weight", "named.1.weight"] {
      let width = bench.states[name]?.count ?? 1
      bench.states[name] = [Double](repeating: 0, count: width - 1) + [1]
    }
    let seen = try bench.values(
      of: [.name("asked")],
      [
        "latents": (1...12).map(Double.init), "drawn/labels/y": [2, 0, 1, 2],
        "labels": [0, 2, 1, 0],
      ])
    expectClose(seen, wanted, tolerance: 1e-12, text)
  }

  @Test func channelsAreJoinedAtEachPlaceAndDerivedSourcesAreWhatTheirWordsMakeOfThem() throws {
    var bench = try GameBench(
      try generalGame(
        networks: "{judge: [{linear: 2}]}",
        values: "{pair: '[images, dark]', half: left, around: '[dark, images, dark]'}",
        terms: "{near: {distance: {of: judge(z), from: judge(z)}}}",
        moves: "[{networks: [judge]}]",
        sources: "{images: {source: nothing, classes: 3}, dark: {of: images, invert: true}, "
          + "left: {of: dark, half: left}}"), batch: 2)
    let pixels = [0.25, -0.5, 1, 0, -1, 0.75, 0.5, -0.25]
    bench.feeds["real"] = pixels
    #expect(
      try bench.values(of: [.name("pair")]) == pixels.flatMap { [$0, -$0] })
    #expect(
      try bench.values(of: [.name("around")]) == pixels.flatMap { [-$0, $0, -$0] })
    // Of rows of two the first.
    #expect(try bench.values(of: [.name("half")]) == [-0.25, -1, 1, -0.5])
    // Several beside each other: of each sample the first, then the second.
    #expect(
      try bench.values(of: [.name("images"), .name("dark")])
        == [0.25, -0.5, 1, 0, -0.25, 0.5, -1, 0, -1, 0.75, 0.5, -0.25, 1, -0.75, -0.5, 0.25])
  }

  /// Batch norm, spectral norm, dropout and noise are other things in training.
  private static func looking(through frozen: String) throws -> GameBench {
    try GameBench(
      try generalGame(
        networks: """
          {maker: [{linear: 4}, {image: {channels: 1, size: 2}}],
            features: {layers: [{conv: {channels: 2, kernel: 1, spectral_norm: true}}, batch_norm, relu, {dropout: 0.5}, {noise: 1}, flatten, {network: trunk}]\(frozen)},
            trunk: {layers: [batch_norm, {dropout: 0.5}, {linear: 2}]\(frozen)}}
          """,
        values: "{made: maker(z)}",
        terms: """
          {near: {distance: {of: features(made), from: features(images), norm: l2}},
            even: {total_variation: {of: made, weight: 0.5}}}
          """, moves: "[{networks: [maker]}]"))
  }

  @Test func aFrozenNetworkAndThoseThatItCallsAnswerInAMoveAsTheyDoInPicturesAndStayAsTheyAre()
    throws
  {
    var bench = try Self.looking(through: ", frozen: true")
    for name in bench.states.keys where name.hasSuffix("running_var") {
      bench.states[name] = bench.states[name]?.map { 0.5 + abs($0) }
    }
    let graph = bench.graph(["maker"])
    let result = try bench.run(graph)
    let latents = try #require(result.outputs["0/latents"])
    func seen(_ image: Formula) throws -> [Double] {
      try #require(
        try bench.values(
          of: [.call(network: "features", [image], label: nil)], ["latents": latents]))
    }
    let (made, real) = (try seen(.name("made")), try seen(.name("images")))
    let near = zip(made, real).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) / Double(made.count)
    let images = try #require(try bench.values(of: [.name("made")], ["latents": latents]))
    let even =
      stride(from: 0, to: images.count, by: 4).map { first in
        let (a, b, c, d) = (
          images[first], images[first + 1], images[first + 2], images[first + 3]
        )
        return (abs(c - a) + abs(d - b)) / 2 + (abs(b - a) + abs(d - c)) / 2
      }.reduce(0, +) / Double(images.count / 4)
    expectClose(result.outputs["0/loss"], [near + 0.5 * even], tolerance: 1e-12, "loss")
    let moved = Set(result.updates.keys.filter { !$0.hasPrefix("optimizer.") })
    #expect(moved == Set(bench.parameters(of: ["maker"])))
    for name in moved {
      let gradient = try #require(result.outputs["0/gradient/\(name)"])
      expectClose(
        gradient, try bench.differences(of: "0/loss", graph, in: name), tolerance: 1e-6, name)
    }
  }

  @Test func aNetworkThatOnlyMetricsAndPicturesLookThroughHasItsWeightsInTheGame() throws {
    let program = try TrainingProgram(
      try generalGame(
        networks: """
          {maker: [{linear: 4}, {image: {channels: 1, size: 2}}],
            judge: {layers: [flatten, {linear: 3}], frozen: true},
            painter: {layers: [batch_norm], frozen: true}}
          """,
        values: "{made: maker(z)}", terms: "{near: {distance: {of: made, from: images}}}",
        moves: "[{networks: [maker]}]",
        rest: """
          metrics: {every: 1 steps, of: [{accuracy: {of: judge(images), label: images.label}}]}
          record: {samples: {every: 1 steps, show: [made, painter(made)]}}
          """), format: .image(smallImages))
    let own = program.states.filter { ["judge", "painter"].contains($0.network) }.map(\.name)
    #expect(
      own == [
        "judge.1.weight", "judge.1.bias", "painter.0.weight", "painter.0.bias",
        "painter.0.running_mean", "painter.0.running_var",
      ])
    let warnings = program.warnings.map(\.message)
    #expect(
      warnings
        == ["judge", "painter"].map {
          "`\($0)` is frozen and starts from no weights: it stays as it is drawn"
        })
  }
}
