/// How long a game is played, and what changes meanwhile.
package struct ScheduleSection: Sendable {
  package let length: TrainingLength
  /// The source of which an epoch is one pass; nil: the longest.
  package let epoch: String?
  /// Parts that the batch of a move is played in.
  package let accumulate: Int
  package let accumulateOrigin: Origin
  /// nil while the vocabulary has no learning-rate schedules, or none is asked for.
  package let learningRate: Choice?
  /// nil: momentum stays as it is.
  package let momentum: MomentumSection?
  /// nil: the networks are whole from the start.
  package let growing: GrowingSection?
}

extension ScheduleSection {
  private static let lengthKey = Field<TrainingLength>(
    "length", .length, default: nil, "How long to train; a step is one round"
  ) {
    if case .length(let length) = $0 { length } else { nil }
  }
  static let epochKey = Field<String?>.optionalName(
    "epoch", of: .source, "The source of which an epoch is one pass; `none`: the longest")
  private static let accumulateKey = Field.integer(
    "accumulate", default: 1, in: .within(1...1_000),
    "Parts that the batch of each move is played in, one after the other, before the step is made: the "
      + "same gradient where samples do not see each other, and less memory where images outweigh "
      + "weights")
  private static let momentumKey = Field<Record?>.optionalSection(
    "momentum_ramp", MomentumSection.declaration, "How the momentum changes; `none`: it does not")
  private static let learningRateKey = Field.optionalChoice(
    "learning_rate", from: .rate, "How the learning rate changes; `none`: it does not")

  static func declaration(_ vocabulary: Vocabulary, _ form: GameForm?) -> Declaration {
    typealias Players = TwoPlayerSections
    var fields = [lengthKey.declaration]
    if form != .general {
      fields += [
        Players.orderKey.declaration, Players.discriminatorStepsKey.declaration,
        Players.generatorStepsKey.declaration, Players.latentsKey.declaration,
        Players.criticBatchKey.declaration,
      ]
    }
    if form != .twoPlayers { fields.append(epochKey.declaration) }
    fields.append(accumulateKey.declaration)
    if !vocabulary.declarations(.rate).isEmpty { fields.append(learningRateKey.declaration) }
    if form != .general { fields.append(Players.averagingKey.declaration) }
    fields.append(momentumKey.declaration)
    fields.append(Players.growingKey.declaration)
    return Declaration(
      "schedule", "Who moves when, and for how long", fields: fields,
      example: "{length: 200 epochs, order: [discriminator, generator]}")
  }

  init(_ record: Record) {
    length = record[Self.lengthKey]
    growing = record[TwoPlayerSections.growingKey].map {
      GrowingSection($0, origin: record.origin(of: TwoPlayerSections.growingKey))
    }
    epoch = record.has(Self.epochKey) ? record[Self.epochKey] : nil
    accumulate = record[Self.accumulateKey]
    accumulateOrigin = record.origin(of: Self.accumulateKey)
    momentum = record[Self.momentumKey].map {
      MomentumSection($0, origin: record.origin(of: Self.momentumKey))
    }
    learningRate = record.has(Self.learningRateKey) ? record[Self.learningRateKey] : nil
  }
}
