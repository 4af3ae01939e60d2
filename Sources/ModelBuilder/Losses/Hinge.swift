import Spec
import TensorCore

/// Scores beyond a margin are good enough (Lim and Ye 2017, Miyato et al. 2018).
package struct Hinge: Loss {
  static let margin = Field.number(
    "margin", default: 1, in: .above(0), "Distance from 0 beyond which a score costs nothing")
  static let scale = Field.number(
    "scale", default: 1, in: .above(0), "Factor in front of the critic's sum")
  package static let declaration = Declaration(
    "hinge", "Scores beyond a margin cost the critic nothing",
    details: "Lim and Ye 2017; Miyato et al. 2018, equations 16 and 17. Critic: "
      + "E max(0, 1 − D(x)) + E max(0, 1 + D(G(z))); generator: −E D(G(z)).",
    fields: [margin.declaration, scale.declaration], example: "loss: {kind: hinge}")

  let margin: Double
  let scale: Double

  package init(_ record: Record) {
    margin = record[Self.margin]
    scale = record[Self.scale]
  }

  package var demands: LossDemands { LossDemands(unboundedScores: true) }

  package func critic(_ scores: Scores) -> Value {
    let real = (margin - scores.real.output).maximum(0).mean()
    let fake = (margin + scores.fake.output).maximum(0).mean()
    return (real + fake) * scale
  }

  package func generator(_ scores: Scores) -> Value { scores.fake.output.mean().negated }
  package func makerOfReal(_ real: Score) -> Value? { real.output.mean() }
}
