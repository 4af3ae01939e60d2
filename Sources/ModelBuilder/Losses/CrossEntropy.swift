import Spec
import TensorCore

/// The original game (Goodfellow et al. 2014), with a choice of what the generator wants.
///
/// Computed on the logit `l` by `softplus`, also where the critic ends in a sigmoid: the cross-entropy
/// against a target `t` is `t · softplus(−l) + (1 − t) · softplus(l) = softplus(l) − t · l`, and the
/// boundary-seeking difference `log D − log(1 − D)` is `l` itself.
package struct CrossEntropy: Loss {
  enum Objective: String, CaseIterable, Sendable {
    case nonSaturating = "non_saturating"
    case saturating
    case maxLikelihood = "max_likelihood"
    case boundarySeeking = "boundary_seeking"
  }
  static let objective = Field.choice(
    "generator", of: Objective.self, default: .nonSaturating,
    "What the generator minimises: −log D(G(z)) (non_saturating), log(1 − D(G(z))) (saturating, the "
      + "minimax game), −exp(σ⁻¹(D(G(z)))) (max_likelihood) or ½ (log D(G(z)) − log(1 − D(G(z))))² "
      + "(boundary_seeking: BGAN)")
  static let scale = Field.number(
    "scale", default: 1, in: .atLeast(0),
    "Factor in front of the critic's sum; ½ is also in use, 0 leaves the penalties alone")
  static let generatorScale = Field.number(
    "generator_scale", default: 1, in: .above(0), "Factor in front of the generator's loss")
  package static let declaration = Declaration(
    "cross_entropy", "Binary cross-entropy: the original GAN game",
    details: "Goodfellow et al. 2014, equation 1 and section 3; max_likelihood: Goodfellow 2014, "
      + "`On distinguishability criteria`; boundary_seeking: Hjelm et al. 2018, for continuous "
      + "variables: the generator seeks the critic's decision boundary, where D is ½. Means over the "
      + "batch.",
    fields: CriticTargets.fields + [
      objective.declaration, scale.declaration, generatorScale.declaration,
    ],
    example: "loss: {kind: cross_entropy, generator: non_saturating}")

  let targets: CriticTargets
  let objective: Objective
  let scale: Double
  let generatorScale: Double

  package init(_ record: Record) {
    targets = CriticTargets(record)
    objective = record[Self.objective]
    scale = record[Self.scale]
    generatorScale = record[Self.generatorScale]
  }

  package func critic(_ scores: Scores) -> Value {
    let (real, fake) = (scores.real.logit, scores.fake.logit)
    let sum =
      crossEntropy(real, targets.target(.real, like: real, scores.draws))
      + crossEntropy(fake, targets.target(.fake, like: fake, scores.draws))
    return sum * scale
  }

  package func generator(_ scores: Scores) -> Value {
    let fake = scores.fake.logit
    let loss =
      switch objective {
      case .nonSaturating: fake.negated.softplus.mean()
      case .saturating: fake.softplus.mean().negated
      case .maxLikelihood: fake.exponential.mean().negated
      case .boundarySeeking: fake.squared.mean() * 0.5
      }
    return loss * generatorScale
  }

  package func makerOfReal(_ real: Score) -> Value? {
    let loss: Value? =
      switch objective {
      case .nonSaturating: real.logit.softplus.mean()
      case .saturating: real.logit.negated.softplus.mean().negated
      case .maxLikelihood, .boundarySeeking: nil
      }
    return loss.map { $0 * generatorScale }
  }

  private func crossEntropy(_ logit: Value, _ target: CriticTargets.Target) -> Value {
    switch target {
    case .same(1): logit.negated.softplus.mean()
    case .same(0): logit.softplus.mean()
    case .same(let target): (logit.softplus - logit * target).mean()
    case .each(let target): (logit.softplus - logit * target).mean()
    }
  }
}
