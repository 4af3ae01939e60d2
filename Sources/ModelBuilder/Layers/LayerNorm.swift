import Spec
import TensorCore

/// Layer normalisation (Ba et al. 2016): each sample by itself, over all its numbers, with one scale
/// and offset a channel. For critics under a gradient penalty, where batch norm cannot be.
package struct LayerNorm: Layer {
  static let epsilon = Field.number(
    "epsilon", default: 1e-5, in: .above(0), "Added to the variance under the root")
  static let affine = Field.flag("affine", default: true, "Learn a scale and an offset a channel")
  package static let declaration = Declaration(
    "layer_norm", "Normalises each sample over all its numbers",
    details:
      "Ba et al. 2016. PyTorch: `nn.LayerNorm(units)` for vectors, `nn.GroupNorm(1, channels)` "
      + "for images.",
    fields: [epsilon.declaration, affine.declaration], example: "layer_norm")

  let epsilon: Double
  let affine: Bool

  package init(_ record: Record) {
    epsilon = record[Self.epsilon]
    affine = record[Self.affine]
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let normal = input.standardized(axes: Array(1..<input.shape.rank), epsilon: epsilon)
    return affine ? scope.scaledAndShifted(normal) : normal
  }
}
