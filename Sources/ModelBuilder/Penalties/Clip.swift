import Spec
import TensorCore

/// Every parameter is brought back into a box after each step (Arjovsky et al. 2017).
package struct Clip: Constraint {
  static let limit = Field.number(
    "limit", default: 0.01, in: .above(0), "Parameters stay between -limit and limit")
  static let on = Field.choice(
    "on", of: Player.self, default: .discriminator, "Whose parameters")
  package static let declaration = Declaration(
    "clip", "Parameters are cut to a box after each step: WGAN",
    details: "Arjovsky et al. 2017, algorithm 1. All parameters, biases and norms included.",
    fields: [limit.declaration, on.declaration], shorthand: "limit", example: "clip: 0.01")

  let limit: Double
  package let players: Set<Player>

  package init(_ record: Record) {
    limit = record[Self.limit]
    // As a network's constraint it is on that network.
    players = record.word(of: Self.on.declaration.name).flatMap(Player.init).map { [$0] } ?? []
  }

  package var traits: PenaltyTraits { PenaltyTraits(boundsSlope: true) }

  package func constrained(_ parameter: Value) -> Value {
    parameter.maximum(-limit).minimum(limit)
  }
}
