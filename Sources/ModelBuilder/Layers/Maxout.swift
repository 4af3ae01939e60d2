import Spec
import TensorCore

/// The largest of several linear maps, unit by unit (Goodfellow et al. 2013).
package struct Maxout: Layer {
  static let units = Field.integer("units", in: .within(1...1_000_000), "Width of the output")
  static let pieces = Field.integer(
    "pieces", default: 5, in: .within(1...1000), "Linear maps a unit chooses from")
  static let bias = Field.flag("bias", default: true, "Add a learned offset to each map")
  package static let declaration = Declaration(
    "maxout", "The largest of several linear maps, unit by unit",
    details: "Goodfellow et al. 2013. PyTorch: `nn.Linear(in, units · pieces)`, then the maximum "
      + "over each `pieces` neighbours.",
    fields: [units.declaration, pieces.declaration, bias.declaration] + WeightRule.fields,
    shorthand: "units", example: "maxout: {units: 240, pieces: 5}", check: WeightRule.objections)

  let units: Int
  let pieces: Int
  let hasBias: Bool
  let rule: WeightRule

  package init(_ record: Record) {
    units = record[Self.units]
    pieces = record[Self.pieces]
    hasBias = record[Self.bias]
    rule = WeightRule(record)
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let width = try input.units(for: "maxout")
    let fans = Fans(input: width, output: units * pieces)
    let weight = scope.weight(
      [width, units * pieces], layout: .linear, outputAxis: 1, kind: .linear(.weight), fans: fans,
      rule: rule)
    var maps = input.matmul(weight)
    if hasBias {
      let bias = scope.parameter("bias", [units * pieces], kind: .linear(.bias), fans: fans)
      maps = maps + bias.broadcastChannels(to: maps.shape)
    }
    return maps.reshape([input.batch, units, pieces]).reduceMaximum(axes: [2])
  }
}
