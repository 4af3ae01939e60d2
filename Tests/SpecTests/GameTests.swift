import Testing

@testable import Spec

private func load(_ text: String, set: [String] = [], files: [String: String] = [:]) throws
  -> Experiment
{
  try loadExperiment(text: text, files: files, overrides: set, vocabulary: generalWords).get()
}

@Test func aGameInTheGeneralFormIsRead() throws {
  let experiment = try load(goodGame)
  let game = experiment.game
  #expect(experiment.twoPlayers == nil)
  #expect(experiment.schedule.epoch == "zebras")
  #expect(experiment.data.source.text == "folder: {path: a}")
  #expect(game.sources.map(\.name) == ["horses", "zebras"])
  #expect(game.sources.map(\.size) == [nil, 64])
  #expect(game.sources.map(\.classes) == [nil, 3])
  #expect(game.latents.map(\.name) == ["z", "y"])
  #expect(game.networks.map(\.name) == ["to_zebra", "to_horse", "critic", "maker"])
  #expect(game.networks[1].like == "to_zebra")
  #expect(game.networks[1].layers.map(\.text) == game.networks[0].layers.map(\.text))
  #expect(game.networks[0].layers[1].position == "networks.to_zebra[1]")
  #expect(game.networks[2].layers[1].position == "networks.critic[1]")
  #expect(game.networks[2].constraints.map(\.text) == ["box: {weight: 0.1}"])
  #expect(
    game.values.map { "\($0.name): \($0.formula)" } == [
      "zebra: to_zebra(horses)", "made: maker(z, label: y)",
    ])
  #expect(game.terms.map(\.choice.name) == ["adversarial", "distance", "slope", "class"])
  let sides = AdversarialTerm(game.terms[0].choice.record)
  #expect(sides.critic == "critic" && sides.real == .name("zebras") && sides.fake == .name("zebra"))
  #expect(sides.pool == nil && sides.criticBatch == .separate && sides.loss.name == "hinge")
  #expect(game.moves.map(\.name) == ["critic", "to_zebra_to_horse_maker"])
  #expect(game.moves.map(\.columns) == ["critic", "makers"])
  #expect(game.moves.map(\.times) == [2, 1])
  #expect(game.moves.map(\.fresh) == [.batch, .nothing])
  #expect(
    game.moves.map(\.optimizer.text) == [
      "{kind: adam, learning_rate: 0.0002, betas: [0.9, 0.999], epsilon: 1.0e-08}",
      "{kind: adam, learning_rate: 0.001, betas: [0.9, 0.999], epsilon: 1.0e-08}",
    ])
}

@Test func aResolvedGameIsAFileOfItsOwn() throws {
  let experiment = try load(goodGame)
  for comments in [false, true] {
    let again = try load(experiment.resolvedYAML(comments: comments))
    #expect(again.resolvedYAML(comments: false) == experiment.resolvedYAML(comments: false))
  }
  #expect(experiment.gameYAML == experiment.resolvedYAML(comments: false))
  #expect(try load(experiment.resolvedJSON).gameYAML == experiment.gameYAML)
}

@Test func aSourceMadeOfAnotherIsChangedInTheOrderOfTheFile() throws {
  let text = goodGame.replacing(
    "horses: {folder: a}",
    with: "horses: {folder: a}, dark: {of: horses, resize: 16, invert: true}, "
      + "small: {of: dark, invert: no, resize: {size: 8}}")
  let experiment = try load(text)
  let made = experiment.game.sources.compactMap { source -> String? in
    guard case .derived(let base, let changes) = source.kind else { return nil }
    return "\(source.name) of \(base): \(changes.map(\.text))"
  }
  #expect(
    made == [
      #"dark of horses: ["resize: {size: 16}", "invert"]"#,
      #"small of dark: ["resize: {size: 8}"]"#,
    ])
  #expect(try load(experiment.gameYAML).gameYAML == experiment.gameYAML)
}

