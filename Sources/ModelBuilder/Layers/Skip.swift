import Spec
import TensorCore

/// What comes in, and beside it what the inner layers make of it: `y = (x, f(x))` along the channels
/// (Ronneberger et al. 2015).
///
/// `[batch, height, width, channels]`, the input's channels first; of vectors, their units. A U-Net is
/// `skip` within `skip`, each of which goes down, through the next, and up again (Isola et al. 2017).
package struct Skip: Layer {
  static let layers = Field.layers("layers", "The inner layers f")
  package static let declaration = Declaration(
    "skip", "Joins what came in with what its layers make of it, along the channels: a U-Net",
    details: "Ronneberger et al. 2015; nested as in Isola et al. 2017 (pix2pix). PyTorch: "
      + "`torch.cat([x, f(x)], 1)`. The inner layers end in the height and width they began with. "
      + "They are named `5.0`, `5.1` ….",
    fields: [layers.declaration], shorthand: "layers",
    example: "skip: [{conv: {channels: 64, kernel: 4, stride: 2, padding: 1}}, relu, "
      + "{conv_transpose: {channels: 32, kernel: 4, stride: 2, padding: 1}}]")

  let inner: LayerList

  package init(_ record: Record) { inner = LayerList(record[Self.layers]) }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let result = try inner.apply(input, in: scope)
    let channels = input.shape.rank - 1
    guard input.shape.extents.dropLast() == result.shape.extents.dropLast() else {
      throw LayerMisfit(
        "the inner layers make \(described(result.shape)) of \(described(input.shape)): "
          + "channels of different size cannot be joined",
        advice: input.shape.rank == 2
          ? "close them with `flatten`"
          : "close them with layers that restore \(input.shape[1])×\(input.shape[2]): an `upsample` "
            + "or a `conv_transpose` for each layer of stride 2")
    }
    return input.concatenated(with: result, axis: channels)
  }
}
