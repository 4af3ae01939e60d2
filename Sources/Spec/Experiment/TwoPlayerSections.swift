/// What only a spec of two players says: a generator, a discriminator, their loss, and their order in a
/// round.
package struct TwoPlayerSections: Sendable {
  package enum Latents: String, CaseIterable, Sendable { case shared, fresh }
  package typealias CriticBatch = AdversarialTerm.CriticBatch
  package let latent: LatentSection
  /// nil: the game has no labels.
  package let labels: LabelsSection?
  package let architecture: ArchitectureSection
  package let loss: Choice
  package let penalties: [Choice]
  package let optimizer: OptimizerSection
  /// One round.
  package let order: [Player]
  package let discriminatorSteps: Int
  package let generatorSteps: Int
  /// Whether the generator plays with the latents the discriminator just saw.
  package let latents: Latents
  /// Whether the critic's move shows it real and generated images one after the other or at once.
  package let criticBatch: CriticBatch
  /// nil: no average of the generator's weights is kept.
  package let averaging: AveragingSection?
  /// nil: the networks are whole from the start.
  package let growing: GrowingSection?
}

/// One optimizer a network: what they share and what each overrides, already merged.
package struct OptimizerSection: Sendable {
  package let generator: Choice
  package let discriminator: Choice
}

extension TwoPlayerSections {
  static let orderKey = Field<[Player]>(
    "order", .order(Player.allCases.map(\.rawValue)),
    default: .list(Player.allCases.map(\.rawValue)), "Who moves first in a round"
  ) {
    if case .texts(let words) = $0 { words.compactMap(Player.init) } else { nil }
  }
  static let discriminatorStepsKey = Field.integer(
    "discriminator_steps", default: 1, in: .within(1...1_000),
    "Moves of the discriminator in a round")
  static let generatorStepsKey = Field.integer(
    "generator_steps", default: 1, in: .within(1...1_000), "Moves of the generator in a round")
  static let latentsKey = Field.choice(
    "latents", of: Latents.self, default: .shared,
    "Whether the second mover plays with the latents of the first (`shared`) or draws its own; with "
      + "`order: [generator, discriminator]` and `shared` the critic sees the images from before the "
      + "generator's step, which both moves then share")
  static let criticBatchKey = Field.choice(
    "critic_batch", of: CriticBatch.self, default: .separate,
    "In its own move the critic sees real and generated images one after the other (`separate`) or "
      + "as one batch (`joint`), whose statistics batch norm then takes over both")
  static let averagingKey = Field<Record?>.optionalSection(
    "ema", AveragingSection.declaration,
    "A moving average of the generator's weights, with grids and checkpoints of its own; "
      + "`none`: none is kept")
  static let growingKey = Field<Record?>.optionalSection(
    "growing", GrowingSection.declaration,
    "How long each level of networks that grow plays; `none`: they have no levels")

  /// - Parameters:
  ///   - root: the whole file.
  ///   - schedule: its section.
  init(_ root: Record, schedule: Record) {
    typealias Key = ExperimentSchema
    latent = LatentSection(root[Key.latent], origin: root.origin(of: Key.latent))
    labels = root[Key.labels].map { LabelsSection($0, origin: root.origin(of: Key.labels)) }
    architecture = ArchitectureSection(root[Key.architecture])
    loss = root[Key.loss]
    penalties = root[Key.penalties]
    optimizer = root[Key.optimizer]
    order = schedule[Self.orderKey]
    discriminatorSteps = schedule[Self.discriminatorStepsKey]
    generatorSteps = schedule[Self.generatorStepsKey]
    latents = schedule[Self.latentsKey]
    criticBatch = schedule[Self.criticBatchKey]
    averaging = schedule[Self.averagingKey].map(AveragingSection.init)
    growing = schedule[Self.growingKey].map {
      GrowingSection($0, origin: schedule.origin(of: Self.growingKey))
    }
  }
}
