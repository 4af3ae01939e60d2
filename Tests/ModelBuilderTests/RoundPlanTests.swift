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
  func movesThatShareLatentsStandInOneGraph(
    _ schedule: String, _ graphs: [String]
  ) throws {
    let keys = schedule.isEmpty ? "" : ", \(schedule)"
    let experiment = try smallGame(schedule: "{length: 1 epochs\(keys)}")
    let plan = try TrainingProgram(experiment, images: smallImages).game.plan
    #expect(plan.segments.map { $0.moves.map(\.name).joined(separator: " ") } == graphs)
  }

  @Test(arguments: table)
  func aGraphTakesOneBatchAtMostAndEqualGraphsAreWrittenOnce(
    _ schedule: String, _ graphs: [String]
  ) throws {
    let keys = schedule.isEmpty ? "" : ", \(schedule)"
    let game = try smallGame(schedule: "{length: 1 epochs\(keys)}")
    let round = try TrainingProgram(game, images: smallImages).round(batch: 4)
    #expect(round.steps.map { $0.moves.map(\.name).joined(separator: " ") } == graphs)
    #expect(round.steps.map(\.consumesData) == graphs.map { $0.contains("discriminator") })
    let kinds = graphs.map { $0.filter { !$0.isNumber } }
    #expect(round.graphs.count == Set(kinds).count)
    for (step, kind) in zip(round.steps, kinds) {
      #expect(step.graph == round.steps[kinds.firstIndex(of: kind) ?? 0].graph)
      let feeds = round.graphs[step.graph].inputs(.feed).map(\.name)
      #expect(feeds.contains("real") == step.consumesData)
    }
  }

  @Test func aPenaltysOwnStepEndsTheRoundInAGraphThatMovesBothNetworks() throws {
    let game = try smallGame(
      generator: "[{linear: 4}, {image: {channels: 1, size: 2}}]",
      discriminator: "[flatten, {heads: {score: [{linear: 1}], continuous: [{linear: 2}]}}]",
      schedule: "{length: 4 steps, discriminator_steps: 2, learning_rate: linear_to}",
      latent: "{size: 1, codes: {continuous: 2}}",
      rest: "penalties: [{information: {optimizer: {kind: sgd, learning_rate: 0.3, momentum: 1}}}]")
    let program = try TrainingProgram(game, images: smallImages)
    let round = program.round(batch: 4, observing: true)
    #expect(
      round.steps.map { $0.moves.map(\.name) } == [
        ["discriminator0"], ["discriminator1", "generator0"], ["information0"],
      ])
    #expect(round.steps.map(\.consumesData) == [true, true, false])
    let graph = round.graphs[round.steps[2].graph]
    #expect(graph.problems() == [])
    #expect(
      Set(graph.updates.map(\.name)) == [
        "generator.0.weight", "generator.0.bias", "discriminator.1.score.0.weight",
        "discriminator.1.score.0.bias", "discriminator.1.continuous.0.weight",
        "discriminator.1.continuous.0.bias", "optimizer.information.step",
        "optimizer.information.generator.0.weight.velocity",
        "optimizer.information.generator.0.bias.velocity",
        "optimizer.information.discriminator.1.score.0.weight.velocity",
        "optimizer.information.discriminator.1.score.0.bias.velocity",
        "optimizer.information.discriminator.1.continuous.0.weight.velocity",
        "optimizer.information.discriminator.1.continuous.0.bias.velocity",
      ])
    #expect(Set(graph.inputs(.feed).map(\.name)) == ["key", "learning_rate/information"])
    #expect(
      program.learningRates(round: 2, of: 4).map { "\($0.feed) \($0.value)" } == [
        "learning_rate/discriminator 0.05", "learning_rate/generator 0.05",
        "learning_rate/information 0.15",
      ])
    // The other graphs know nothing of the codes' heads.
    let others = round.graphs.enumerated().filter { $0.offset != round.steps[2].graph }
    #expect(
      others.allSatisfy { _, graph in
        !graph.outputs.contains { $0.name.contains("penalty") }
      })
  }

  @Test func twoTermsOfOneNameStepEachInAGraphOfTheirOwnByAnOptimizerOfTheirOwn() throws {
    let game = try smallGame(
      generator: "[{linear: 4}, {image: {channels: 1, size: 2}}]",
      discriminator: "[flatten, {heads: {score: [{linear: 1}], continuous: [{linear: 2}]}}]",
      schedule: "{length: 4 steps, learning_rate: linear_to}",
      latent: "{size: 1, codes: {continuous: 2}}",
      rest: "penalties: [{information: {optimizer: {kind: sgd, learning_rate: 0.3, momentum: 1}}},"
        + " {information: {continuous: 5, optimizer: {kind: adam, learning_rate: 0.1}}}]")
    let program = try TrainingProgram(game, images: smallImages)
    let round = program.round(batch: 4)
    #expect(
      round.steps.map { $0.moves.map(\.name) } == [
        ["discriminator0", "generator0"], ["information0"], ["information_2_0"],
      ])
    #expect(round.steps.map(\.graph) == [0, 1, 2])
    func kept(_ graph: Int) -> [String] {
      round.graphs[graph].updates.map(\.name).filter { $0.hasPrefix("optimizer.") }
        .filter { $0.hasSuffix(".step") || $0.contains("generator.0.bias") }.sorted()
    }
    #expect(
      kept(1) == ["optimizer.information.generator.0.bias.velocity", "optimizer.information.step"])
    #expect(
      kept(2) == [
        "optimizer.information_2.generator.0.bias.first_moment",
        "optimizer.information_2.generator.0.bias.second_moment", "optimizer.information_2.step",
      ])
    #expect(
      program.learningRates(round: 0, of: 4).map { "\($0.feed) \($0.value)" }.suffix(2) == [
        "learning_rate/information 0.3", "learning_rate/information_2 0.1",
      ])
    #expect(program.columns.map(\.name).suffix(2) == ["information", "information_2"])
  }

  @Test func withoutAnOptimizerOfItsOwnAPenaltyIsATermOfBothLosses() throws {
    let game = try smallGame(
      discriminator: "[flatten, {heads: {score: [{linear: 1}], continuous: [{linear: 2}]}}]",
      latent: "{size: 1, codes: {continuous: 2}}", rest: "penalties: [information]")
    let round = try TrainingProgram(game, images: smallImages).round(batch: 4)
    #expect(round.steps.map { $0.moves.map(\.name) } == [["discriminator0", "generator0"]])
    let names = round.graphs[0].outputs.map(\.name)
    #expect(names.filter { $0.contains("penalty") } == ["0/penalty/0", "1/penalty/0"])
  }
}
