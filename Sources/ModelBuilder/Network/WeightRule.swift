import Spec
import TensorCore

/// What becomes of a weight between the optimizer and its use, and how it begins: keys that all layers
/// with weights share.
struct WeightRule: Sendable {
  static let spectralNorm = LayerScope.spectralNormKey
  static let equalized = Field.optionalNumber(
    "equalized", in: .above(0),
    "Equalized learning rate with this gain: the weight begins standard normal and is used times "
      + "gain/√inputs (Karras et al. 2018; √2 in front of a relu, 1 elsewhere)")
  static let initial = Field.optionalChoice(
    "weight_init", from: .initializer,
    "How the weight of this layer begins; `none`: as `architecture.init` says")
  static let fields = [
    spectralNorm.declaration, equalized.declaration, initial.declaration,
  ]

  /// What a record cannot ask for together.
  static func objections(_ record: Record) -> [Objection] {
    guard record[equalized] != nil else { return [] }
    if record[spectralNorm] {
      return [
        Objection(
          "equalized", "`spectral_norm` takes away again what `equalized` multiplies by",
          label: "drop one of them")
      ]
    }
    if record[initial] != nil {
      return [
        Objection(
          "weight_init", "an `equalized` weight begins standard normal", label: "drop one of them")
      ]
    }
    return []
  }

  let spectralNorm: Bool
  /// The gain; nil: the weight is used as it is.
  let equalized: Double?
  let initializer: (any Initializer)?

  init(_ record: Record) {
    spectralNorm = record[Self.spectralNorm]
    equalized = record[Self.equalized]
    initializer = record[Self.initial].map(Catalog.initializer)
  }
}

extension LayerScope {
  /// A weight as the rule has it. It has the name `weight`, or `weight_orig` where it is used otherwise
  /// than it is learned, as in `torch.nn.utils.spectral_norm`.
  ///
  /// - Parameters:
  ///   - outputAxis: the axis of outputs, whose rows PyTorch's matrix has.
  ///   - inputs: how many numbers a unit sums up, where this is not PyTorch's fan-in.
  func weight(
    _ shape: Shape, layout: TensorLayout, outputAxis: Int, kind: ParameterKind, fans: Fans,
    inputs: Int? = nil, rule: WeightRule
  ) -> Value {
    let initial =
      rule.initializer?.initialValue(of: kind, fans)
      ?? pass.initializers.initialValue(of: kind, fans)
    if let gain = rule.equalized {
      let original = parameter(
        "weight_orig", shape, layout: layout, initial: .normal(mean: 0, standardDeviation: 1))
      return original * (gain / Double(inputs ?? fans.input).squareRoot())
    }
    // A rule of the layer's own leaves `architecture.init` no say.
    let kind = rule.initializer == nil ? kind : nil
    guard rule.spectralNorm else {
      return parameter("weight", shape, layout: layout, initial: initial, kind: kind)
    }
    return spectrallyNormalized(
      shape, layout: layout, outputAxis: outputAxis, initial: initial, kind: kind)
  }
}
