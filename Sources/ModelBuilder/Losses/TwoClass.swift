import Spec
import TensorCore

/// A critic with two outputs, the classes `fake` (0) and `real` (1), trained as a classifier. Computed
/// on what goes into a closing softmax.
package struct TwoClass: Loss {
  static let scale = Field.number(
    "scale", default: 0.5, in: .above(0),
    "Factor in front of the critic's sum: ½ is the mean over one batch of both kinds")
  package static let declaration = Declaration(
    "two_class", "Two-class softmax cross-entropy: the critic has two outputs",
    details: "Cross-entropy of softmax over (fake, real). The critic ends in `linear: 2`, with or "
      + "without a `softmax` behind it. `d_real` and `d_fake` of losses.csv are the mean of the output "
      + "`real`: its probability behind a `softmax`, else its logit alone.",
    fields: [scale.declaration], example: "loss: {kind: two_class}")

  let scale: Double

  package init(_ record: Record) { scale = record[Self.scale] }

  package var demands: LossDemands { LossDemands(critic: .scores(2)) }

  package func critic(_ scores: Scores) -> Value {
    (scores.real.evidence.negated.softplus.mean() + scores.fake.evidence.softplus.mean()) * scale
  }

  package func generator(_ scores: Scores) -> Value {
    scores.fake.evidence.negated.softplus.mean()
  }
}
