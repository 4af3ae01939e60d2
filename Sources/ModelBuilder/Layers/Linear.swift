import Spec
import TensorCore

/// `y = x Wᵀ + b`, `[batch, in] → [batch, units]`.
package struct Linear: Layer {
  static let units = Field.integer("units", in: .within(1...1_000_000), "Width of the output")
  static let bias = Field.flag("bias", default: true, "Add a learned offset to each unit")
  package static let declaration = Declaration(
    "linear", "Fully connected: y = x Wᵀ + b",
    details: "Takes vectors of any width. PyTorch: `nn.Linear`.",
    fields: [units.declaration, bias.declaration] + WeightRule.fields, shorthand: "units",
    example: "linear: 128", check: WeightRule.objections)

  let units: Int
  let hasBias: Bool
  let rule: WeightRule

  package init(_ record: Record) {
    units = record[Self.units]
    hasBias = record[Self.bias]
    rule = WeightRule(record)
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let width = try input.units(for: "linear")
    let fans = Fans(input: width, output: units)
    let weight = scope.weight(
      [width, units], layout: .linear, outputAxis: 1, kind: .linear(.weight), fans: fans,
      rule: rule)
    let product = input.matmul(weight)
    guard hasBias else { return product }
    let bias = scope.parameter("bias", [units], kind: .linear(.bias), fans: fans)
    return product + bias.broadcastChannels(to: product.shape)
  }
}
