import Spec

/// A straight line down, as the second half of many published runs has it.
package struct LinearTo: RateSchedule {
  package static let declaration = Declaration(
    "linear_to", "Falls in a straight line to a share of itself",
    details: Descent.formula("(1 − w)"), fields: Descent.fields, shorthand: "to",
    example: "learning_rate: {linear_to: {to: 0, from: 0.5}}")

  let descent: Descent

  package init(_ record: Record) { descent = Descent(record) }

  package func factor(round: Int, of rounds: Int) -> Double {
    descent.factor(round: round, of: rounds) { 1 - $0 }
  }
}
