import Spec
import TensorCore

/// Sets a square to 0, which may lie partly outside (DeVries and Taylor 2017; Zhao et al. 2020,
/// `rand_cutout`).
package struct Cutout: Augmentation {
  static let share = Field.number(
    "share", default: 0.5, in: .within(0...1), "Height and width of the square, as a share")
  package static let declaration = Declaration(
    "cutout", "Sets a square of each image to 0",
    details: "DeVries and Taylor 2017. DiffAugment: Zhao et al. 2020. The square's centre lies "
      + "anywhere in the image, so that part of it may lie outside.",
    fields: [share.declaration], shorthand: "share", example: "cutout: 0.5")

  let share: Double

  package init(_ record: Record) { share = record[Self.share] }

  package func apply(_ images: Value, in scope: AugmentationScope) -> Value {
    let inRows = isWithin(images, axis: 1, "rows", in: scope)
    let inColumns = isWithin(images, axis: 2, "columns", in: scope)
    guard let inRows, let inColumns else { return images }
    return (inRows * inColumns).select(images.builder.constant(0), else: images)
  }

  /// 1 for the places of `axis` that the square covers; nil if it covers none.
  private func isWithin(
    _ images: Value, axis: Int, _ purpose: String, in scope: AugmentationScope
  ) -> Value? {
    let extent = images.shape[axis]
    let size = Int(Double(extent) * share + 0.5)
    guard size > 0 else { return nil }
    let centre = scope.choice(of: extent + 1 - size % 2, purpose, for: images)
    let first = (centre - Double(size / 2)).eachSample(of: images)
    let place = images.builder.add(.iota(axis: axis, shape: images.shape)) - first
    return place.compared(.greaterOrEqual, to: 0) * place.compared(.less, to: Double(size))
  }
}
