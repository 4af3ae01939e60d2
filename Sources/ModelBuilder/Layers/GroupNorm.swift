import Spec
import TensorCore

/// Group normalisation (Wu and He 2018): each sample over groups of neighbouring channels.
package struct GroupNorm: Layer {
  static let groups = Field.integer(
    "groups", default: 32, in: .within(1...65_536), "Groups the channels are divided into")
  static let epsilon = Field.number(
    "epsilon", default: 1e-5, in: .above(0), "Added to the variance under the root")
  static let affine = Field.flag("affine", default: true, "Learn a scale and an offset a channel")
  package static let declaration = Declaration(
    "group_norm", "Normalises each sample over groups of channels",
    details: "Wu and He 2018. PyTorch: `nn.GroupNorm`.",
    fields: [groups.declaration, epsilon.declaration, affine.declaration], shorthand: "groups",
    example: "group_norm: 8")

  let groups: Int
  let epsilon: Double
  let affine: Bool

  package init(_ record: Record) {
    groups = record[Self.groups]
    epsilon = record[Self.epsilon]
    affine = record[Self.affine]
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let shape = input.shape
    let channels = shape[shape.rank - 1]
    guard channels % groups == 0 else {
      throw LayerMisfit(
        "\(channels) channels do not divide into \(groups) groups",
        advice: "groups must divide the channels")
    }
    let split = Shape(shape.extents.dropLast() + [groups, channels / groups])
    // All but the batch and the group.
    let axes = Array(1..<shape.rank - 1) + [shape.rank]
    let normal = input.reshape(split).standardized(axes: axes, epsilon: epsilon).reshape(shape)
    return affine ? scope.scaledAndShifted(normal) : normal
  }
}
