import Spec
import TensorCore

/// Brightness, saturation and contrast, in this order (Zhao et al. 2020, `rand_brightness`,
/// `rand_saturation`, `rand_contrast` of the published code, whose amounts are the defaults).
package struct Color: Augmentation {
  static let brightness = Field.number(
    "brightness", default: 0.5, in: .atLeast(0),
    "All numbers of an image are moved by up to this, up or down")
  static let saturation = Field.number(
    "saturation", default: 1, in: .within(0...1),
    "Channels keep 1 ± this of their distance from the pixel's mean; nothing changes in grey images"
  )
  static let contrast = Field.number(
    "contrast", default: 0.5, in: .within(0...1),
    "Numbers keep 1 ± this of their distance from the image's mean")
  package static let declaration = Declaration(
    "color", "Changes brightness, saturation and contrast",
    details: "DiffAugment: Zhao et al. 2020. Amounts are for images in [-1, 1].",
    fields: [brightness.declaration, saturation.declaration, contrast.declaration],
    example: "color: {brightness: 0.5, saturation: 1, contrast: 0.5}")

  let brightness: Double
  let saturation: Double
  let contrast: Double

  package init(_ record: Record) {
    brightness = record[Self.brightness]
    saturation = record[Self.saturation]
    contrast = record[Self.contrast]
  }

  package func apply(_ images: Value, in scope: AugmentationScope) -> Value {
    var images = images
    func amount(_ purpose: String, _ size: Double) -> Value {
      ((scope.uniform(purpose, for: images) * 2 - 1) * size).eachSample(of: images)
    }
    func spread(from mean: Value, by factor: Value) -> Value { mean + (images - mean) * factor }
    if brightness > 0 { images = images + amount("brightness", brightness) }
    if saturation > 0, images.shape[3] > 1 {
      let grey = images.mean(axes: [3]).broadcast(to: images.shape, axes: [0, 1, 2])
      images = spread(from: grey, by: amount("saturation", saturation) + 1)
    }
    if contrast > 0 {
      let mean = images.mean(axes: [1, 2, 3]).eachSample(of: images)
      images = spread(from: mean, by: amount("contrast", contrast) + 1)
    }
    return images
  }
}
