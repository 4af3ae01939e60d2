import Spec
import TensorCore

/// The critic is to be flat at generated images (Mescheder et al. 2018): `γ/2 · E ‖∇D(G(z))‖²`, of the
/// logit.
package struct R2: Penalty {
  static let weight = Field.number("weight", default: 10, in: .atLeast(0), "γ")
  package static let declaration = Declaration(
    "r2", "The critic is to be flat at generated images",
    details: "Mescheder et al. 2018, equation 10: γ/2 · E ‖∇D(G(z))‖², of the logit where the "
      + "critic ends in a sigmoid.",
    fields: [weight.declaration], shorthand: "weight", example: "r2: 10")

  let weight: Double

  package init(_ record: Record) { weight = record[Self.weight] }

  package var players: Set<Player> { [.discriminator] }
  package var boundsSlope: Bool { true }
  package var judgesSamplesAlone: Bool { true }

  package func misfit(with game: GameTraits) -> LayerMisfit? { game.lackOfSlope }

  package func term(in scope: PenaltyScope) -> Value? {
    scope.slope(of: scope.scores.fake.logit, at: scope.fake).squaredNorms.mean() * (weight / 2)
  }
}
