import Spec
import TensorCore

/// Every place looks at every other (Zhang et al. 2018, first version): `y = γ · v softmax(qᵀ k) + x`,
/// with `q`, `k`, `v` 1×1 convolutions of `x` and `γ` learned from 0.
package struct SelfAttention: Layer {
  static let reduction = Field.integer(
    "reduction", default: 8, in: .within(1...65_536),
    "Times fewer channels in queries and keys, at least one")
  package static let declaration = Declaration(
    "self_attention", "Lets every place of an image look at every other",
    details: "Zhang et al. 2018, equations 1 to 3, first version (arXiv:1805.08318v1): y = γ · "
      + "v softmax(qᵀ k) + x; q, k and v are 1×1 convolutions with biases, v with all channels, and "
      + "γ is learned from 0. The version published in 2019 has fewer channels in v and a fourth 1×1 "
      + "convolution behind it; its code pools k and v besides. Memory grows with the square of the "
      + "places.",
    fields: [reduction.declaration] + WeightRule.fields, example: "self_attention",
    check: WeightRule.objections)

  let reduction: Int
  let rule: WeightRule

  package init(_ record: Record) {
    reduction = record[Self.reduction]
    rule = WeightRule(record)
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let (height, width, channels) = try input.image(for: "self_attention")
    guard height * width <= 1 << 14 else {
      throw LayerMisfit(
        "self_attention over \(height)×\(width) places needs a table of "
          + "\(height * width)² numbers a sample",
        advice: "put it where images are 64×64 or smaller")
    }
    let places = height * width
    func project(_ name: String, _ outputs: Int) -> Value {
      let inner = scope.nested(name)
      let fans = Fans(input: channels, output: outputs)
      let weight = inner.weight(
        [1, 1, channels, outputs], layout: .convolution, outputAxis: 3,
        kind: .convolution(.weight), fans: fans, rule: rule)
      let bias = inner.parameter("bias", [outputs], kind: .convolution(.bias), fans: fans)
      let result = input.convolution(weight, ConvGeometry())
      return (result + bias.broadcastChannels(to: result.shape))
        .reshape([input.batch, places, outputs])
    }
    let narrow = max(1, channels / reduction)
    let likeness = project("query", narrow).matmul(project("key", narrow), transposeRight: true)
    let seen = likeness.softmax(axis: 2).matmul(project("value", channels))
    let gain = scope.parameter("gamma", [1], initial: .constant(0))
    return input + gain.reshape(.scalar) * seen.reshape(input.shape)
  }
}
