package struct ArchitectureSection: Sendable {
  package let generator: [Choice]
  package let discriminator: [Choice]
  package let initializers: InitializersSection
  /// The keys `generator` and `discriminator`.
  package let generatorOrigin: Origin
  package let discriminatorOrigin: Origin
}

/// Initial values. nil means: as `default` says.
package struct InitializersSection: Sendable {
  package struct Parameters: Sendable {
    /// For batch_norm this is the scale.
    package let weight: Choice?
    package let bias: Choice?
  }
  package let `default`: Choice
  package let linear: Parameters
  /// Convolutions and transposed convolutions.
  package let conv: Parameters
  package let embedding: Choice?
  package let batchNorm: Parameters
  /// Batch norms of vectors; where it says nothing, as `batchNorm`.
  package let batchNorm1D: Parameters
}

extension ArchitectureSection {
  private static let generatorKey = Field.layers(
    "generator", "Layers from latent vector to image")
  private static let discriminatorKey = Field.layers(
    "discriminator", "Layers from image to score")
  private static let initKey = Field<Record>.section(
    "init", InitializersSection.declaration, "Initial values of the parameters")
  /// What `weights` says of one of the networks.
  static func weightsKey(of player: Player) -> Field<Record?> {
    Field<Record?>.optionalSection(
      player.rawValue, WeightsSection.declaration, "What the \(player.rawValue) starts from"
    ).unsaidByDefault()
  }
  static let weightsKey = Field<Record>.section(
    "weights",
    Declaration(
      "weights", "The weights of other runs, or of files, to start from",
      fields: Player.allCases.map { weightsKey(of: $0).declaration },
      example: "{generator: results/gan/20260101-120000-1f2e}"),
    "What the networks start from; where nothing is said, from numbers drawn as `init` says"
  ).unsaidByDefault()

  static let declaration = Declaration(
    "architecture", "The two networks",
    fields: [
      generatorKey.declaration, discriminatorKey.declaration, initKey.declaration,
      weightsKey.declaration,
    ],
    check: { record in
      [generatorKey, discriminatorKey].compactMap { key in
        record[key].isEmpty
          ? Objection(key.declaration.name, "\(key.declaration.name) has no layers") : nil
      }
    })

  init(_ record: Record) {
    generator = record[Self.generatorKey]
    discriminator = record[Self.discriminatorKey]
    initializers = InitializersSection(record[Self.initKey])
    generatorOrigin = record.origin(of: Self.generatorKey)
    discriminatorOrigin = record.origin(of: Self.discriminatorKey)
  }
}

extension InitializersSection {
  private static let defaultKey = Field.choice(
    "default", from: .initializer, default: "torch",
    "For everything the other keys do not name; batch norm then begins with scale 1, bias 0")
  private static let weightKey = Field.optionalChoice(
    "weight", from: .initializer, "The weights; `none`: as `default` says")
  private static let scaleKey = Field.optionalChoice(
    "scale", from: .initializer, "The factors; `none`: 1")
  private static let biasKey = Field.optionalChoice(
    "bias", from: .initializer, "The biases; `none`: as `default` says")
  private static let linearKey = parameters("linear", weightKey, "Linear layers")
  private static let convKey = parameters(
    "conv", weightKey, "Convolutions and transposed convolutions")
  private static let embeddingKey = Field.optionalChoice(
    "embedding", from: .initializer, "Label embeddings; `none`: as `default` says")
  private static let batchNormKey = parameters("batch_norm", scaleKey, "Batch norm")

  private static let batchNorm1DKey = parameters(
    "batch_norm_1d", scaleKey, "Batch norm of vectors, where it is to differ from that of images")

  private static func parameters(
    _ name: String, _ weight: Field<Choice?>, _ summary: String
  ) -> Field<Record> {
    .section(
      name,
      Declaration(
        name, summary, fields: [weight.declaration, biasKey.declaration],
        shorthand: weight.declaration.name),
      summary)
  }

  static let declaration = Declaration(
    "init", "Initial values of the parameters",
    fields: [
      defaultKey.declaration, linearKey.declaration, convKey.declaration,
      embeddingKey.declaration, batchNormKey.declaration, batchNorm1DKey.declaration,
    ],
    example: "{conv: {normal: 0.02}, batch_norm: {scale: {normal: [1, 0.02]}}, linear: xavier}")

  init(_ record: Record) {
    `default` = record[Self.defaultKey]
    func parameters(_ key: Field<Record>, _ weight: Field<Choice?>) -> Parameters {
      Parameters(weight: record[key][weight], bias: record[key][Self.biasKey])
    }
    linear = parameters(Self.linearKey, Self.weightKey)
    conv = parameters(Self.convKey, Self.weightKey)
    embedding = record[Self.embeddingKey]
    batchNorm = parameters(Self.batchNormKey, Self.scaleKey)
    batchNorm1D = parameters(Self.batchNorm1DKey, Self.scaleKey)
  }
}
