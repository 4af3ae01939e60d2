import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// The rounds of general games: their graphs, their batches, and what is recorded of them.
@Suite struct GameRoundTests {
  private static let networks = """
    {generator: [{linear: 4}, {image: {channels: 1, size: 2}}], encoder: [flatten, {linear: 3}],
      critic: [flatten, {linear: 1}], eye: [{linear: 1}]}
    """

  private static func program(_ moves: String, terms: String = "") throws -> TrainingProgram {
    try TrainingProgram(
      try generalGame(
        networks: networks, values: "{made: generator(z), code: encoder(images)}",
        terms: """
          {game: {adversarial: {loss: {kind: hinge}, critic: critic, real: images, fake: made}},
            codes: {adversarial: {loss: {kind: hinge}, critic: eye, real: z, fake: code}}\(terms)}
          """, moves: moves), images: smallImages)
  }

  /// Moves; its graphs, each with its moves, marked by ! where a batch of the data goes in, for the move
  /// named; and how many batches that are.
  static let rounds: [(moves: String, [String], Int)] = [
    (
      "[{networks: [critic, eye], name: judges}, {networks: [generator, encoder], name: makers}]",
      ["judges0 makers0 !judges0"], 1
    ),
    (
      "[{networks: [critic, eye], name: judges, times: 3}, {networks: [generator, encoder], name: makers}]",
      ["judges0 judges1 judges2 makers0 !judges0"], 1
    ),
    (
      "[{networks: [critic, eye], name: judges, times: 3, fresh: batch}, "
        + "{networks: [generator, encoder], name: makers}]",
      ["judges0 !judges0", "judges1 !judges1", "judges2 makers0 !judges2"], 3
    ),
    (
      "[{networks: [critic, eye], name: judges, times: 2, fresh: latents}, "
        + "{networks: [generator, encoder], name: makers, fresh: latents}]",
      ["judges0 !judges0", "judges1", "makers0"], 1
    ),
    (
      "[{networks: [generator]}, {networks: [critic], fresh: batch}, {networks: [encoder]}, "
        + "{networks: [eye], fresh: batch}, {networks: [generator]}]",
      ["generator0", "critic0 encoder0 !critic0", "eye0 generator1 !eye0"], 2
    ),
    (
      // Of those that share a batch, the first in which a critic sees it takes it.
      "[{networks: [encoder]}, {networks: [critic], fresh: latents}, {networks: [eye], fresh: latents}, "
        + "{networks: [generator], times: 2, fresh: latents}]",
      ["encoder0", "critic0 !critic0", "eye0", "generator0", "generator1"], 1
    ),
  ]

