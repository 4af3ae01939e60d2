import Spec
import TensorCore

/// The critic's slope between real and generated images is to be 1 (Gulrajani et al. 2017).
///
/// `λ E (‖∇D(x̂)‖₂ − target)²` with the norm taken of each sample and `x̂ = u x + (1 − u) G(z)`, `u`
/// uniform, one for each sample. Not for a critic with batch norm: there one sample's slope depends
/// on the others.
package struct GradientPenalty: Term {
  static let weight = Field.number("weight", default: 10, in: .atLeast(0), "λ")
  static let target = Field.number(
    "target", default: 1, in: .atLeast(0), "The slope that is wanted; 0 asks for a flat critic")
  static let oneSided = Field.flag(
    "one_sided", default: false, "Only slopes above the target cost")
  package static let declaration = Declaration(
    "gradient_penalty", "The critic's slope between real and generated images is to be 1: WGAN-GP",
    details: "Gulrajani et al. 2017, equation 3: λ E (‖∇D(x̂)‖₂ − target)², the norm of each sample "
      + "by itself; one_sided: Petzka et al. 2018. x̂ = u x + (1 − u) G(z), u uniform, one a sample; "
      + "its label, where the critic has labels, is that of the real image x. The slope is that of "
      + "the logit where the critic ends in a sigmoid (the paper's critic has none); `slope_of: "
      + "output` takes that of the probability.",
    fields: [
      weight.declaration, target.declaration, oneSided.declaration,
      SlopeSource.field.declaration,
    ], shorthand: "weight",
    example: "gradient_penalty: {weight: 10}")

  let weight: Double
  let target: Double
  let oneSided: Bool
  let source: SlopeSource

  package init(_ record: Record) {
    weight = record[Self.weight]
    target = record[Self.target]
    oneSided = record[Self.oneSided]
    source = record[SlopeSource.field]
  }

  package var players: Set<Player> { [.discriminator] }
  package var traits: PenaltyTraits {
    PenaltyTraits(boundsSlope: true, judgesSamplesAlone: true, slopeSource: source)
  }

  package func misfit(with game: GameTraits) -> LayerMisfit? { game.lackOfSlope }

  package func value(in scope: TermScope) -> Value? {
    let (real, fake) = (scope.real.value, scope.fake.value)
    let share = scope.uniform("mix", [real.batch]).broadcast(to: real.shape, axes: [0])
    let between = ImageBatch(value: fake + (real - fake) * share)
    let slope = scope.slope(of: scope.score(of: between), source, at: between)
    return cost(of: slope, target: target, oneSided: oneSided) * weight
  }
}

/// `E (‖slope‖₂ − target)²`, or only of what is above the target.
func cost(of slope: Value, target: Double, oneSided: Bool) -> Value {
  let excess = slope.norms - target
  return (oneSided ? excess.maximum(0) : excess).squared.mean()
}
