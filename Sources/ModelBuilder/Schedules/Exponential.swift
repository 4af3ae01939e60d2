import Foundation
import Spec

/// The same factor after every round.
package struct Exponential: RateSchedule {
  static let decay = Field.number(
    "decay", in: .within(0...1), "What a round leaves of the rate: 0.999996")
  static let to = Field.number(
    "to", default: 0, in: .within(0...1), "Share of the rate below which it never falls")
  package static let declaration = Declaration(
    "exponential", "Shrinks by the same factor after every round",
    details: "Round r, counted from 0, has rate · max(decay^r, to); warm-up multiplies that by "
      + "min((r + 1)/warm_up, 1), so the first full rate is already a little lower. PyTorch: "
      + "`ExponentialLR`.",
    fields: [decay.declaration, to.declaration, WarmUp.rounds.declaration], shorthand: "decay",
    example: "learning_rate: {exponential: 0.999996}")

  let decay: Double
  let to: Double
  let warmUp: WarmUp

  package init(_ record: Record) {
    decay = record[Self.decay]
    to = record[Self.to]
    warmUp = WarmUp(record)
  }

  package func factor(round: Int, of rounds: Int) -> Double {
    warmUp.factor(round: round) * max(pow(decay, Double(round)), to)
  }
}
