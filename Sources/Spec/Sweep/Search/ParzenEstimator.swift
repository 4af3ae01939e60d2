import CLibrary

/// What an axis of a search may be, as a number: a place in a range, or the index of one of so many
/// choices.
enum SearchDimension: Sendable {
  case range(SweepRange)
  case choices(count: Int)
}

/// A density over one axis, made of what has been observed there: a kernel for each observation and
/// one for the prior, mixed (Bergstra et al. 2011, section 4.2).
///
/// Widths, weights and the prior are those of Optuna's `_ParzenEstimator` with its defaults: magic
/// clip, no endpoints, prior weight 1, the newest 25 observations in full.
struct ParzenEstimator {
  private enum Kernels {
    case normal([TruncatedNormal], SweepRange)
    /// A row of probabilities a kernel.
    case categorical([[Double]])
  }
  private let weights: [Double]
  private let kernels: Kernels

  /// - Parameter observations: the oldest first.
  init(_ observations: [Double], _ dimension: SearchDimension) {
    weights = Self.weights(observations.count)
    switch dimension {
    case .choices(let count):
      let kernelCount = observations.count + 1
      var rows: [[Double]] = observations.map { observation in
        var row = [Double](repeating: 1 / Double(kernelCount), count: count)
        row[Int(observation)] += 1
        let sum = row.reduce(0, +)
        return row.map { $0 / sum }
      }
      rows.append([Double](repeating: 1 / Double(count), count: count))
      kernels = .categorical(rows)
    case .range(let range):
      let half = (range.step ?? 0) / 2
      func transformed(_ x: Double) -> Double { range.isLogarithmic ? log(x) : x }
      let (low, high) = (transformed(range.low - half), transformed(range.high + half))
      let means = observations.map(transformed)
      let prior = (mean: 0.5 * (low + high), deviation: high - low)
      let widths = Self.widths(means, low: low, high: high)
      kernels = .normal(
        (zip(means, widths).map { (mean: $0, deviation: $1) } + [prior]).map {
          TruncatedNormal(mean: $0.mean, deviation: $0.deviation, low: low, high: high)
        }, range)
    }
  }

  /// Of the kernels, the prior's last; they add up to 1.
  private static func weights(_ count: Int) -> [Double] {
    var weights = [Double](repeating: 1, count: count + 1)
    let ramp = max(0, count - 25)
    for place in 0..<ramp {
      let start = 1 / Double(count)
      weights[place] =
        ramp == 1 ? start : start + (1 - start) * Double(place) / Double(ramp - 1)
    }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// To the farther of both neighbours; for the outermost, to the only one. Not less than the range
  /// divided by the number of kernels (and one), nor a hundredth of it.
  private static func widths(_ means: [Double], low: Double, high: Double) -> [Double] {
    let order = means.indices.sorted { (means[$0], $0) < (means[$1], $1) }
    let sorted = order.map { means[$0] }
    let count = sorted.count
    var widths = [Double](repeating: 0, count: count)
    for (place, index) in order.enumerated() {
      let below = sorted[place] - (place > 0 ? sorted[place - 1] : low)
      let above = (place < count - 1 ? sorted[place + 1] : high) - sorted[place]
      var width = max(below, above)
      if count >= 2, place == 0 { width = above }
      if count >= 2, place == count - 1 { width = below }
      let least = (high - low) / min(100, Double(count) + 2)
      widths[index] = min(max(width, least), high - low)
    }
    return widths
  }

  func logDensity(_ x: Double) -> Double {
    switch kernels {
    case .categorical(let rows):
      return logSumOfExponentials(zip(weights, rows).map { log($0) + log($1[Int(x)]) })
    case .normal(let normals, let range):
      func transformed(_ x: Double) -> Double { range.isLogarithmic ? log(x) : x }
      let parts = zip(weights, normals).map { weight, normal -> Double in
        guard let step = range.step else { return log(weight) + normal.logDensity(transformed(x)) }
        return log(weight)
          + normal.logMass(from: transformed(x - step / 2), to: transformed(x + step / 2))
      }
      return logSumOfExponentials(parts)
    }
  }

  /// - Parameters:
  ///   - kernel: uniform in [0, 1), chooses the kernel.
  ///   - place: the same, within it.
  func sample(kernel: Double, place: Double) -> Double {
    let chosen = Self.index(of: kernel, in: weights)
    switch kernels {
    case .categorical(let rows): return Double(Self.index(of: place, in: rows[chosen]))
    case .normal(let normals, let range):
      let found = normals[chosen].quantile(place)
      let value = range.isLogarithmic ? exp(found) : found
      let stepped = range.step.map {
        range.low + ((value - range.low) / $0).rounded(.toNearestOrEven) * $0
      }
      return min(max(stepped ?? value, range.low), range.high)
    }
  }

  private static func index(of number: Double, in shares: [Double]) -> Int {
    var left = number * shares.reduce(0, +)
    for (index, share) in shares.enumerated() {
      left -= share
      if left < 0 { return index }
    }
    return shares.count - 1
  }
}
