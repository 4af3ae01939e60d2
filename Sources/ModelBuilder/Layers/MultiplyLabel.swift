import Spec
import TensorCore

/// Multiplies each vector, number by number, by a learned embedding of the class label: how several
/// ACGANs tell the generator what to draw.
package struct MultiplyLabel: Layer {
  package static let declaration = Declaration(
    "multiply_label", "Multiplies each vector by a learned embedding of the label",
    details: "The embedding is as wide as the vector. Needs `labels:`. PyTorch: `nn.Embedding` and "
      + "`torch.mul`.",
    fields: WeightRule.fields, example: "multiply_label", check: WeightRule.objections)

  let rule: WeightRule

  package init(_ record: Record) { rule = WeightRule(record) }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let width = try input.units(for: "multiply_label")
    let labels = try scope.labels("to multiply by")
    let table = scope.weight(
      [scope.classes, width], layout: .plain, outputAxis: 0, kind: .embedding,
      fans: .embedding(classes: scope.classes, width: width), inputs: 1, rule: rule)
    return input * table.gather(labels)
  }
}
