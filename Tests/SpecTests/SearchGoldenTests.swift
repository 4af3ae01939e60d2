import Foundation
import Testing

@testable import Spec

/// search.json, which `Golden/make_search_golden.py` makes.
private struct SearchGolden: Decodable {
  struct Trial: Decodable {
    let value: Double?
    let stopped: Int?
    let observations: [String: Double]

    var result: SearchTrial.Result {
      guard let value else { return .running }
      return stopped.map { .stopped(step: $0, value: value) } ?? .complete(value)
    }
  }
  struct Axis: Decodable {
    let low: Double?
    let high: Double?
    let log: Bool?
    let step: Double?
    let choices: Int?
    let candidates: [Double]
    let good: [Double]
    let others: [Double]

    var dimension: SearchDimension {
      if let choices { return .choices(count: choices) }
      return .range(
        SweepRange(low: low ?? 0, high: high ?? 0, isLogarithmic: log ?? false, step: step))
    }
  }
  struct History: Decodable {
    let minimizes: Bool
    let trials: [Trial]
    let good: [Int]
    let axes: [String: Axis]
  }
  let histories: [History]

  static func load() throws -> SearchGolden {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/search.json")
    return try JSONDecoder().decode(SearchGolden.self, from: try Data(contentsOf: path))
  }
}

struct SearchGoldenTests {
  @Test(arguments: 0..<4)
  func goodTrialsAndDensitiesAreThoseOfOptuna(_ index: Int) throws {
    let history = try SearchGolden.load().histories[index]
    let split = TreeParzen.split(history.trials.map(\.result), minimizes: history.minimizes)
    #expect(split.good == history.good)
    #expect(history.axes.count == 7)
    for (name, axis) in history.axes {
      func estimator(_ trials: [Int]) -> ParzenEstimator {
        ParzenEstimator(
          trials.compactMap { history.trials[$0].observations[name] }, axis.dimension)
      }
      let (good, others) = (estimator(split.good), estimator(split.others))
      for (place, candidate) in axis.candidates.enumerated() {
        let own = (good.logDensity(candidate), others.logDensity(candidate))
        #expect(
          abs(own.0 - axis.good[place]) < 1e-8 * max(1, abs(own.0))
            && abs(own.1 - axis.others[place]) < 1e-8 * max(1, abs(own.1)),
          "\(name) at \(candidate): \(own), not \((axis.good[place], axis.others[place]))")
      }
    }
  }

  @Test(arguments: [-40.0, -20, -13.9, -6, -1, 0, 3, 5.9, 6.1, 20])
  func massesFarOutKeepTheirDigits(_ x: Double) {
    // The derivative of log Φ is φ / Φ.
    let step = 1e-5
    let slope = (logNormalCDF(x + step) - logNormalCDF(x - step)) / (2 * step)
    let expected = exp(-0.5 * x * x - 0.5 * log(2 * Double.pi) - logNormalCDF(x))
    #expect(abs(slope - expected) < 1e-4 * max(1, expected))
    #expect(abs(logNormalMass(x, x + 1) - logNormalMass(-x - 1, -x)) < 1e-9 * abs(x * x) + 1e-12)
  }

  @Test func samplesFollowTheDensity() {
    let range = SweepRange(low: 0, high: 10, isLogarithmic: false, step: 1)
    let estimator = ParzenEstimator([2, 2, 3, 9], .range(range))
    var counts = [Int](repeating: 0, count: 11)
    let total = 40_000
    for draw in 0..<total {
      var draws = SweepDraws(seed: 1, path: "x", draw: draw)
      let kernel = draws.number()
      counts[Int(estimator.sample(kernel: kernel, place: draws.number()))] += 1
    }
    for (value, count) in counts.enumerated() {
      let expected = exp(estimator.logDensity(Double(value))) * Double(total)
      #expect(abs(Double(count) - expected) < 6 * expected.squareRoot(), "\(value)")
    }
  }
}
