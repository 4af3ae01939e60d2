import Spec
import TensorCore

/// Batch normalisation (Ioffe and Szegedy 2015, algorithm 1) of vectors and of images, a channel at
/// a time.
///
/// In training the batch's own mean and biased variance normalise, and the running statistics move
/// towards the batch's mean and *unbiased* variance, as in PyTorch. `sample` and `evaluate` use the
/// running statistics. Not for a critic under a gradient penalty: it makes samples depend on each
/// other.
package struct BatchNorm: Layer {
  static let epsilon = Field.number(
    "epsilon", default: 1e-5, in: .above(0), "Added to the variance under the root")
  static let momentum = Field.number(
    "momentum", default: 0.1, in: .within(0...1), "Share of the batch in the running statistics")
  static let affine = Field.flag("affine", default: true, "Learn a scale and an offset a channel")
  package static let declaration = Declaration(
    "batch_norm", "Batch normalisation, a channel at a time",
    details: "Ioffe and Szegedy 2015. PyTorch: `nn.BatchNorm1d`, `nn.BatchNorm2d`.",
    fields: [epsilon.declaration, momentum.declaration, affine.declaration],
    example: "batch_norm: {epsilon: 1e-5}")

  let epsilon: Double
  let momentum: Double
  let affine: Bool

  package init(_ record: Record) {
    epsilon = record[Self.epsilon]
    momentum = record[Self.momentum]
    affine = record[Self.affine]
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let shape = input.shape
    let channels = shape[shape.rank - 1]
    let fans = Fans(input: channels, output: channels)
    let scale =
      affine
      ? scope.parameter(
        "weight", [channels], kind: .batchNorm(.weight, rank: shape.rank), fans: fans) : nil
    let offset =
      affine
      ? scope.parameter(
        "bias", [channels], kind: .batchNorm(.bias, rank: shape.rank), fans: fans) : nil
    let (mean, variance) = try scope.batchMoments(of: input, momentum: momentum)
    var factor = (variance + epsilon).reciprocalSquareRoot
    if let scale { factor = factor * scale }
    let normal =
      (input - mean.broadcastChannels(to: shape)) * factor.broadcastChannels(to: shape)
    guard let offset else { return normal }
    return normal + offset.broadcastChannels(to: shape)
  }
}
