import Spec
import TensorCore

/// Channels to space (Shi et al. 2016): `factor²` channels become a square of pixels.
package struct PixelShuffle: Layer {
  static let factor = Field.integer(
    "factor", default: 2, in: .within(1...64), "Times in each direction")
  package static let declaration = Declaration(
    "pixel_shuffle", "Enlarges images by spreading channels over squares of pixels",
    details: "Shi et al. 2016. PyTorch: `nn.PixelShuffle`.", fields: [factor.declaration],
    shorthand: "factor", example: "pixel_shuffle: 2")

  let factor: Int

  package init(_ record: Record) { factor = record[Self.factor] }

  package func span(of input: Span) -> Span { input }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let (height, width, channels) = try input.image(for: "pixel_shuffle")
    let area = factor * factor
    guard channels % area == 0 else {
      throw LayerMisfit(
        "\(channels) channels do not divide into squares of \(factor)×\(factor)",
        advice: "make \((channels / area + 1) * area) channels before it")
    }
    return
      input
      .reshape([input.batch, height, width, channels / area, factor, factor])
      .transpose([0, 1, 4, 2, 5, 3])
      .reshape([input.batch, height * factor, width * factor, channels / area])
  }
}
