import Spec
import TensorCore

/// Vectors to images: the inverse of `flatten`.
package struct Image: Layer {
  static let channels = Field.integer("channels", in: .within(1...65_536), "Channels of the image")
  static let size = Field.sizes(
    "size", in: .within(1...4096), "Height and width: one number, or [height, width]")
  package static let declaration = Declaration(
    "image", "Vectors to images, channel by channel as in PyTorch",
    details: "PyTorch: `nn.Unflatten(1, (channels, height, width))`.",
    fields: [channels.declaration, size.declaration], example: "image: {channels: 1, size: 32}")

  let channels: Int
  let height: Int
  let width: Int

  package init(_ record: Record) {
    channels = record[Self.channels]
    let size = record[Self.size]
    (height, width) = (size[0], size[1])
  }

  package func span(of input: Span) -> Span { input }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let units = try input.units(for: "image")
    guard units == channels * height * width else {
      throw LayerMisfit(
        "an image of \(channels)×\(height)×\(width) has \(channels * height * width) pixels, "
          + "but vectors of \(units) come in",
        advice: "put `linear: \(channels * height * width)` before it")
    }
    return input.reshape([input.batch, channels, height, width]).transpose([0, 2, 3, 1])
  }
}
