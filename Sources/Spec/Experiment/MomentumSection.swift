/// A ramp of the momentum: from the optimizer's own to another one, in a straight line.
package struct MomentumSection: Sendable {
  package let to: Double
  /// In rounds.
  package let over: Int
  package let origin: Origin
}

extension MomentumSection {
  private static let toKey = Field.number(
    "to", in: .from(0, below: 1), "Momentum at the end of the ramp and from then on")
  private static let overKey = Field.integer(
    "over", in: .atLeast(1), "Rounds until it is reached, in a straight line")

  static let declaration = Declaration(
    "momentum_ramp", "A ramp from the optimizer's own `momentum` to another one",
    details: "Goodfellow et al. 2014 train with sgd from 0.5 to 0.7. For sgd and rmsprop.",
    fields: [toKey.declaration, overKey.declaration], example: "{to: 0.7, over: 125000}")

  init(_ record: Record, origin: Origin) {
    to = record[Self.toKey]
    over = record[Self.overKey]
    self.origin = origin
  }

  /// The momentum of round `round`, counted from 0.
  package func value(from start: Double, round: Int) -> Double {
    start + (to - start) * min(Double(round) / Double(over), 1)
  }
}
