import Spec
import TensorCore

/// The difference of mean scores: an estimate of the earth mover's distance if the critic is
/// Lipschitz (Arjovsky et al. 2017), which a `clip` or a `gradient_penalty` must see to. Not for a
/// critic that ends in a sigmoid.
package struct Wasserstein: Loss {
  static let drift = Field.number(
    "drift", default: 0, in: .atLeast(0),
    "Weight of E[D(x)²], which keeps the critic's scores near 0 (Karras et al. 2018: 0.001)")
  package static let declaration = Declaration(
    "wasserstein", "Difference of mean scores: WGAN",
    details: "Arjovsky et al. 2017, algorithm 1. Critic: E D(G(z)) − E D(x); generator: "
      + "−E D(G(z)). Needs `clip` or `gradient_penalty` among the penalties.",
    fields: [drift.declaration], example: "loss: {kind: wasserstein}")

  let drift: Double

  package init(_ record: Record) { drift = record[Self.drift] }

  package var demands: LossDemands { LossDemands(unboundedScores: true, boundedSlope: true) }

  package func critic(_ scores: Scores) -> Value {
    let real = scores.real.output
    let difference = scores.fake.output.mean() - real.mean()
    return drift == 0 ? difference : difference + real.squared.mean() * drift
  }

  package func generator(_ scores: Scores) -> Value { scores.fake.output.mean().negated }
  package func makerOfReal(_ real: Score) -> Value? { real.output.mean() }
}
