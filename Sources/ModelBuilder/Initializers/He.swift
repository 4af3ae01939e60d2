import Spec

/// Variance gain² / fan_in with gain² = 2 for relu (He et al. 2015, eq. 10).
package struct He: Initializer {
  enum Fan: String, CaseIterable, Sendable { case `in`, out }
  static let distribution = Field.choice(
    "distribution", of: Spread.self, default: .normal, "Shape of the distribution")
  static let slope = Field.number(
    "slope", default: 0, "Slope of the leaky relu that follows: gain² is 2/(1 + slope²)")
  static let fan = Field.choice("fan", of: Fan.self, default: .in, "Which side keeps its variance")
  package static let declaration = Declaration(
    "he", "Variance 2/fan_in, for relu networks; also called Kaiming",
    details:
      "He et al. 2015, equation 10. Biases begin at 0. PyTorch: `nn.init.kaiming_normal_`, `kaiming_uniform_`.",
    fields: [distribution.declaration, slope.declaration, fan.declaration],
    shorthand: "distribution", example: "linear: he")

  let spread: Spread
  let slope: Double
  let fan: Fan

  package init(_ record: Record) {
    spread = record[Self.distribution]
    slope = record[Self.slope]
    fan = record[Self.fan]
  }

  package func initialValue(of kind: ParameterKind, _ fans: Fans) -> InitialValue {
    if kind.isBias { return .constant(0) }
    let connections = fan == .in ? fans.input : fans.output
    return spread.initialValue(variance: 2 / (1 + slope * slope) / Double(connections))
  }
}
