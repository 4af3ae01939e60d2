import Spec

enum Spread: String, CaseIterable, Sendable { case uniform, normal }

extension Spread {
  /// Numbers of variance `variance`.
  func initialValue(variance: Double) -> InitialValue {
    switch self {
    case .uniform: .uniform(low: -(3 * variance).squareRoot(), high: (3 * variance).squareRoot())
    case .normal: .normal(mean: 0, standardDeviation: variance.squareRoot())
    }
  }
}

/// Variance 2 / (fan_in + fan_out) · gain² (Glorot and Bengio 2010, eq. 16).
package struct Xavier: Initializer {
  static let distribution = Field.choice(
    "distribution", of: Spread.self, default: .uniform, "Shape of the distribution")
  static let gain = Field.number("gain", default: 1, in: .above(0), "Factor")
  package static let declaration = Declaration(
    "xavier", "Variance 2/(fan_in + fan_out) · gain²; also called Glorot",
    details:
      "Glorot and Bengio 2010, equation 16. Biases begin at 0. PyTorch: `nn.init.xavier_uniform_`, "
      + "`xavier_normal_`.",
    fields: [distribution.declaration, gain.declaration], shorthand: "distribution",
    example: "linear: {xavier: normal}")

  let spread: Spread
  let gain: Double

  package init(_ record: Record) {
    spread = record[Self.distribution]
    gain = record[Self.gain]
  }

  package func initialValue(of kind: ParameterKind, _ fans: Fans) -> InitialValue {
    if kind.isBias { return .constant(0) }
    return spread.initialValue(variance: gain * gain * 2 / Double(fans.input + fans.output))
  }
}
