import Spec
import TensorCore

/// A level of a network that grows (Karras et al. 2018): layers that double (in a generator) or halve
/// (in a critic) the image, and the way between their features and an image of this size.
package struct Grow: Layer {
  static let layers = Field.choices(
    "layers", from: .layer, default: [],
    "A generator's level doubles what the level below makes, a critic's halves it; of the smallest "
      + "level they may be left out")
  static let toImage = Field.choices(
    "to_image", from: .layer, default: [],
    "A generator's way from features to an image of this size")
  static let fromImage = Field.choices(
    "from_image", from: .layer, default: [],
    "A critic's way from an image of this size to features")
  package static let declaration = Declaration(
    "grow", "A level of a network that grows with `schedule.growing`",
    details:
      "Karras et al. 2018, sections 2 and 3. A generator begins with plain layers and goes on with its "
      + "levels, smallest first; a critic begins with its levels, largest first, and goes on with plain "
      + "layers. Both have as many, each twice the size of the one below. At level 3 a generator plays "
      + "its plain layers, the `layers` of levels 1 to 3 and `to_image` of level 3; a critic the "
      + "`from_image` of level 3 and the `layers` of 3 to 1, then its plain layers. Layers are named "
      + "`5.0`, `5.to_image.0`.",
    fields: [layers.declaration, toImage.declaration, fromImage.declaration],
    example: "grow: {layers: [upsample, {conv: {channels: 32, padding: 1}}, {leaky_relu: 0.2}], "
      + "to_image: [{conv: {channels: 1, kernel: 1}}]}",
    check: { record in
      switch (record[toImage].isEmpty, record[fromImage].isEmpty) {
      case (true, false), (false, true): []
      case (true, true):
        [Objection("layers", "grow needs `to_image` in a generator, `from_image` in a critic")]
      case (false, false):
        [Objection("from_image", "grow has `to_image` or `from_image`, not both")]
      }
    })

  let layers: LayerList
  let toImage: LayerList
  let fromImage: LayerList

  package init(_ record: Record) {
    layers = LayerList(record[Self.layers])
    toImage = LayerList(record[Self.toImage])
    fromImage = LayerList(record[Self.fromImage])
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    throw LayerMisfit(
      "grow is a level of a whole network; here it stands inside another layer",
      advice: "make it an entry of `architecture.generator` or `architecture.discriminator`")
  }
}
