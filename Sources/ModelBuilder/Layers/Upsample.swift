import Spec
import TensorCore

/// Enlarges images by repeating each pixel.
package struct Upsample: Layer {
  static let factor = Field.integer(
    "factor", default: 2, in: .within(1...64), "Times in each direction")
  package static let declaration = Declaration(
    "upsample", "Enlarges images by repeating each pixel (nearest neighbour)",
    details: "PyTorch: `nn.Upsample(scale_factor=factor)`.", fields: [factor.declaration],
    shorthand: "factor", example: "upsample: 2")

  let factor: Int

  package init(_ record: Record) { factor = record[Self.factor] }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let (height, width, channels) = try input.image(for: "upsample")
    return
      input
      .broadcast(
        to: [input.batch, height, factor, width, factor, channels], axes: [0, 1, 3, 5]
      )
      .reshape([input.batch, height * factor, width * factor, channels])
  }
}
