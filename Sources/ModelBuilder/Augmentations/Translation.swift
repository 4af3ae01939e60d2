import Spec
import TensorCore

/// Moves images by whole pixels, what comes in being 0 (Zhao et al. 2020, `rand_translation`).
package struct Translation: Augmentation {
  static let share = Field.number(
    "share", default: 0.125, in: .within(0...1),
    "Share of the height and width by which an image moves at most, in each direction")
  package static let declaration = Declaration(
    "translation", "Moves images by whole pixels",
    details: "DiffAugment: Zhao et al. 2020. What comes in from outside is 0.",
    fields: [share.declaration], shorthand: "share", example: "translation: 0.125")

  let share: Double

  package init(_ record: Record) { share = record[Self.share] }

  package func apply(_ images: Value, in scope: AugmentationScope) -> Value {
    // One axis at a time, as a product with the table of which place comes from where.
    let tall = moved(images, "down", in: scope)
    return moved(tall.transpose([0, 2, 1, 3]), "right", in: scope).transpose([0, 2, 1, 3])
  }

  /// Moves along axis 1: place `i` of the result is place `i + shift` of `images`.
  private func moved(_ images: Value, _ purpose: String, in scope: AugmentationScope) -> Value {
    let (builder, shape) = (images.builder, images.shape)
    let (batch, extent) = (shape[0], shape[1])
    let limit = Int(Double(extent) * share + 0.5)
    guard limit > 0 else { return images }
    let shift = scope.choice(of: 2 * limit + 1, purpose, for: images) - Double(limit)
    let table: Shape = [batch, extent, extent]
    let wanted =
      builder.add(.iota(axis: 1, shape: table)) + shift.broadcast(to: table, axes: [0])
    let comesFrom = builder.add(.iota(axis: 2, shape: table)).compared(.equal, to: wanted)
    return comesFrom.matmul(images.reshape([batch, extent, shape.count / batch / extent]))
      .reshape(shape)
  }
}
