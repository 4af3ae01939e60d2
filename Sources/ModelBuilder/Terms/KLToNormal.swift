import Spec
import TensorCore

/// A normal distribution of independent numbers is to be near the standard normal one (Kingma and Welling
/// 2014, appendix B): `KL = ½ Σ (μ² + σ² − 1 − log σ²)`, the mean over the batch.
package struct KLToNormal: Word {
  static let weight = Field.number("weight", default: 1, in: .atLeast(0), "λ; β of a β-VAE")
  static let reduce = Field.choice(
    "reduce", of: Reduce.self, default: .sum,
    "Over the numbers of a sample: their sum, which is the divergence, or their mean")
  package static let declaration = Declaration(
    "kl_to_normal", "A normal distribution is to be near the standard normal one",
    details: "Kingma and Welling 2014, appendix B: λ E ½ Σ (μ² + σ² − 1 − log σ²).",
    fields: [reduce.declaration, weight.declaration], shorthand: "weight",
    example: "kl_to_normal: {weight: 1}")

  let weight: Double
  let reduce: Reduce

  package init(_ record: Record) {
    weight = record[Self.weight]
    reduce = record[Self.reduce]
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
