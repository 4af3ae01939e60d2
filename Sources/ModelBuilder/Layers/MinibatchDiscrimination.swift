import Spec
import TensorCore

/// Appends to each vector how near the other samples of the batch are (Salimans et al. 2016, section
/// 3.2), so that a critic sees when the generator makes one image again and again.
///
/// A learned map makes `units` rows of `size` numbers of each sample; unit `b` of sample `i` is
/// `Σⱼ exp(−‖row b of i − row b of j‖₁)` over the other samples `j`.
package struct MinibatchDiscrimination: Layer {
  static let units = Field.integer(
    "units", default: 100, in: .within(1...65_536), "Numbers appended to each vector (B)")
  static let size = Field.integer(
    "size", default: 5, in: .within(1...65_536), "Length of the rows that are compared (C)")
  package static let declaration = Declaration(
    "minibatch_discrimination", "Appends how near the other samples of the batch are",
    details: "Salimans et al. 2016, section 3.2; a sample is not compared with itself, as in the "
      + "published code. Memory grows with the square of the batch. PyTorch: `nn.Linear(in, units · "
      + "size, bias=False)`, then distances.",
    fields: [units.declaration, size.declaration] + WeightRule.fields, shorthand: "units",
    example: "minibatch_discrimination: {units: 100, size: 5}", check: WeightRule.objections)

  let units: Int
  let size: Int
  let rule: WeightRule

  package init(_ record: Record) {
    units = record[Self.units]
    size = record[Self.size]
    rule = WeightRule(record)
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let width = try input.units(for: "minibatch_discrimination")
    let batch = input.batch
    let weight = scope.weight(
      [width, units * size], layout: .linear, outputAxis: 1, kind: .linear(.weight),
      fans: Fans(input: width, output: units * size), rule: rule)
    let rows = input.matmul(weight).reshape([batch, units, size])
    let pairs: Shape = [batch, batch, units, size]
    let difference =
      rows.broadcast(to: pairs, axes: [0, 2, 3]) - rows.broadcast(to: pairs, axes: [1, 2, 3])
    let nearness = difference.magnitude.sum(axes: [3]).negated.exponential
    // A sample's nearness to itself is 1.
    return input.concatenated(with: nearness.sum(axes: [1]) - 1, axis: 1)
  }
}
