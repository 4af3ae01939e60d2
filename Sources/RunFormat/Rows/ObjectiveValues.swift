import Spec

/// The values of one metric over the steps of a run, rising.
package struct ObjectiveValues: Sendable, Hashable {
  package struct Score: Sendable, Hashable {
    package let step: Int
    package let epoch: Int
    package let value: Double

    package init(step: Int, epoch: Int, value: Double) {
      (self.step, self.epoch, self.value) = (step, epoch, value)
    }
  }

  package let objective: MetricsSection.Objective
  package private(set) var all: [Score]

  package init(_ objective: MetricsSection.Objective, _ all: [Score] = []) {
    (self.objective, self.all) = (objective, all)
  }

  /// Reads metrics.csv.
  package init(_ objective: MetricsSection.Objective, csv: [UInt8]) {
    let rows = MetricsRow.rows(of: csv).filter { $0.metric == objective.metric }
    self.init(objective, rows.map { Score(step: $0.step, epoch: $0.epoch, value: $0.value) })
  }

  package mutating func add(_ score: Score) { all.append(score) }

  /// The best `count` by the objective, the best first; of equal ones the earlier. What is no number
  /// is never good.
  package func best(_ count: Int) -> [Score] {
    let order = all.filter { $0.value.isFinite }.sorted { a, b in
      a.value == b.value ? a.step < b.step : objective.prefers(a.value, to: b.value)
    }
    return Array(order.prefix(count))
  }

  package var best: Score? { best(1).first }
}
