import Spec
import TensorCore

/// The score of a conditional critic (Miyato and Koyama 2018, equation 3): what a linear layer says of
/// the features `φ`, and how well they go with the label, `w · φ + b + ⟨embedding(label), φ⟩`.
package struct Projection: Layer {
  static let bias = Field.flag("bias", default: true, "Add a learned offset to the score")
  package static let declaration = Declaration(
    "projection", "Closes a conditional critic: a linear score and a product with the label",
    details: "Miyato and Koyama 2018, equation 3: w · φ + b + ⟨embedding(label), φ⟩. Needs "
      + "`labels:`. Parameters `linear.weight`, `linear.bias` and `embedding.weight`; PyTorch: "
      + "`nn.Linear(n, 1)` and `nn.Embedding(classes, n)`.",
    fields: [bias.declaration] + WeightRule.fields,
    example: "projection: {spectral_norm: true}", check: WeightRule.objections)

  let hasBias: Bool
  let rule: WeightRule

  package init(_ record: Record) {
    hasBias = record[Self.bias]
    rule = WeightRule(record)
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let width = try input.units(for: "projection")
    let labels = try scope.labels("to project on")
    let (linear, embedding) = (scope.nested("linear"), scope.nested("embedding"))
    let fans = Fans(input: width, output: 1)
    let weight = linear.weight(
      [width, 1], layout: .linear, outputAxis: 1, kind: .linear(.weight), fans: fans,
      rule: rule)
    var score = input.matmul(weight)
    if hasBias {
      let bias = linear.parameter("bias", [1], kind: .linear(.bias), fans: fans)
      score = score + bias.broadcastChannels(to: score.shape)
    }
    let table = embedding.weight(
      [scope.classes, width], layout: .plain, outputAxis: 0, kind: .embedding,
      fans: .embedding(classes: scope.classes, width: width), inputs: width, rule: rule)
    let agreement = (table.gather(labels) * input).sum(axes: [1])
    return score + agreement.reshape([input.batch, 1])
  }
}