@Test(arguments: [
  ("networks.to_zebra[0].conv.channels=5", "conv: {channels: 5"),
  ("networks.to_zebra.layers[0].conv.channels=5", "conv: {channels: 5"),
  ("networks.critic[1].linear=7", "linear: {units: 7"),
  ("networks.critic.layers[1].linear.units=7", "linear: {units: 7"),
  ("networks.critic.ema=0.5", "decay: 0.5"),
  ("networks.maker.ema.decay=0.5", "decay: 0.5"),
  ("values.made=maker(z, label: zebras.label)", "made: \"maker(z, label: zebras.label)\""),
  ("values.more=[zebra, horses]", "more: [zebra, horses]"),
  ("terms.cycle.distance.weight=3", "weight: 3"),
  ("terms.game.adversarial.loss=least_squares", "kind: least_squares"),
  ("moves[1].times=4", "times: 4"),
  ("moves[1].optimizer.learning_rate=4", "learning_rate: 4"),
  ("optimizer.learning_rate=4", "learning_rate: 4"),
  ("data.sources.horses.folder=c", "path: c"),
  ("data.sources.zebras.classes=9", "classes: 9"),
  ("latents.z.size=33", "size: 33"),
  ("schedule.epoch=horses", "epoch: horses"),
  ("moves[0].terms={game: 0.5}", "terms: {game: 0.5}"),
  ("moves[0].terms=[game, slope]", "terms: [game, slope]"),
])
func aGameIsSetByPaths(_ set: String, _ shown: String) throws {
  let plain = try load(goodGame).gameYAML
  let changed = try load(goodGame, set: [set]).gameYAML
  #expect(!plain.contains(shown))
  #expect(changed.contains(shown))
}

@Test func aSweepGoesOverPathsOfAGame() throws {
  let experiment = try loadExperiment(
    text: goodGame,
    sweeps: [
      "networks.to_zebra[0].conv.channels=[5, 6]", "terms.cycle.distance.weight=[1, 2]",
      "optimizer.learning_rate=[7]",
    ], vocabulary: generalWords
  ).get()
  let sweep = try #require(experiment.sweep)
  let trials = try sweep.points(seed: 0).map { try sweep.experiment(at: $0, seed: 0) }
  #expect(trials.count == 4)
  #expect(
    Set(trials.map { "\($0.game.networks[0].layers[0].text) \($0.game.terms[1].choice.text)" })
      .count
      == 4)
  #expect(trials.allSatisfy { $0.game.moves[0].optimizer.text.contains("learning_rate: 7") })
  #expect(trials.allSatisfy { $0.game.moves[1].optimizer.text.contains("learning_rate: 0.001") })
}

@Test func loopsAndExtendsGoThroughAGame() throws {
  let text = """
    extends: base.yaml
    params: {widths: [3, 4]}
    networks:
      maker: [{for: {w: "${widths}"}, do: [{linear: "${w}"}, relu]}]
      critic: {ema: 0.9}
    values: {made: maker(z)}
    terms: {cycle: !unset, told: {class: {label: y}}}
    """
  let game = try load(text, files: ["base.yaml": goodGame]).game
  #expect(game.networks[3].layers.map(\.name) == ["linear", "relu", "linear", "relu"])
  #expect(game.networks[2].averaging?.decay == 0.9)
  #expect(game.networks[2].layers.count == 2)
  #expect(game.values.map { "\($0.formula)" } == ["to_zebra(horses)", "maker(z)"])
  #expect(game.terms.map(\.name) == ["game", "slope", "told"])
  #expect(game.terms[2].choice.text == "class: {of: critic(made), label: \"y\", weight: 1}")
}

/// What two players stand for.
@Test(arguments: [
  ("{length: 1 epochs}", ["discriminator d nothing 1", "generator g nothing 1"]),
  (
    "{length: 1 epochs, discriminator_steps: 3}",
    ["discriminator d nothing 1", "discriminator d batch 2", "generator g nothing 1"]
  ),
  (
    "{length: 1 epochs, latents: fresh}",
    ["discriminator d nothing 1", "generator g latents 1"]
  ),
  (
    "{length: 1 epochs, discriminator_steps: 2, generator_steps: 3, latents: fresh}",
    [
      "discriminator d nothing 1", "discriminator d batch 1", "generator g latents 3",
    ]
  ),
  (
    "{length: 1 epochs, generator_steps: 3}",
    ["discriminator d nothing 1", "generator g nothing 3"]
  ),
  (
    "{length: 1 epochs, order: [generator, discriminator]}",
    ["generator g nothing 1", "discriminator d nothing 1"]
  ),
  (
    "{length: 1 epochs, order: [generator, discriminator], generator_steps: 2, discriminator_steps: 2}",
    [
      "generator g nothing 1", "generator g latents 1", "discriminator d nothing 1",
      "discriminator d batch 1",
    ]
  ),
  (
    "{length: 1 epochs, order: [generator, discriminator], latents: fresh}",
    ["generator g nothing 1", "discriminator d latents 1"]
  ),
])
func theRoundOfTwoPlayersIsAListOfMoves(_ schedule: String, _ moves: [String]) throws {
  let text = goodSpec.replacing("{length: 200 epochs}", with: schedule)
  let game = try load(text).game
  #expect(game.moves.map { "\($0.name) \($0.columns) \($0.fresh) \($0.times)" } == moves)
}

