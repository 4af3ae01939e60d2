import Spec
import TensorCore

/// Adds normal noise in training: instance noise at a critic's input (Sønderby et al. 2017), or
/// within a network.
package struct Noise: Layer {
  static let standardDeviation = Field.number(
    "standard_deviation", default: 0.1, in: .atLeast(0), "Standard deviation of the noise")
  package static let declaration = Declaration(
    "noise", "Adds normal noise in training",
    details: "Instance noise: Sønderby et al. 2017, section 3.1; Arjovsky and Bottou 2017.",
    fields: [standardDeviation.declaration], shorthand: "standard_deviation",
    example: "noise: 0.1")

  let standardDeviation: Double

  package init(_ record: Record) { standardDeviation = record[Self.standardDeviation] }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    guard scope.mode == .training, standardDeviation > 0 else { return input }
    return input + scope.noise(like: input) * standardDeviation
  }
}
