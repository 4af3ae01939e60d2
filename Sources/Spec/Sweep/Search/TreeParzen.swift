import CLibrary

/// A setting that a search has tried, and what it came to.
package struct SearchTrial: Sendable, Hashable {
  package enum Result: Sendable, Hashable {
    /// The value of the objective.
    case complete(Double)
    /// Ended early at a step, with the value it then had.
    case stopped(step: Int, value: Double)
    /// Diverged or failed: as bad as can be.
    case worthless
    /// Not yet over: taken for bad, so that trials side by side look in different places.
    case running
  }
  package let settings: [SweepPoint.Setting]
  package let result: Result

  package init(settings: [SweepPoint.Setting], result: Result) {
    (self.settings, self.result) = (settings, result)
  }
}

/// The tree-structured Parzen estimator (Bergstra et al. 2011): where good trials have been often and
/// others seldom.
///
/// With the defaults of Optuna's TPESampler (`multivariate=False`): 10 random trials first, 24
/// candidates, the best ⌈n/10⌉ (at most 25) are good, running trials are bad (constant liar), each axis
/// for itself.
enum TreeParzen {
  static let startupTrials = 10
  static let candidates = 24

  /// How many of `count` trials that are over are good.
  static func goodCount(_ count: Int) -> Int { min((count + 9) / 10, 25) }

  /// Indices of the good trials and of the others, rising.
  ///
  /// Complete ones come before stopped ones, of which the longest are the best; what came to nothing is
  /// last. What still runs is never good.
  static func split(
    _ results: [SearchTrial.Result], minimizes: Bool
  ) -> (good: [Int], others: [Int]) {
    func key(_ result: SearchTrial.Result) -> (Int, Int, Double) {
      func cost(_ value: Double) -> Double {
        value.isNaN ? .infinity : minimizes ? value : -value
      }
      switch result {
      case .complete(let value): return (0, 0, cost(value))
      case .stopped(let step, let value): return (1, -step, cost(value))
      case .worthless: return (2, 0, 0)
      case .running: return (3, 0, 0)
      }
    }
    let over = results.indices.filter { results[$0] != .running }
    let order = over.sorted { a, b in
      let (first, second) = (key(results[a]), key(results[b]))
      return first == second ? a < b : first < second
    }
    let good = Set(order.prefix(goodCount(over.count)))
    return (good.sorted(), results.indices.filter { !good.contains($0) })
  }

  /// The best of some candidates that good trials suggest.
  ///
  /// - Parameter number: uniform in [0, 1), a new one at each call.
  static func choose(
    good: [Double], others: [Double], _ dimension: SearchDimension, number: () -> Double
  ) -> Double {
    let (below, above) = (ParzenEstimator(good, dimension), ParzenEstimator(others, dimension))
    var best: (value: Double, score: Double)?
    for _ in 0..<candidates {
      let kernel = number()
      let value = below.sample(kernel: kernel, place: number())
      let score = below.logDensity(value) - above.logDensity(value)
      if best.map({ score > $0.score }) ?? true { best = (value, score) }
    }
    return best?.value ?? 0
  }
}
