import Spec
import TensorCore

/// Instance normalisation (Ulyanov et al. 2016): each channel of each image by itself.
package struct InstanceNorm: Layer {
  static let epsilon = Field.number(
    "epsilon", default: 1e-5, in: .above(0), "Added to the variance under the root")
  static let affine = Field.flag("affine", default: false, "Learn a scale and an offset a channel")
  package static let declaration = Declaration(
    "instance_norm", "Normalises each channel of each image by itself",
    details: "Ulyanov et al. 2016. PyTorch: `nn.InstanceNorm2d`.",
    fields: [epsilon.declaration, affine.declaration], example: "instance_norm: {affine: true}")

  let epsilon: Double
  let affine: Bool

  package init(_ record: Record) {
    epsilon = record[Self.epsilon]
    affine = record[Self.affine]
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let (height, width, _) = try input.image(for: "instance_norm")
    guard height * width > 1 else {
      throw LayerMisfit(
        "instance_norm of one pixel is always 0", advice: "take it out, or normalise elsewhere")
    }
    let normal = input.standardized(axes: [1, 2], epsilon: epsilon)
    return affine ? scope.scaledAndShifted(normal) : normal
  }
}
