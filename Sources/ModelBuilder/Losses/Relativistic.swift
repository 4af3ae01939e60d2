import Spec
import TensorCore

/// Whether real images look more real than generated ones (Jolicoeur-Martineau 2018), on logits.
package struct Relativistic: Loss {
  static let average = Field.flag(
    "average", default: false,
    "Compare with the other side's mean score (RaGAN) rather than sample by sample (RGAN)")
  static let scale = Field.number(
    "scale", default: 1, in: .above(0), "Factor in front of both losses; ½ is also in use")
  package static let declaration = Declaration(
    "relativistic", "Real images are to look more real than generated ones",
    details: "Jolicoeur-Martineau 2018, equations 10 and 11 (pairs) and 14 to 17 (average), on "
      + "logits C: critic E softplus(−(C(x) − C(G(z)))), generator with the sides exchanged.",
    fields: [average.declaration, scale.declaration],
    example: "loss: {kind: relativistic, average: true}")

  let average: Bool
  let scale: Double

  package init(_ record: Record) {
    average = record[Self.average]
    scale = record[Self.scale]
  }

  package func discriminator(_ scores: Scores) -> Value {
    preferring(scores.real.logit, over: scores.fake.logit)
  }

  package func generator(_ scores: Scores) -> Value {
    preferring(scores.fake.logit, over: scores.real.logit)
  }

  /// Small where `better` scores are above `worse` ones.
  private func preferring(_ better: Value, over worse: Value) -> Value {
    guard average else { return (worse - better).softplus.mean() * scale }
    let sum =
      (worse.mean() - better).softplus.mean() + (worse - better.mean()).softplus.mean()
    return sum * scale
  }
}
