import Spec
import TensorCore

/// A normal distribution of independent numbers is to be near the standard normal one (Kingma and Welling
/// 2014, appendix B): `KL = ½ Σ (μ² + σ² − 1 − log σ²)`, the mean over the batch.
package struct KLToNormal: ValueTerm {
  static let mean = Field.formula("mean", "The means μ")
  static let logVariance = Field.optionalFormula(
    "log_variance", "The logarithms of the variances σ²; `none`: the variances are 1")
  static let weight = Field.number("weight", default: 1, in: .atLeast(0), "λ; β of a β-VAE")
  static let reduce = Field.choice(
    "reduce", of: Reduce.self, default: .sum,
    "Over the numbers of a sample: their sum, which is the divergence, or their mean")
  package static let declaration = Declaration(
    "kl_to_normal", "A normal distribution is to be near the standard normal one",
    details: "Kingma and Welling 2014, appendix B: λ E ½ Σ (μ² + σ² − 1 − log σ²).",
    fields: [
      mean.declaration, logVariance.declaration, reduce.declaration, weight.declaration,
    ],
    example: "kl_to_normal: {mean: code.mean, log_variance: code.log_variance}")

  let mean: Formula
  let logVariance: Formula?
  let weight: Double
  let reduce: Reduce

  package init(_ record: Record) {
    mean = record[Self.mean]
    logVariance = record[Self.logVariance]
    weight = record[Self.weight]
    reduce = record[Self.reduce]
  }

  package var formulas: [Formula] { [mean] + [logVariance].compactMap(\.self) }

  package func cost(in scope: ValueScope) throws(LayerMisfit) -> Value {
    let mean = try scope.value(mean)
    let logVariance =
      if let logVariance { try scope.value(logVariance) } else {
        mean.builder.constant(0, mean.shape)
      }
    return try cost(mean: mean, logVariance: logVariance)
  }

  /// The divergence, weight included, of means and logarithms of variances.
  ///
  /// - Throws: for values of different shape.
  package func cost(mean: Value, logVariance: Value) throws(LayerMisfit) -> Value {
    try requireSameShape(mean, logVariance, "are no means and variances of one distribution")
    // eˡ − 1 − l as a difference of small numbers near l = 0, where training ends.
    let variance = logVariance.exponentialMinusOne - logVariance
    return reduce.overSamples((mean.squared + variance) * 0.5) * weight
  }
}
