import Spec
import TensorCore

/// Pixel-wise feature normalisation (Karras et al. 2018, section 4.2): `x / √(mean x² + ε)` over the
/// channels of each place, or over the units of a vector.
package struct PixelNorm: Layer {
  static let epsilon = Field.number(
    "epsilon", default: 1e-8, in: .above(0), "Added to the mean square under the root")
  package static let declaration = Declaration(
    "pixel_norm", "Brings the channels of each place to mean square 1",
    details: "Karras et al. 2018, section 4.2.", fields: [epsilon.declaration],
    example: "pixel_norm")

  let epsilon: Double

  package init(_ record: Record) { epsilon = record[Self.epsilon] }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let last = input.shape.rank - 1
    let factor = (input.squared.mean(axes: [last]) + epsilon).reciprocalSquareRoot
    return input * factor.broadcast(to: input.shape, axes: Array(0..<last))
  }
}
