import Testing

@testable import ModelBuilder

@Suite struct RoundPlanTests {
  /// A schedule, and its moves: one string a graph.
  static let table: [(String, [String])] = [
    ("", ["discriminator0 generator0"]),
    ("latents: fresh", ["discriminator0", "generator0"]),
    ("order: [generator, discriminator]", ["generator0 discriminator0"]),
    ("order: [generator, discriminator], latents: fresh", ["generator0", "discriminator0"]),
    ("discriminator_steps: 3", ["discriminator0", "discriminator1", "discriminator2 generator0"]),
    ("discriminator_steps: 2, latents: fresh", ["discriminator0", "discriminator1", "generator0"]),
    ("generator_steps: 3", ["discriminator0 generator0 generator1 generator2"]),
    ("generator_steps: 2, latents: fresh", ["discriminator0", "generator0", "generator1"]),
    (
      "discriminator_steps: 2, generator_steps: 2",
      ["discriminator0", "discriminator1 generator0 generator1"]
    ),
    (
      "order: [generator, discriminator], discriminator_steps: 2, generator_steps: 2",
      ["generator0", "generator1 discriminator0", "discriminator1"]
    ),
  ]

  @Test(arguments: table)
  func `moves that share latents stand in one graph`(
    _ schedule: String, _ graphs: [String]
  ) throws {
    let keys = schedule.isEmpty ? "" : ", \(schedule)"
    let plan = RoundPlan(try smallGame(schedule: "{length: 1 epochs\(keys)}").schedule)
    #expect(plan.segments.map { $0.map(\.name).joined(separator: " ") } == graphs)
  }

  @Test(arguments: table)
  func `a graph takes one batch at most, and equal graphs are written once`(
    _ schedule: String, _ graphs: [String]
  ) throws {
    let keys = schedule.isEmpty ? "" : ", \(schedule)"
    let game = try smallGame(schedule: "{length: 1 epochs\(keys)}")
    let round = try TrainingProgram(game, images: smallImages).round(batch: 4)
    #expect(round.steps.map { $0.moves.joined(separator: " ") } == graphs)
    #expect(round.steps.map(\.consumesData) == graphs.map { $0.contains("discriminator") })
    let kinds = graphs.map { $0.filter { !$0.isNumber } }
    #expect(round.graphs.count == Set(kinds).count)
    for (step, kind) in zip(round.steps, kinds) {
      #expect(step.graph == round.steps[kinds.firstIndex(of: kind) ?? 0].graph)
      let feeds = round.graphs[step.graph].inputs(.feed).map(\.name)
      #expect(feeds.contains("real") == step.consumesData)
    }
  }
}
