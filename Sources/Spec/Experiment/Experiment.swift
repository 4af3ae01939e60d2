/// One experiment, complete and checked: what a spec says after `extends`, `--set`, `params`,
/// `for` and all defaults.
package struct Experiment: Sendable {
  package let name: String
  package let description: String?
  package let seed: UInt64
  package let data: DataSection
  package let latent: LatentSection
  /// nil: the game has no labels.
  package let labels: LabelsSection?
  package let architecture: ArchitectureSection
  package let loss: Choice
  package let penalties: [Choice]
  package let optimizer: OptimizerSection
  package let schedule: ScheduleSection
  package let record: RecordSection
  package let guards: GuardsSection
  /// Recognised and validated; whoever runs a single experiment must refuse it.
  package let sweep: SweepSection?
  /// The spec file.
  package let source: SourceText
  package let warnings: [Diagnostic]
  /// The whole file, resolved.
  let root: Record
}

package struct DataSection: Sendable {
  package let source: Choice
  /// Height and width to which images are resized; nil keeps them as they are.
  package let size: Int?
  /// What black and white become.
  package let range: ValueRange
  package let batch: Int
  package let dropLast: Bool
  package let origin: Origin
}

package struct ValueRange: Hashable, Sendable {
  package let low: Double
  package let high: Double
}

package struct LatentSection: Sendable {
  package enum Distribution: Hashable, Sendable {
    /// `[low, high)`
    case uniform(low: Double, high: Double)
    case normal(mean: Double, standardDeviation: Double)
  }
  package let size: Int
  package let distribution: Distribution
  package let origin: Origin
}

package struct LabelsSection: Sendable {
  /// Which labels generated images get: those of the real batch, or drawn uniformly.
  package enum Fake: String, CaseIterable, Sendable { case data, random }
  package let classes: Int
  package let fake: Fake
  package let origin: Origin
}

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
}

/// One optimizer a network: what they share and what each overrides, already merged.
package struct OptimizerSection: Sendable {
  package let generator: Choice
  package let discriminator: Choice
}

package struct ScheduleSection: Sendable {
  package enum Latents: String, CaseIterable, Sendable { case shared, fresh }
  package let length: TrainingLength
  /// One round.
  package let order: [Player]
  package let discriminatorSteps: Int
  package let generatorSteps: Int
  /// Whether the generator plays with the latents the discriminator just saw.
  package let latents: Latents
  /// nil while the vocabulary has no learning-rate schedules, or none is asked for.
  package let learningRate: Choice?
}

package struct RecordSection: Sendable {
  package struct Samples: Sendable {
    package let every: Period
    package let grid: Grid
    /// Of the fixed latents.
    package let seed: UInt64
  }
  package struct Checkpoint: Sendable {
    package let every: Period
    /// How many of the newest to keep.
    package let keepLast: Int
  }
  package let log: Period
  package let samples: Samples?
  package let checkpoint: Checkpoint?
}

package struct GuardsSection: Sendable {
  package enum NonFinite: String, CaseIterable, Sendable { case stop, warn }
  package let nonFinite: NonFinite
  package let maxSeconds: Double?
  package let minFreeDiskBytes: Int?
}
