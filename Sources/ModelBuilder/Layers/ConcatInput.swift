import Spec
import TensorCore

/// Joins another input of the network to what passes, along the channels: a condition (Mirza and
/// Osindero 2014).
///
/// `[batch, height, width, channels]` and an input of that height and width, whose channels stand last;
/// a vector beside images is repeated at all places (Choi et al. 2018, figure 3). Of vectors, units
/// are joined.
package struct ConcatInput: Layer {
  static let input = Field.text("input", "Name of the input")
  package static let declaration = Declaration(
    "concat_input", "Joins another input of the network, along the channels",
    details:
      "What passes stands first, the input last. An input of vectors beside images is repeated "
      + "at all places, as StarGAN does with labels (Choi et al. 2018, figure 3). PyTorch: "
      + "`torch.cat([x, y], 1)`.",
    fields: [input.declaration], shorthand: "input", example: "concat_input: style")

  let input: String

  package init(_ record: Record) { input = record[Self.input] }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let other = try scope.input(self.input)
    let axis = input.shape.rank - 1
    switch (input.shape.rank, other.shape.rank) {
    case (4, 2):
      return input.concatenated(with: other.everywhere(in: input), axis: axis)
    case (2, 4):
      throw LayerMisfit(
        "the input `\(self.input)` is \(described(other.shape)) images, and vectors of "
          + "\(input.shape[1]) come in",
        advice: "put the layer where images pass, or let another network make vectors of the input")
    default:
      guard input.shape.extents.dropLast() == other.shape.extents.dropLast() else {
        throw LayerMisfit(
          "the input `\(self.input)` is \(described(other.shape)), and \(described(input.shape)) "
            + "come in: channels of different size cannot be joined",
          advice: "put the layer where images are \(other.shape[1])×\(other.shape[2])")
      }
      return input.concatenated(with: other, axis: axis)
    }
  }
}
