import Spec
import TensorCore

/// Squared distance from target values (Mao et al. 2017, eq. 2), of the critic's output as it is:
/// the sigmoid's where the critic ends in one.
package struct LeastSquares: Loss {
  static let generator = Field.number(
    "generator", default: 1, "What the generator wants the critic to say (c)")
  static let scale = Field.number(
    "scale", default: 1, in: .above(0), "Factor in front of the critic's sum; ½ is also in use")
  static let generatorScale = Field.number(
    "generator_scale", default: 1, in: .above(0), "Factor in front of the generator's loss")
  package static let declaration = Declaration(
    "least_squares", "Squared distance from target values: LSGAN",
    details:
      "Mao et al. 2017, equation 2 (with scale and generator_scale ½; real is b, fake is a). "
      + "Means over the batch.",
    fields: CriticTargets.fields + [
      generator.declaration, scale.declaration, generatorScale.declaration,
    ], example: "loss: {kind: least_squares, real: 1, fake: 0, generator: 1, scale: 0.5}")

  let targets: CriticTargets
  let generatorTarget: Double
  let scale: Double
  let generatorScale: Double

  package init(_ record: Record) {
    targets = CriticTargets(record)
    generatorTarget = record[Self.generator]
    scale = record[Self.scale]
    generatorScale = record[Self.generatorScale]
  }

  package func critic(_ scores: Scores) -> Value {
    let (real, fake) = (scores.real.output, scores.fake.output)
    let sum =
      distance(real, targets.target(.real, like: real, scores.draws))
      + distance(fake, targets.target(.fake, like: fake, scores.draws))
    return sum * scale
  }

  package func generator(_ scores: Scores) -> Value {
    (scores.fake.output - generatorTarget).squared.mean() * generatorScale
  }

  package func makerOfReal(_ real: Score) -> Value? {
    (real.output - targets.fake).squared.mean() * generatorScale
  }

  private func distance(_ output: Value, _ target: CriticTargets.Target) -> Value {
    switch target {
    case .same(let target): (output - target).squared.mean()
    case .each(let target): (output - target).squared.mean()
    }
  }
}
