/// `schedule.ema`: a second set of the generator's weights, which follows the first with a lag.
package struct AveragingSection: Sendable {
  package let decay: Double
  /// Rounds up to which the average is the weights themselves.
  package let startRound: Int
  /// Whether the decay grows to its full size.
  package let warmsUp: Bool
}

extension AveragingSection {
  private static let decayKey = Field.number(
    "decay", default: 0.999, in: .within(0...1), "Share of the old average in the new one")
  private static let startKey = Field<Period>(
    "start", .period, default: .scalar("1 steps"),
    "Up to here, in steps, the average is the weights themselves"
  ) {
    if case .period(let period) = $0 { period } else { nil }
  }
  private static let warmUpKey = Field.flag(
    "warm_up", default: false,
    "Let the decay grow: (1 + n) / (10 + n) in the n-th average, if that is less than `decay`")

  static let declaration = Declaration(
    "ema", "An exponential moving average of the generator's weights",
    details: "Yazıcı et al. 2019. After each of the generator's moves ema ← decay · ema + "
      + "(1 − decay) · weight; running statistics are taken as they are. It has a grid of its own "
      + "(`samples/ema`) and a file in each checkpoint (`ema.safetensors`); `gan-exp sample "
      + "--weights ema` draws with it. PyTorch: `optim.swa_utils.AveragedModel`.",
    fields: [decayKey.declaration, startKey.declaration, warmUpKey.declaration],
    shorthand: "decay", example: "{decay: 0.999, start: 1k steps}",
    check: { record in
      if case .steps = record[startKey] { return [] }
      return [Objection("start", "`start` in schedule.ema is counted in steps", label: "1k steps")]
    })

  init(_ record: Record) {
    decay = record[Self.decayKey]
    startRound = if case .steps(let rounds) = record[Self.startKey] { rounds } else { 1 }
    warmsUp = record[Self.warmUpKey]
  }
}
