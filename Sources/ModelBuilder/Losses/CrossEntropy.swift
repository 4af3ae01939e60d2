import Spec
import TensorCore

/// The original game (Goodfellow et al. 2014), with a choice of what the generator wants.
///
/// Computed on the logit `l` by `softplus`, also where the critic ends in a sigmoid: the cross-entropy
/// against a target `t` is `t · softplus(−l) + (1 − t) · softplus(l)`.
package struct CrossEntropy: Loss {
  enum Objective: String, CaseIterable, Sendable {
    case nonSaturating = "non_saturating"
    case saturating
    case maxLikelihood = "max_likelihood"
  }
  static let real = Field.number(
    "real", default: 1, in: .within(0...1),
    "The critic's target for real images; 0.9 smooths labels")
  static let fake = Field.number(
    "fake", default: 0, in: .within(0...1), "The critic's target for generated images")
  static let objective = Field.choice(
    "generator", of: Objective.self, default: .nonSaturating,
    "What the generator minimises: −log D(G(z)) (non_saturating), log(1 − D(G(z))) (saturating, the "
      + "minimax game) or −exp(σ⁻¹(D(G(z)))) (max_likelihood)")
  static let scale = Field.number(
    "scale", default: 1, in: .above(0), "Factor in front of the critic's sum; ½ is also in use")
  package static let declaration = Declaration(
    "cross_entropy", "Binary cross-entropy: the original GAN game",
    details: "Goodfellow et al. 2014, equation 1 and section 3; max_likelihood: Goodfellow 2014, "
      + "`On distinguishability criteria`. Means over the batch.",
    fields: [real.declaration, fake.declaration, objective.declaration, scale.declaration],
    example: "loss: {kind: cross_entropy, generator: non_saturating}")

  let real: Double
  let fake: Double
  let objective: Objective
  let scale: Double

  package init(_ record: Record) {
    real = record[Self.real]
    fake = record[Self.fake]
    objective = record[Self.objective]
    scale = record[Self.scale]
  }

  package func discriminator(real: Score, fake: Score) -> Value {
    let sum =
      crossEntropy(real.logit, target: self.real) + crossEntropy(fake.logit, target: self.fake)
    return sum * scale
  }

  package func generator(fake: Score) -> Value {
    switch objective {
    case .nonSaturating: fake.logit.negated.softplus.mean()
    case .saturating: fake.logit.softplus.mean().negated
    case .maxLikelihood: fake.logit.exponential.mean().negated
    }
  }

  private func crossEntropy(_ logit: Value, target: Double) -> Value {
    if target == 1 { return logit.negated.softplus.mean() }
    if target == 0 { return logit.softplus.mean() }
    return (logit.negated.softplus * target + logit.softplus * (1 - target)).mean()
  }
}
