import Spec
import TensorCore

/// Instance normalisation whose scale and offset come from another input, the style (Huang and Belongie
/// 2017, equation 8), by a learned linear layer (Karras et al. 2019, equation 1).
///
/// `[batch, height, width, channels]` and a style `[batch, units]`; of the linear layer's `2 · channels`
/// numbers the first half are the scales.
package struct AdaptiveInstanceNorm: Layer {
  static let input = Field.text("input", "Name of the input that is the style: vectors")
  static let epsilon = InstanceNorm.epsilon
  static let scaleFromOne = Field.flag(
    "scale_from_one", default: true,
    "The scale is 1 + what the linear layer gives (StyleGAN), so that styles near 0 leave the "
      + "normalised image as it is; false: it is what the layer gives (MUNIT)")
  package static let declaration = Declaration(
    "adaptive_instance_norm",
    "Instance normalisation with a scale and an offset that another input decides",
    details:
      "AdaIN: Huang and Belongie 2017, equation 8; scale and offset by a learned linear layer of "
      + "the style: Karras et al. 2019, equation 1, whose published code adds 1 to the scale; Huang et "
      + "al. 2018 (MUNIT), section 5.1, do not. Parameters `linear.weight` `[2 · channels, units]` and "
      + "`linear.bias`, scales first. PyTorch: `nn.InstanceNorm2d` and `nn.Linear`.",
    fields: [input.declaration, epsilon.declaration, scaleFromOne.declaration] + WeightRule.fields,
    shorthand: "input", example: "adaptive_instance_norm: {input: style}",
    check: WeightRule.objections)

  let input: String
  let epsilon: Double
  let scaleFromOne: Bool
  let rule: WeightRule

  package init(_ record: Record) {
    input = record[Self.input]
    epsilon = record[Self.epsilon]
    scaleFromOne = record[Self.scaleFromOne]
    rule = WeightRule(record)
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let (height, width, channels) = try input.image(for: "adaptive_instance_norm")
    guard height * width > 1 else {
      throw LayerMisfit(
        "adaptive_instance_norm of one pixel is its offset alone",
        advice: "take it out, or normalise elsewhere")
    }
    let style = try scope.input(self.input)
    guard style.shape.rank == 2 else {
      throw LayerMisfit(
        "a style is a vector, and the input `\(self.input)` is \(described(style.shape)) images",
        advice: "let the network that makes it end in `flatten` and a `linear`")
    }
    let linear = scope.nested("linear")
    let units = style.shape[1]
    let fans = Fans(input: units, output: 2 * channels)
    let weight = linear.weight(
      [units, 2 * channels], layout: .linear, outputAxis: 1, kind: .linear(.weight), fans: fans,
      rule: rule)
    let bias = linear.parameter("bias", [2 * channels], kind: .linear(.bias), fans: fans)
    let product = style.matmul(weight)
    let both = product + bias.broadcastChannels(to: product.shape)
    func everywhere(_ part: Range<Int>) -> Value {
      both.slice(axis: 1, part).broadcast(to: input.shape, axes: [0, 3])
    }
    let given = everywhere(0..<channels)
    return input.standardized(axes: [1, 2], epsilon: epsilon) * (scaleFromOne ? given + 1 : given)
      + everywhere(channels..<2 * channels)
  }
}
