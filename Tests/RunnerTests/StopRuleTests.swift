import Foundation
import Spec
import Testing

@testable import Runner

/// stopping.json, which `Golden/make_stopping_golden.py` makes.
private struct StoppingGolden: Decodable {
  struct Trial: Decodable {
    let curve: [[Double?]]
    let stopped: Bool

    func points(_ count: Int) -> ObjectiveCurve {
      ObjectiveCurve(
        curve.prefix(count).map { .init(progress: Int($0[0] ?? 0), value: $0[1] ?? .nan) },
        isFinished: count == curve.count && !stopped)
    }
  }
  struct History: Decodable {
    let rule: String
    let grace: Int
    let trials: [Trial]
    let factor: Int
    let minimizes: Bool
  }
  let histories: [History]
}

struct StopRuleTests {
  @Test(arguments: 0..<6)
  func trialsEndWhereTheyEndInOptuna(_ index: Int) throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/stopping.json")
    let golden = try JSONDecoder().decode(StoppingGolden.self, from: try Data(contentsOf: path))
    let history = golden.histories[index]
    let rule = EarlyStopping(
      rule: try #require(EarlyStopping.Rule(rawValue: history.rule)), grace: .steps(history.grace),
      trials: 5, factor: history.factor)
    #expect(history.trials.contains { $0.stopped })
    #expect(history.trials.contains { !$0.stopped })
    for (number, trial) in history.trials.enumerated() {
      let others = history.trials[..<number].map { $0.points($0.curve.count) }
      for count in 1...trial.curve.count {
        let reason = rule.reasonToStop(
          trial.points(count), others: others, minimizes: history.minimizes)
        let isExpected = trial.stopped && count == trial.curve.count
        #expect(
          (reason != nil) == isExpected, "trial \(number) at \(count): \(reason ?? "goes on")")
      }
    }
  }

  private func curve(_ values: Double..., isFinished: Bool = true) -> ObjectiveCurve {
    ObjectiveCurve(
      values.enumerated().map { .init(progress: $0.offset + 1, value: $0.element) },
      isFinished: isFinished)
  }

  @Test func reasonsNameTheNumbers() {
    let median = EarlyStopping(rule: .median, grace: .epochs(2), trials: 3)
    let others = [curve(1, 0.5), curve(1, 0.25), curve(1, 0.75)]
    #expect(
      median.reasonToStop(curve(3, 2), others: others, minimizes: true)
        == "the best so far, 2.0, is worse than 0.5, the median of 3 finished trials here")
    #expect(median.reasonToStop(curve(3), others: others, minimizes: true) == nil)
    #expect(median.reasonToStop(curve(3, 2), others: others, minimizes: false) == nil)
    #expect(
      median.reasonToStop(curve(3, 2), others: Array(others.dropLast()), minimizes: true) == nil)
    let halving = EarlyStopping(rule: .asha, grace: .epochs(2), factor: 2)
    #expect(
      halving.reasonToStop(curve(3, 2), others: others, minimizes: true)
        == "2.0 is not among the best 1/2 of the 4 trials that came to rung 2; 0.5 was needed")
    // Between two rungs nothing is decided.
    #expect(halving.reasonToStop(curve(3, 2, 9), others: others, minimizes: true) == nil)
  }
}
