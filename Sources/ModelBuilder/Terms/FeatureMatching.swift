import Spec
import TensorCore

/// Generated samples are to have the features of real ones on average (Salimans et al. 2016, section 3.1):
/// `‖E f(x) − E f(G(z))‖²`, with means over the batch.
package struct FeatureMatching: ValueTerm {
  static let of = Field.formula("of", "Features of samples that are made")
  static let to = Field.formula("to", "Those of real ones, at the same place")
  static let weight = Field.number("weight", default: 1, in: .atLeast(0), "λ")
  static let reduce = Field.choice(
    "reduce", of: Reduce.self, default: .sum,
    "Over the features: their sum, or their mean, which does not grow with their number")
  package static let declaration = Declaration(
    "feature_matching", "Generated samples are to have the features of real ones on average",
    details:
      "Salimans et al. 2016, section 3.1: λ ‖E f(x) − E f(G(z))‖², f being what the critic makes "
      + "of a sample at an inner place.",
    fields: [of.declaration, to.declaration, reduce.declaration, weight.declaration],
    example: "feature_matching: {of: critic(made).features, to: critic(photos).features}")

  let of: Formula
  let to: Formula
  let weight: Double
  let reduce: Reduce

  package init(_ record: Record) {
    of = record[Self.of]
    to = record[Self.to]
    weight = record[Self.weight]
    reduce = record[Self.reduce]
  }

  package var formulas: [Formula] { [of, to] }

  package func cost(in scope: ValueScope) throws(LayerMisfit) -> Value {
    try cost(of: scope.value(of), to: scope.value(to))
  }

  /// The distance of the means, weight included, of batches that may be of different size.
  ///
  /// - Throws: for features of different shape.
  package func cost(of features: Value, to others: Value) throws(LayerMisfit) -> Value {
    guard features.shape.extents.dropFirst() == others.shape.extents.dropFirst() else {
      throw LayerMisfit(
        "features of \(described(features.shape)) and of \(described(others.shape)) do not match",
        advice: "take both at the same place")
    }
    let difference = features.mean(axes: [0]) - others.mean(axes: [0])
    let squares = difference.squared
    return (reduce == .sum ? squares.sum() : squares.mean()) * weight
  }
}
