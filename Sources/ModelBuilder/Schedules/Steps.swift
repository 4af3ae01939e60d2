import Foundation
import Spec

/// A factor every so many rounds.
package struct Steps: RateSchedule {
  static let every = Field.integer("every", in: .atLeast(1), "Rounds between steps")
  static let decay = Field.number(
    "decay", default: 0.1, in: .within(0...1), "What a step leaves of the rate")
  package static let declaration = Declaration(
    "steps", "Drops by a factor every so many rounds",
    details: "Round r, counted from 0, has rate · decay^⌊r/every⌋; warm-up multiplies that by "
      + "min((r + 1)/warm_up, 1). PyTorch: `StepLR`.",
    fields: [every.declaration, decay.declaration, WarmUp.rounds.declaration], shorthand: "every",
    example: "learning_rate: {steps: {every: 10000, decay: 0.5}}")

  let every: Int
  let decay: Double
  let warmUp: WarmUp

  package init(_ record: Record) {
    every = record[Self.every]
    decay = record[Self.decay]
    warmUp = WarmUp(record)
  }

  package func factor(round: Int, of rounds: Int) -> Double {
    warmUp.factor(round: round) * pow(decay, Double(round / every))
  }
}
