import Spec

/// The optimizer's own rate throughout, after a warm-up.
package struct ConstantRate: RateSchedule {
  package static let declaration = Declaration(
    "constant", "Stays as it is once it has warmed up",
    details: "Goyal et al. 2017, section 2.2. Round r, counted from 0, has rate · "
      + "min((r + 1)/warm_up, 1).", fields: [WarmUp.rounds.declaration],
    shorthand: "warm_up", example: "learning_rate: {constant: {warm_up: 500}}")

  let warmUp: WarmUp

  package init(_ record: Record) { warmUp = WarmUp(record) }

  package func factor(round: Int, of rounds: Int) -> Double { warmUp.factor(round: round) }
}