  @Test(arguments: rounds.indices)
  func aGraphBeginsWhereAMoveDrawsAnewAndABatchGoesInWhereOneIsTaken(_ index: Int) throws {
    let (moves, graphs, batches) = Self.rounds[index]
    let program = try Self.program(moves)
    let round = program.round(batch: 4)
    let said = round.steps.map { step in
      step.moves.map(\.name).joined(separator: " ") + (step.consumer.map { " !\($0)" } ?? "")
    }
    #expect(said == graphs)
    #expect(program.batchesPerRound == batches)
    for graph in round.graphs { #expect(graph.problems() == []) }
    // A graph without the data has no feed of them.
    for step in round.steps where step.consumesData {
      #expect(round.graphs[step.graph].inputs(.feed).contains { $0.name == "real" })
    }
  }

  @Test func columnsAreNamedAfterMovesAndOfSeveralGamesAfterTheTerms() throws {
    let several = try Self.program(
      "[{networks: [critic, eye], name: judges, columns: d}, {networks: [generator, encoder], name: makers, "
        + "columns: g}]",
      terms: ", near: {distance: {of: code, from: z}}, slope: {r1: {game: codes, weight: 1}}")
    #expect(
      several.columns.map(\.name) == [
        "d_loss", "g_loss", "game_real", "codes_real", "game_fake", "codes_fake",
        "d_gradient_norm", "g_gradient_norm", "d_game", "g_game", "d_codes", "g_codes", "g_near",
        "d_slope",
      ])
    #expect(
      several.columns.map(\.kind) == [
        .loss, .loss, .score, .score, .score, .score, .gradientNorm, .gradientNorm, .term, .term,
        .term, .term, .term, .term,
      ])
    // Each is among what the moves give out.
    let round = several.round(batch: 4)
    for column in several.columns {
      #expect(
        round.steps.contains { step in
          step.moves.contains { move in
            move.mover == column.mover && move.outputs.contains { $0.label == column.label }
          }
        }, "\(column.name)")
    }
    let alone = try Self.program(
      "[{networks: [critic]}, {networks: [eye], columns: e}, {networks: [generator]}, {networks: [encoder], "
        + "terms: {codes: 1, near: 2}}, {networks: [encoder], name: again, terms: [near]}]",
      terms: ", near: {distance: {of: code, from: z}}")
    #expect(
      alone.columns.map(\.name) == [
        "critic_loss", "e_loss", "generator_loss", "encoder_loss", "critic_real", "critic_fake",
        "e_real", "e_fake", "critic_gradient_norm", "e_gradient_norm", "generator_gradient_norm",
        "encoder_gradient_norm", "again", "encoder_near",
      ])
  }

  @Test func aGameNeedsNoPicturesAndNoAdversary() throws {
    let experiment = try generalGame(
      networks: "{net: [{linear: 5}, tanh, {mark: middle}, {linear: 3}]}",
      terms: "{error: {class: {of: net(images), label: images.label}}}",
      moves: "[{networks: [net], columns: c}]", latents: "{}")
    let bench = try GameBench(experiment, format: .vector(length: 2))
    #expect(bench.program.columns.map(\.name) == ["c_loss", "c_gradient_norm"])
    #expect(bench.program.sampled == nil && bench.program.shown.isEmpty)
    let round = bench.program.round(batch: 4)
    #expect(Set(round.graphs[0].inputs(.feed).map(\.name)) == ["real", "labels"])
    let graph = bench.graph(["net"])
    let outputs = try bench.run(graph).outputs
    for name in bench.parameters(of: ["net"]) {
      expectClose(
        outputs["0/gradient/\(name)"], try bench.differences(of: "0/loss", graph, in: name),
        tolerance: 1e-7, name)
    }
    // Steps on one batch are a fit.
    var trained = bench
    for _ in 0..<150 { trained = try trained.after(["net"]) }
    let (first, last) = (
      try #require(outputs["0/loss"]?.first),
      try #require(try trained.run(graph).outputs["0/loss"]?.first)
    )
    #expect(last < first / 2)
  }

  @Test func severalSourcesHaveFeedsOfTheirOwnAndDerivedOnesNone() throws {
    let experiment = try generalGame(
      networks: "{net: [flatten, {linear: 3}]}",
      terms:
        "{near: {distance: {of: net(images), from: net(negatives)}}, far: {distance: {of: net(small), "
        + "from: net(others), weight: 0.5}}}",
      moves: "[{networks: [net]}]", latents: "{}",
      sources: "{images: {source: nothing, classes: 3}, others: nothing, "
        + "negatives: {of: others, invert: true}, small: {of: images, mask: {box: [0, 0, 1, 1]}}}")
    let bench = try GameBench(experiment)
    #expect(
      bench.program.sources.map { [$0.name, $0.feed, $0.labelsFeed] } == [
        ["images", "real/images", "labels/images"], ["others", "real/others", "labels"],
      ])
    let graph = bench.program.round(batch: 4).graphs[0]
    #expect(Set(graph.inputs(.feed).map(\.name)) == ["real/images", "real/others"])
    #expect(try bench.run(graph).outputs["0/loss"]?.count == 1)
  }

  @Test func theDataOfAllSourcesTakeMemory() throws {
    let program = try TrainingProgram(
      try generalGame(
        networks: "{painter: [{conv: {channels: 1, kernel: 1}}]}",
        terms: "{near: {distance: {of: painter(images), from: others}}}",
        moves: "[{networks: [painter]}]", sources: "{images: nothing, others: nothing}"),
      images: smallImages)
    #expect(program.memoryNeed(sampleCount: 100, held: ["images": 100, "others": 50]).data == 600)
    #expect(program.memoryNeed(sampleCount: 100).data == 800)
    #expect(program.memoryNeed(sampleCount: nil).data == 0)
  }
}
