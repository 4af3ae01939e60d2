import Spec

/// How a learning rate changes in the course of a run.
package protocol RateSchedule: Word {
  /// What the optimizer's own rate is multiplied by in round `round`, counted from 0, of `rounds`.
  func factor(round: Int, of rounds: Int) -> Double
}

/// The key that all schedules share: rates rise from 0 first (Goyal et al. 2017, section 2.2).
struct WarmUp: Sendable {
  static let rounds = Field.integer(
    "warm_up", default: 0, in: .atLeast(0), "Rounds in which the rate rises to its full size")

  private let rounds: Int

  init(_ record: Record) { rounds = record[Self.rounds] }

  func factor(round: Int) -> Double {
    round + 1 >= rounds ? 1 : Double(round + 1) / Double(rounds)
  }
}

/// The keys of schedules that lead from 1 to a factor over the last part of a run.
struct Descent: Sendable {
  static let to = Field.number(
    "to", default: 0, in: .within(0...1), "Share of the rate that is left at the end")
  static let from = Field.number(
    "from", default: 0, in: .from(0, below: 1), "Share of the run after which it begins")
  static func formula(_ curve: String) -> String {
    "Round r of N, counted from 0, has rate · (to + (1 − to) · \(curve)) with w = "
      + "(r − from · N)/((1 − from) · N), at least 0; warm-up multiplies that by min((r + 1)/warm_up, "
      + "1). `to` is what round N would have: the last round, N − 1, is one step before it. A run "
      + "that is made longer falls more slowly from then on."
  }
  static let fields = [to.declaration, from.declaration, WarmUp.rounds.declaration]

  let to: Double
  private let from: Double
  private let warmUp: WarmUp

  init(_ record: Record) {
    to = record[Self.to]
    from = record[Self.from]
    warmUp = WarmUp(record)
  }

  /// - Parameter curve: from 1 at 0 to 0 at 1.
  func factor(round: Int, of rounds: Int, curve: (Double) -> Double) -> Double {
    let start = from * Double(rounds)
    let way = min(max((Double(round) - start) / (Double(rounds) - start), 0), 1)
    return warmUp.factor(round: round) * (to + (1 - to) * curve(way))
  }
}
