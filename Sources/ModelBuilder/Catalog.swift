import Spec

/// Every word that has maths behind it: one line each. A test compares these lists with the folders.
package enum Catalog {
  package static let layers: [any Layer.Type] = [
    AdaptiveInstanceNorm.self,
    AveragePool.self,
    BatchNorm.self,
    ConcatInput.self,
    ConcatLabel.self,
    ConditionalBatchNorm.self,
    Convolution.self,
    ConvolutionTranspose.self,
    Dropout.self,
    ELU.self,
    Flatten.self,
    Grow.self,
    GroupNorm.self,
    Heads.self,
    Image.self,
    InstanceNorm.self,
    LayerNorm.self,
    LeakyReLU.self,
    Linear.self,
    MaxPool.self,
    Mark.self,
    Maxout.self,
    MinibatchDiscrimination.self,
    MinibatchStddev.self,
    MultiplyLabel.self,
    NetworkCall.self,
    Noise.self,
    Pad.self,
    PixelNorm.self,
    PixelShuffle.self,
    PReLU.self,
    Projection.self,
    ReLU.self,
    Reparametrize.self,
    Residual.self,
    SelfAttention.self,
    Sigmoid.self,
    SiLU.self,
    Skip.self,
    Softmax.self,
    Softplus.self,
    Tanh.self,
    Upsample.self,
  ]
  package static let losses: [any Loss.Type] = [
    BEGAN.self,
    CrossEntropy.self,
    EBGAN.self,
    Hinge.self,
    LeastSquares.self,
    Relativistic.self,
    SoftmaxGAN.self,
    TwoClass.self,
    Wasserstein.self,
  ]
  package static let penalties: [any Penalty.Type] = [
    Classification.self,
    Clip.self,
    DRAGAN.self,
    GradientPenalty.self,
    Information.self,
    L1ToReal.self,
    L2ToReal.self,
    OrthogonalPenalty.self,
    PullAway.self,
    R1.self,
    R2.self,
    TotalVariation.self,
    WassersteinDivergence.self,
  ]
  /// What the terms of a general game are, besides the penalties that are terms.
  package static let valueTerms: [any ValueTerm.Type] = [
    ClassCost.self,
    Distance.self,
    FeatureMatching.self,
    KLToNormal.self,
  ]
  /// Metrics of values, besides those of samples.
  package static let measures: [any Measure.Type] = [
    Accuracy.self,
    Difference.self,
  ]
  package static let constraints: [any Constraint.Type] = [
    Clip.self
  ]
  package static let augmentations: [any Augmentation.Type] = [
    Color.self,
    Cutout.self,
    Flip.self,
    Translation.self,
  ]
  package static let transformations: [any Transformation.Type] = [
    Grayscale.self,
    Half.self,
    Invert.self,
    Mask.self,
    Resize.self,
  ]
  package static let optimizers: [any Optimizer.Type] = [
    Adam.self,
    RMSProp.self,
    SGD.self,
  ]
  package static let rates: [any RateSchedule.Type] = [
    ConstantRate.self,
    CosineTo.self,
    Exponential.self,
    LinearTo.self,
    Steps.self,
  ]
  package static let initializers: [any Initializer.Type] = [
    ConstantInitializer.self,
    He.self,
    NormalInitializer.self,
    Orthogonal.self,
    TorchDefault.self,
    UniformInitializer.self,
    Xavier.self,
  ]

  /// What a spec may say, with the data sources and the metrics of samples of other rooms.
  package static func vocabulary(
    sources: [Declaration], metrics: [Declaration] = []
  ) -> Vocabulary {
    Vocabulary([
      .layer: layers.map { $0.declaration },
      .loss: losses.map { $0.declaration },
      .penalty: penalties.map { $0.declaration },
      .term: valueTerms.map { $0.declaration }
        + penalties.filter { !($0 is any Constraint.Type) }.map {
          $0.declaration.asTerm(ofAnyValue: $0 is any ValueTerm.Type)
        },
      .constraint: constraints.map { $0.declaration.asConstraint },
      .transformation: transformations.map { $0.declaration },
      .augmentation: augmentations.map { $0.declaration },
      .optimizer: optimizers.map { $0.declaration },
      .rate: rates.map { $0.declaration },
      .initializer: initializers.map { $0.declaration },
      .source: sources,
      .metric: metrics + measures.map { $0.declaration },
    ])
  }

  /// nil for a term that looks at no values of its own.
  static func valueTerm(_ choice: Choice) -> (any ValueTerm)? {
    let penalties = penalties.compactMap { $0 as? any ValueTerm.Type }
    let term = (valueTerms + penalties).first { $0.declaration.name == choice.name }?.init(
      choice.record)
    return term?.formulas.isEmpty == true ? nil : term
  }
  /// nil for a metric of samples.
  static func measure(_ choice: Choice) -> (any Measure)? {
    measures.first { $0.declaration.name == choice.name }?.init(choice.record)
  }
  static func constraint(_ choice: Choice) -> any Constraint {
    find(choice, in: constraints) { $0.declaration }.init(choice.record)
  }
  static func layer(_ choice: Choice) -> any Layer {
    find(choice, in: layers) { $0.declaration }.init(choice.record)
  }
  static func loss(_ choice: Choice) -> any Loss {
    find(choice, in: losses) { $0.declaration }.init(choice.record)
  }
  static func penalty(_ choice: Choice) -> any Penalty {
    find(choice, in: penalties) { $0.declaration }.init(choice.record)
  }
  static func augmentation(_ choice: Choice) -> any Augmentation {
    find(choice, in: augmentations) { $0.declaration }.init(choice.record)
  }
  static func transformation(_ choice: Choice) -> any Transformation {
    find(choice, in: transformations) { $0.declaration }.init(choice.record)
  }
  static func optimizer(_ choice: Choice) -> any Optimizer {
    find(choice, in: optimizers) { $0.declaration }.init(choice.record)
  }
  static func rate(_ choice: Choice) -> any RateSchedule {
    find(choice, in: rates) { $0.declaration }.init(choice.record)
  }
  static func initializer(_ choice: Choice) -> any Initializer {
    find(choice, in: initializers) { $0.declaration }.init(choice.record)
  }

  /// A `Choice` was resolved against the vocabulary above, so its word is there.
  private static func find<Kind>(
    _ choice: Choice, in kinds: [Kind], _ declaration: (Kind) -> Declaration
  ) -> Kind {
    guard let kind = kinds.first(where: { declaration($0).name == choice.name }) else {
      preconditionFailure("`\(choice.name)` is not in the catalog")
    }
    return kind
  }
}
