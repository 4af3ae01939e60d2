package struct ScheduleSection: Sendable {
  package enum Latents: String, CaseIterable, Sendable { case shared, fresh }
  package enum CriticBatch: String, CaseIterable, Sendable { case separate, joint }
  package let length: TrainingLength
  /// One round.
  package let order: [Player]
  package let discriminatorSteps: Int
  package let generatorSteps: Int
  /// Whether the generator plays with the latents the discriminator just saw.
  package let latents: Latents
  /// Whether the critic's move shows it real and generated images one after the other or at once.
  package let criticBatch: CriticBatch
  /// Parts that the batch of a move is played in.
  package let accumulate: Int
  package let accumulateOrigin: Origin
  /// nil while the vocabulary has no learning-rate schedules, or none is asked for.
  package let learningRate: Choice?
  /// nil: no average of the generator's weights is kept.
  package let averaging: AveragingSection?
  /// nil: the networks are whole from the start.
  package let growing: GrowingSection?
  /// nil: momentum stays as it is.
  package let momentum: MomentumSection?
}

extension ScheduleSection {
  private static let lengthKey = Field<TrainingLength>(
    "length", .length, default: nil, "How long to train; a step is one round"
  ) {
    if case .length(let length) = $0 { length } else { nil }
  }
  private static let orderKey = Field<[Player]>(
    "order", .order(Player.allCases.map(\.rawValue)),
    default: .list(Player.allCases.map(\.rawValue)), "Who moves first in a round"
  ) {
    if case .texts(let words) = $0 { words.compactMap(Player.init) } else { nil }
  }
  private static let discriminatorStepsKey = Field.integer(
    "discriminator_steps", default: 1, in: .within(1...1_000),
    "Moves of the discriminator in a round")
  private static let generatorStepsKey = Field.integer(
    "generator_steps", default: 1, in: .within(1...1_000), "Moves of the generator in a round")
  private static let latentsKey = Field.choice(
    "latents", of: Latents.self, default: .shared,
    "Whether the second mover plays with the latents of the first (`shared`) or draws its own; with "
      + "`order: [generator, discriminator]` and `shared` the critic sees the images from before the "
      + "generator's step, which both moves then share")
  private static let criticBatchKey = Field.choice(
    "critic_batch", of: CriticBatch.self, default: .separate,
    "In its own move the critic sees real and generated images one after the other (`separate`) or "
      + "as one batch (`joint`), whose statistics batch norm then takes over both")
  private static let accumulateKey = Field.integer(
    "accumulate", default: 1, in: .within(1...1_000),
    "Parts that the batch of each move is played in, one after the other, before the step is made: the "
      + "same gradient where samples do not see each other, and less memory where images outweigh "
      + "weights")
  private static let momentumKey = Field<Record?>.optionalSection(
    "momentum_ramp", MomentumSection.declaration, "How the momentum changes; `none`: it does not")
  private static let learningRateKey = Field.optionalChoice(
    "learning_rate", from: .rate, "How the learning rate changes; `none`: it does not")

  private static let averagingKey = Field<Record?>.optionalSection(
    "ema", AveragingSection.declaration,
    "A moving average of the generator's weights, with grids and checkpoints of its own; "
      + "`none`: none is kept")

  private static let growingKey = Field<Record?>.optionalSection(
    "growing", GrowingSection.declaration,
    "How long each level of networks that grow plays; `none`: they have no levels")

  static func declaration(_ vocabulary: Vocabulary) -> Declaration {
    var fields = [
      lengthKey.declaration, orderKey.declaration, discriminatorStepsKey.declaration,
      generatorStepsKey.declaration, latentsKey.declaration, criticBatchKey.declaration,
      accumulateKey.declaration,
    ]
    if !vocabulary.declarations(.rate).isEmpty { fields.append(learningRateKey.declaration) }
    fields.append(averagingKey.declaration)
    fields.append(momentumKey.declaration)
    fields.append(growingKey.declaration)
    return Declaration(
      "schedule", "Who moves when, and for how long", fields: fields,
      example: "{length: 200 epochs, order: [discriminator, generator]}")
  }

  init(_ record: Record) {
    length = record[Self.lengthKey]
    order = record[Self.orderKey]
    discriminatorSteps = record[Self.discriminatorStepsKey]
    generatorSteps = record[Self.generatorStepsKey]
    latents = record[Self.latentsKey]
    criticBatch = record[Self.criticBatchKey]
    accumulate = record[Self.accumulateKey]
    accumulateOrigin = record.origin(of: Self.accumulateKey)
    momentum = record[Self.momentumKey].map {
      MomentumSection($0, origin: record.origin(of: Self.momentumKey))
    }
    learningRate = record.has(Self.learningRateKey) ? record[Self.learningRateKey] : nil
    growing = record[Self.growingKey].map {
      GrowingSection($0, origin: record.origin(of: Self.growingKey))
    }
    averaging = record[Self.averagingKey].map(AveragingSection.init)
  }
}
