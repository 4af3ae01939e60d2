import Spec
import TensorCore

/// Whether real images look more real than generated ones (Jolicoeur-Martineau 2018), on logits.
package struct Relativistic: Loss {
  enum Objective: String, CaseIterable, Sendable {
    case relativistic
    case nonSaturating = "non_saturating"
  }
  static let objective = Field.choice(
    "generator", of: Objective.self, default: .relativistic,
    "What the generator minimises: the same with the sides exchanged, or −log D(G(z))")
  static let average = Field.flag(
    "average", default: false,
    "Compare with the other side's mean score (RaGAN) rather than sample by sample (RGAN)")
  static let scale = Field.number(
    "scale", default: 1, in: .above(0), "Factor in front of both losses; ½ is also in use")
  package static let declaration = Declaration(
    "relativistic", "Real images are to look more real than generated ones",
    details: "Jolicoeur-Martineau 2018, equations 10 and 11 (pairs) and 14 to 17 (average), on "
      + "logits C: critic E softplus(−(C(x) − C(G(z)))), generator with the sides exchanged.",
    fields: [average.declaration, scale.declaration, objective.declaration],
    example: "loss: {kind: relativistic, average: true}")

  let average: Bool
  let scale: Double
  let objective: Objective

  package init(_ record: Record) {
    average = record[Self.average]
    scale = record[Self.scale]
    objective = record[Self.objective]
  }

  package var demands: LossDemands { LossDemands(generatorSeesReal: objective == .relativistic) }

  package func critic(_ scores: Scores) -> Value {
    preferring(scores.real.logit, over: scores.fake.logit)
  }

  package func generator(_ scores: Scores) -> Value {
    switch objective {
    case .relativistic: preferring(scores.fake.logit, over: scores.real.logit)
    case .nonSaturating: scores.fake.logit.negated.softplus.mean() * scale
    }
  }

  /// Small where `better` scores are above `worse` ones.
  private func preferring(_ better: Value, over worse: Value) -> Value {
    guard average else { return (worse - better).softplus.mean() * scale }
    let sum =
      (worse.mean() - better).softplus.mean() + (worse - better.mean()).softplus.mean()
    return sum * scale
  }
}
