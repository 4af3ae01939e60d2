import Spec
import TensorCore

/// The critic's slope is to be small at real and at generated images, the more so the steeper it is (Wu
/// et al. 2018): `k/2 · E (‖∇D(x)‖ᵖ + ‖∇D(G(z))‖ᵖ)`, the norm of each sample by itself.
///
/// With the loss `wasserstein` it makes the Wasserstein divergence, which needs no critic of slope 1. Not
/// for a critic with batch norm: there one sample's slope depends on the others.
package struct WassersteinDivergence: Term {
  static let weight = Field.number("weight", default: 2, in: .atLeast(0), "k")
  static let power = Field.number(
    "power", default: 6, in: .above(1), "p: what the norm of the slope is raised to")
  package static let declaration = Declaration(
    "wasserstein_divergence",
    "The critic's slope at real and at generated images costs its p-th power: WGAN-div",
    details: "Wu et al. 2018, with its k = 2 and p = 6: k E ‖∇D(x̂)‖ᵖ, x̂ a real or a "
      + "generated image, each half of the time, which is k/2 · (E ‖∇D(x)‖ᵖ + E ‖∇D(G(z))‖ᵖ). For "
      + "the loss `wasserstein`. The slope is that of the logit where the critic ends in a sigmoid; "
      + "`slope_of: output` takes that of the probability.",
    fields: [weight.declaration, power.declaration, SlopeSource.field.declaration],
    shorthand: "weight", example: "wasserstein_divergence: {weight: 2, power: 6}")

  let weight: Double
  let power: Double
  let source: SlopeSource

  package init(_ record: Record) {
    weight = record[Self.weight]
    power = record[Self.power]
    source = record[SlopeSource.field]
  }

  package var players: Set<Player> { [.discriminator] }
  package var traits: PenaltyTraits {
    PenaltyTraits(boundsSlope: true, judgesSamplesAlone: true, slopeSource: source)
  }

  package func misfit(with game: GameTraits) -> LayerMisfit? { game.lackOfSlope }

  package func value(in scope: TermScope) -> Value? {
    let real = scope.slope(of: scope.scores.real, source, at: scope.real)
    let fake = scope.slope(of: scope.scores.fake, source, at: scope.fake)
    // The norm, whose gradient at 0 is 0, and not its square: there a power p/2 − 1 may be infinite.
    return (real.norms.power(power) + fake.norms.power(power)).mean() * (weight / 2)
  }
}
