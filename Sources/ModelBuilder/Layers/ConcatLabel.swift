import Spec
import TensorCore

/// Appends a learned embedding of the class label to each vector (Mirza and Osindero 2014), or to each place
/// of each image, as channels.
package struct ConcatLabel: Layer {
  enum Position: String, CaseIterable, Sendable { case first, last }
  static let embedding = Field.integer(
    "embedding", in: .within(1...65_536), "Width of the label's embedding")
  static let position = Field.choice(
    "position", of: Position.self, default: .last, "Where the embedding stands in the result")
  package static let declaration = Declaration(
    "concat_label", "Concatenates a learned embedding of the label to each vector",
    details: "Mirza and Osindero 2014. Needs `labels:`. Images get it as channels, the same at all "
      + "places. PyTorch: `nn.Embedding` and `torch.cat`.",
    fields: [embedding.declaration, position.declaration] + WeightRule.fields,
    shorthand: "embedding", example: "concat_label: {embedding: 10}",
    check: WeightRule.objections)

  let size: Int
  let position: Position
  let rule: WeightRule

  package init(_ record: Record) {
    size = record[Self.embedding]
    position = record[Self.position]
    rule = WeightRule(record)
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let labels = try scope.labels("to concatenate")
    let table = scope.weight(
      [scope.classes, size], layout: .plain, outputAxis: 0, kind: .embedding,
      fans: .embedding(classes: scope.classes, width: size), inputs: 1, rule: rule)
    let rows = table.gather(labels).everywhere(in: input)
    let channels = input.shape.rank - 1
    switch position {
    case .first: return rows.concatenated(with: input, axis: channels)
    case .last: return input.concatenated(with: rows, axis: channels)
    }
  }
}
