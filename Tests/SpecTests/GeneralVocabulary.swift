import Spec

/// Enough words for every form that a game said in general can take.
let generalWords: Vocabulary = {
  let formula = { Field<Formula>.formula($0, "What").declaration }
  let weight = Field.number("weight", default: 1, in: .atLeast(0), "Factor").declaration
  func same(_ category: Category) -> [Declaration] { vocabulary.declarations(category) }
  return Vocabulary([
    .layer: same(.layer) + [
      Declaration(
        "concat_input", "Joins another input",
        fields: [Field<String>.name("input", of: .free, "Which").declaration], shorthand: "input"),
      Declaration(
        "network", "Another network",
        fields: [Field<String>.name("name", of: .network, "Which").declaration], shorthand: "name"),
    ],
    .loss: same(.loss), .optimizer: same(.optimizer), .initializer: same(.initializer),
    .source: same(.source),
    .penalty: [
      Declaration(
        "slope", "Slope",
        fields: [
          weight, Field.optionalChoice("optimizer", from: .optimizer, "Own step").declaration,
        ], shorthand: "weight"),
      Declaration(
        "rows", "Rows",
        fields: [
          weight,
          Field.choice("on", of: Player.self, default: .discriminator, "Whose").declaration,
        ], shorthand: "weight"),
      Declaration(
        "box", "Box",
        fields: [
          weight,
          Field.choice("on", of: Player.self, default: .discriminator, "Whose").declaration,
        ], shorthand: "weight"),
    ],
    .term: [
      Declaration("distance", "Distance", fields: [formula("of"), formula("from"), weight]),
      Declaration(
        "class", "Class",
        fields: [
          formula("of"), Field<Formula>.formula("label", isLabel: true, "Which").declaration,
          weight,
        ]),
      Declaration(
        "slope", "Slope",
        fields: [weight, Field<String?>.optionalName("game", of: .game, "Whose").declaration],
        shorthand: "weight"),
      Declaration(
        "rows", "Rows",
        fields: [
          weight, Field<String>.name("on", of: .network, "Whose").declaration,
          Field<String?>.optionalName("game", of: .game, "Whose").declaration,
        ], shorthand: "weight"),
    ],
    .constraint: [
      Declaration("box", "Box", fields: [weight], shorthand: "weight")
    ],
    .metric: [
      Declaration("distance", "Distance", fields: [formula("of"), formula("from")]),
      Declaration(
        "right", "Right",
        fields: [
          formula("of"), Field<Formula>.formula("label", isLabel: true, "Which").declaration,
        ]),
    ],
    .transformation: [
      Declaration("invert", "The other way round"),
      Declaration(
        "resize", "Another size",
        fields: [Field.integer("size", in: .atLeast(1), "Sides").declaration], shorthand: "size"),
    ],
  ])
}()

/// A game that is right, for tests to change.
let goodGame = """
  name: cycle
  data:
    batch: 4
    sources: {horses: {folder: a}, zebras: {source: {folder: b}, size: 64, classes: 3}}
  latents: {z: {size: 8}, y: {classes: 3}}
  networks:
    to_zebra: [{conv: 3}, relu]
    to_horse: {like: to_zebra}
    critic: {layers: [flatten, {linear: 1}], constraints: [{box: 0.1}]}
    maker: [{linear: 4}, tanh]
  values:
    zebra: to_zebra(horses)
    made: 'maker(z, label: y)'
  terms:
    game: {adversarial: {loss: hinge, critic: critic, real: zebras, fake: zebra}}
    cycle: {distance: {of: to_horse(zebra), from: horses, weight: 10}}
    slope: {slope: {weight: 2}}
    told: {class: {of: critic(made), label: zebras.label}}
  moves:
    - {networks: [critic], times: 2, fresh: batch}
    - {networks: [to_zebra, to_horse, maker], columns: makers, optimizer: {learning_rate: 1e-3}}
  optimizer: {kind: adam, learning_rate: 2e-4}
  schedule: {length: 1 epochs, epoch: zebras}
  """
