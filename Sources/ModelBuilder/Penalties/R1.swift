import Spec
import TensorCore

/// The critic is to be flat at real images (Mescheder et al. 2018): `γ/2 · E ‖∇D(x)‖²`.
package struct R1: Term {
  static let weight = Field.number("weight", default: 10, in: .atLeast(0), "γ")
  package static let declaration = Declaration(
    "r1", "The critic is to be flat at real images",
    details: "Mescheder et al. 2018, equation 9: γ/2 · E ‖∇D(x)‖². As in the paper, whose critic "
      + "gives logits, the slope is that of the logit where the critic ends in a sigmoid; "
      + "`slope_of: output` takes that of the probability.",
    fields: [weight.declaration, SlopeSource.field.declaration], shorthand: "weight",
    example: "r1: 10")

  let weight: Double
  let source: SlopeSource

  package init(_ record: Record) {
    weight = record[Self.weight]
    source = record[SlopeSource.field]
  }

  package var players: Set<Player> { [.discriminator] }
  package var traits: PenaltyTraits {
    PenaltyTraits(boundsSlope: true, judgesSamplesAlone: true, slopeSource: source)
  }

  package func misfit(with game: GameTraits) -> LayerMisfit? { game.lackOfSlope }

  package func value(in scope: TermScope) -> Value? {
    scope.slope(of: scope.scores.real, source, at: scope.real).squaredNorms.mean() * (weight / 2)
  }
}
