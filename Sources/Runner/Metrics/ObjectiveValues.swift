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

  /// Reads metrics.csv. What is not a whole row, as at an end that is still being written, is left out.
  package init(_ objective: MetricsSection.Objective, csv: [UInt8]) {
    let whole = csv.prefix((csv.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
    var all: [Score] = []
    for line in String(decoding: whole, as: UTF8.self).split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      guard cells.count == 10, cells[3] == objective.metric, let step = Int(cells[0]),
        let epoch = Int(cells[1]), let value = Double(cells[4])
      else { continue }
      all.append(Score(step: step, epoch: epoch, value: value))
    }
    self.init(objective, all)
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
