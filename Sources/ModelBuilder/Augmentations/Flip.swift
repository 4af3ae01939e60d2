import Spec
import TensorCore

/// Mirrors images left to right, each with a probability.
package struct Flip: Augmentation {
  static let probability = Field.number(
    "probability", default: 0.5, in: .within(0...1), "Chance that an image is mirrored")
  package static let declaration = Declaration(
    "flip", "Mirrors images left to right",
    details: "Not for digits or letters: the generator would learn their mirror images too.",
    fields: [probability.declaration], shorthand: "probability", example: "flip: 0.5")

  let probability: Double

  package init(_ record: Record) { probability = record[Self.probability] }

  package func apply(_ images: Value, in scope: AugmentationScope) -> Value {
    let isFlipped = scope.uniform("flip", for: images).compared(.less, to: probability)
    let (builder, width) = (images.builder, images.shape[2])
    // Column `j` of the mirror image is column `width − 1 − j`.
    let square: Shape = [width, width]
    let mirror =
      (builder.add(.iota(axis: 0, shape: square)) + builder.add(.iota(axis: 1, shape: square)))
      .compared(.equal, to: Double(width - 1))
    let rows = images.transpose([0, 1, 3, 2])
    let mirrored = rows.reshape([rows.shape.count / width, width]).matmul(mirror)
      .reshape(rows.shape).transpose([0, 1, 3, 2])
    return isFlipped.eachSample(of: images).select(mirrored, else: images)
  }
}
