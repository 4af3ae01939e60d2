import Spec
import TensorCore

/// Squared distance from target values (Mao et al. 2017, eq. 2), of the critic's output as it is:
/// the sigmoid's where the critic ends in one.
package struct LeastSquares: Loss {
  static let real = Field.number("real", default: 1, "The critic's target for real images (b)")
  static let fake = Field.number("fake", default: 0, "The critic's target for generated images (a)")
  static let generator = Field.number(
    "generator", default: 1, "What the generator wants the critic to say (c)")
  static let scale = Field.number(
    "scale", default: 1, in: .above(0), "Factor in front of the critic's sum; ½ is also in use")
  static let generatorScale = Field.number(
    "generator_scale", default: 1, in: .above(0), "Factor in front of the generator's loss")
  package static let declaration = Declaration(
    "least_squares", "Squared distance from target values: LSGAN",
    details:
      "Mao et al. 2017, equation 2 (with scale and generator_scale ½). Means over the batch.",
    fields: [
      real.declaration, fake.declaration, generator.declaration, scale.declaration,
      generatorScale.declaration,
    ], example: "loss: {kind: least_squares, real: 1, fake: 0, generator: 1, scale: 1}")

  let real: Double
  let fake: Double
  let generatorTarget: Double
  let scale: Double
  let generatorScale: Double

  package init(_ record: Record) {
    real = record[Self.real]
    fake = record[Self.fake]
    generatorTarget = record[Self.generator]
    scale = record[Self.scale]
    generatorScale = record[Self.generatorScale]
  }

  package func discriminator(real: Score, fake: Score) -> Value {
    ((real.output - self.real).squared.mean() + (fake.output - self.fake).squared.mean()) * scale
  }

  package func generator(fake: Score) -> Value {
    (fake.output - generatorTarget).squared.mean() * generatorScale
  }
}
