import Spec
import TensorCore

/// The critic is an autoencoder whose mean square error is an energy: low for real images, and at
/// least a margin for generated ones (Zhao et al. 2017).
package struct EBGAN: Loss {
  enum Sample: String, CaseIterable, Sendable { case sample, batch }
  static let margin = Field.number(
    "margin", default: 1, in: .above(0), "Energy beyond which a generated image costs nothing (m)")
  static let per = Field.choice(
    "per", of: Sample.self, default: .sample,
    "What is held against the margin: each image's energy, or the batch's mean")
  static let heldTarget = Field.flag(
    "held_target", default: false,
    "In the generator's loss, count the image that is restored as given: only what the critic makes "
      + "of it is led by the gradient")
  package static let declaration = Declaration(
    "ebgan", "An autoencoder critic whose error is an energy with a margin: EBGAN",
    details: "Zhao et al. 2017, equations 1 and 2, with E(v) the mean square difference between v "
      + "and what the critic makes of it. Critic: E(x) + max(0, m − E(G(z))); generator: E(G(z)), "
      + "and a `pull_away` among the penalties. The critic ends in an image. `d_real` and `d_fake` "
      + "of losses.csv are energies.",
    fields: [margin.declaration, per.declaration, heldTarget.declaration],
    example: "loss: {kind: ebgan, margin: 1}")

  let margin: Double
  let per: Sample
  let heldTarget: Bool

  package init(_ record: Record) {
    margin = record[Self.margin]
    per = record[Self.per]
    heldTarget = record[Self.heldTarget]
  }

  package var demands: LossDemands { LossDemands(critic: .reconstruction) }

  package func level(of score: Score) -> Value { score.residue.squared.mean() }

  package func critic(_ scores: Scores) -> Value {
    let residue = scores.fake.residue
    let energy =
      switch per {
      case .sample: residue.squared.mean(axes: Array(1..<residue.shape.rank))
      case .batch: level(of: scores.fake)
      }
    return level(of: scores.real) + (margin - energy).maximum(0).mean()
  }

  package func generator(_ scores: Scores) -> Value {
    let energy = level(of: scores.fake)
    guard heldTarget else { return energy }
    // A value of `energy` with the gradient 2 (D(v) − v)/n in D(v) alone.
    let pull = scores.held(scores.fake.residue * (2 / Double(scores.fake.output.shape.count)))
    let led = (pull * scores.fake.output).sum()
    return led + scores.held(energy - led)
  }
}
