import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// What a value is in a round, whose networks step one after the other.
@Suite struct GameValueTests {
  private static let networks = """
    {generator: [{linear: 4}, tanh, {image: {channels: 1, size: 2}}], encoder: [flatten, {linear: 3}],
      other: [{linear: 3}], critic: [flatten, {linear: 3}, tanh, {linear: 1}]}
    """
  private static let moves = """
    [{networks: [generator]}, {networks: [critic]}, {networks: [encoder]}, {networks: [other]}]
    """

  private static func bench(values: String, terms: String) throws -> GameBench {
    try GameBench(
      try generalGame(networks: networks, values: values, terms: terms, moves: moves))
  }

  private static func game(_ fake: String) -> String {
    """
    game: {adversarial: {loss: {kind: least_squares}, critic: critic, real: images, fake: \(fake)}}
    """
  }

  /// The loss and the gradients of the last of these moves, in one graph with those before it.
  private func last(_ moves: [String], _ bench: GameBench) throws -> [String: [Double]] {
    let graph = bench.graph(moves)
    #expect(graph.problems() == [])
    let prefix = "\(moves.count - 1)/"
    return try bench.run(graph).outputs.filter {
      $0.key.hasPrefix(prefix) && ($0.key.contains("gradient") || $0.key.contains("loss"))
    }.reduce(into: [:]) { $0[String($1.key.dropFirst(prefix.count))] = $1.value }
  }

  private func expectSame(_ seen: [String: [Double]], _ wanted: [String: [Double]]) {
    #expect(!seen.isEmpty && Set(seen.keys) == Set(wanted.keys))
    for (name, value) in wanted { expectClose(seen[name], value, tolerance: 1e-12, name) }
  }

  private func differs(_ a: [String: [Double]], _ b: [String: [Double]]) -> Bool {
    abs((a["loss"]?[0] ?? 0) - (b["loss"]?[0] ?? 0)) > 1e-6
  }

  /// Formulas for the fakes: a value's name, what it stands for, and another name of it.
  @Test(arguments: ["made", "generator(z)", "twin"])
  func aMoveThatStepsNoneOfItsNetworksLooksAtWhatANamedValueWas(_ fake: String) throws {
    let bench = try Self.bench(
      values: "{made: generator(z), twin: made, code: encoder(images)}",
      terms: "{\(Self.game(fake)), near: {distance: {of: code, from: other(z)}}}")
    let before = try last(["critic"], bench)
    let after = try last(["critic"], try bench.after(["generator"]))
    #expect(differs(before, after))
    expectSame(try last(["generator", "critic"], bench), before)
  }

  @Test func aCallThatIsNotNamedIsUpToDate() throws {
    let bench = try Self.bench(
      values: "{code: encoder(images)}",
      terms: "{\(Self.game("generator(z)")), near: {distance: {of: code, from: other(z)}}}")
    let before = try last(["critic"], bench)
    let after = try last(["critic"], try bench.after(["generator"]))
    #expect(differs(before, after))
    expectSame(try last(["generator", "critic"], bench), after)
  }

  @Test func whoStepsANetworkOfANamedValueSeesItAnew() throws {
    let bench = try Self.bench(
      values: "{made: generator(z), code: encoder(images)}",
      terms: "{\(Self.game("made")), near: {distance: {of: code, from: other(z)}}}")
    let first = try last(["generator"], bench)
    let second = try last(["generator"], try bench.after(["generator"]))
    #expect(differs(first, second))
    expectSame(try last(["generator", "generator"], bench), second)
    // The critic between them, which looks at the old value, leaves nothing of it behind.
    var withCritic = bench
    withCritic.states.merge(try bench.run(bench.graph(["generator", "critic"])).updates) { $1 }
    expectSame(
      try last(["generator", "critic", "generator"], bench), try last(["generator"], withCritic))
  }

  /// All calls unnamed: moves in one graph are moves in graphs of their own.
  @Test(arguments: [
    ["generator", "encoder", "generator"], ["critic", "generator", "critic", "encoder"],
    ["encoder", "other", "generator", "other", "encoder", "critic", "generator"],
  ])
  func movesOfOneGraphAreThoseOfSeveralWhereNothingIsNamed(_ moves: [String]) throws {
    let bench = try Self.bench(
      values: "{}",
      terms: """
        {\(Self.game("generator(z)")), near: {distance: {of: encoder(generator(z)), from: other(z), norm: l2}}}
        """)
    let seen = try bench.run(bench.graph(moves)).updates
    let wanted = try bench.after(moves).states
    for (name, value) in seen { expectClose(value, wanted[name] ?? [], tolerance: 1e-10, name) }
    #expect(seen.keys.contains("generator.0.weight"))
  }

  /// What was made of an old value by a move that does not step its networks is not taken by one that does.
  @Test func whatIsMadeOfAnOldValueIsMadeAnewForWhoStepsItsNetworks() throws {
    let bench = try Self.bench(
      values: "{made: generator(z)}",
      terms: """
        {\(Self.game("made")), near: {distance: {of: encoder(made), from: other(z), norm: l2}}}
        """)
    // `other` looks at encoder(made) with the old made.
    expectSame(
      try last(["generator", "other"], bench), try last(["other"], bench))
    var bothMoved = bench
    bothMoved.states.merge(try bench.run(bench.graph(["generator", "other"])).updates) { $1 }
    let third = try last(["generator"], bothMoved)
    #expect(third["gradient/generator.0.weight"]?.contains { abs($0) > 1e-6 } == true)
    expectSame(try last(["generator", "other", "generator"], bench), third)
  }

  @Test func aNamedValueIsComputedOnceForMovesThatDoNotStepIt() throws {
    let bench = try Self.bench(
      values: "{made: generator(z), code: encoder(images)}",
      terms: "{\(Self.game("made")), near: {distance: {of: code, from: other(z)}}}")
    func products(_ moves: [String]) -> Int {
      bench.graph(moves).nodes.count { if case .matmul = $0.op { true } else { false } }
    }
    // The critic: two layers on real and on fake, four gradients in weights, two back through the last.
    #expect(products(["critic"]) == 1 + 4 + 4 + 2)
    // The encoder after it: its own layer, the other's, and one gradient.
    #expect(products(["encoder"]) == 3)
    // The fakes of the first are those of the second.
    #expect(products(["critic", "critic"]) == 1 + 2 * (4 + 4 + 2))
  }

  @Test func leavesAreDrawnOnceAGraph() throws {
    let bench = try Self.bench(
      values: "{made: generator(z), code: encoder(images)}",
      terms: "{\(Self.game("made")), near: {distance: {of: code, from: other(z)}}}")
    let graph = bench.graph(["critic", "generator", "other"])
    #expect(graph.nodes.count { if case .random = $0.op { true } else { false } } == 1)
    let outputs = try bench.run(graph).outputs
    let latents = try #require(outputs["0/latents"])
    #expect(Set(latents).count == 12)
    #expect(outputs["1/latents"] == latents && outputs["2/latents"] == latents)
  }
}
