import Spec
import TensorCore

/// Generated samples are to have the features of real ones on average (Salimans et al. 2016, section 3.1):
/// `‖E f(x) − E f(G(z))‖²`, with means over the batch.
package struct FeatureMatching: Word {
  static let weight = Field.number("weight", default: 1, in: .atLeast(0), "λ")
  static let reduce = Field.choice(
    "reduce", of: Reduce.self, default: .sum,
    "Over the features: their sum, or their mean, which does not grow with their number")
  package static let declaration = Declaration(
    "feature_matching", "Generated samples are to have the features of real ones on average",
    details:
      "Salimans et al. 2016, section 3.1: λ ‖E f(x) − E f(G(z))‖², f being what the critic makes "
      + "of a sample at an inner place.",
    fields: [reduce.declaration, weight.declaration], shorthand: "weight",
    example: "feature_matching: {weight: 1}")

  let weight: Double
  let reduce: Reduce

  package init(_ record: Record) {
    weight = record[Self.weight]
    reduce = record[Self.reduce]
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