@Test func twoPlayersHaveTheirPenaltiesAsTermsAndLimits() throws {
  let text = goodSpec.replacing(
    "loss: least_squares",
    with: """
      loss: least_squares
      labels: {classes: 4, fake: random}
      penalties:
        - box: 0.5
        - rows: {on: generator}
        - slope: {weight: 3, optimizer: {kind: sgd, learning_rate: 1}}
        - rows
        - box: {weight: 7, on: generator}
      """)
  let game = try load(text).game
  #expect(game.sources[0].classes == 4)
  #expect(game.latents.map(\.name) == ["z", "y"])
  #expect(game.values.map { "\($0.name): \($0.formula)" } == ["fakes: generator(z, label: y)"])
  #expect(
    game.networks.map { $0.constraints.map(\.text) } == [
      ["box: {weight: 7}"], ["box: {weight: 0.5}"],
    ])
  #expect(
    game.terms.map { "\($0.name) \($0.choice.text)" } == [
      "game adversarial: {loss: {kind: least_squares, real: 1, fake: 0, generator: 1, scale: 1}, "
        + "critic: discriminator, real: images, fake: fakes, critic_sees: none, critic_batch: separate}",
      "rows rows: {weight: 1, on: generator, game: game}", "slope slope: {weight: 3, game: game}",
      "rows_2 rows: {weight: 1, on: discriminator, game: game}",
    ])
  #expect(game.moves.map(\.name) == ["discriminator", "generator", "slope"])
  #expect(
    game.moves.map(\.networks) == [
      ["discriminator"], ["generator"], ["generator", "discriminator"],
    ])
  #expect(
    game.moves.map { $0.terms?.map(\.name) ?? [] } == [[], [], ["slope"]])
  #expect(game.moves.map(\.without) == [["slope"], ["slope"], []])
  #expect(game.moves.map(\.fresh) == [.nothing, .nothing, .latents])
  #expect(game.moves.map(\.hasMomentumRamp) == [true, true, false])
  #expect(game.moves[2].optimizer.name == "sgd")
  #expect(game.moves[2].columns == "slope")
}

@Test(arguments: ["", "labels: {classes: 3}", "labels: {classes: 3, fake: random}"])
func whatTwoPlayersStandForIsAFileOfTheSameGame(_ labels: String) throws {
  let experiment = try load(
    goodSpec.replacing("{length: 200 epochs}", with: "{length: 9 steps, ema: 0.9, growing: {}}")
      + "\npenalties: [slope, {box: 0.5}, {rows: {on: generator}}]\n\(labels)\n")
  let again = try load(experiment.gameYAML)
  #expect(again.gameYAML == experiment.gameYAML)
  #expect(again.twoPlayers == nil && again.warnings.isEmpty)
  #expect(again.game.networks[0].averaging?.decay == 0.9)
}

@Test func whereAGameSaysSomethingIsKnownByItsPath() throws {
  let experiment = try load(goodGame, set: ["networks.maker.ema=0.5"])
  #expect(experiment.chosenOrigin(of: "networks.critic.constraints")?.mark.line == 9)
  #expect(experiment.chosenOrigin(of: "networks.maker.ema")?.source.kind == .set)
  #expect(experiment.chosenOrigin(of: "data.sources.zebras.classes")?.mark.line == 4)
  #expect(experiment.chosenOrigin(of: "values.made")?.mark.line == 13)
  #expect(experiment.chosenOrigin(of: "networks.critic.init") == nil)
  #expect(experiment.chosenOrigin(of: "networks.nobody.init") == nil)
}
