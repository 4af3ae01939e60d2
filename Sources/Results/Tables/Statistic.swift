import Charts

/// What several runs of one spec come to.
package struct Statistic: Sendable, Hashable {
  package let mean: Double
  /// Of the sample (n − 1); nil for a single run.
  package let deviation: Double?
  package let count: Int

  /// nil without a value.
  package init?(_ values: [Double]) {
    guard let first = values.first else { return nil }
    count = values.count
    // From the first value on, so that equal ones have no spread by rounding.
    let near = first + values.reduce(0) { $0 + ($1 - first) } / Double(values.count)
    // Infinities have a mean, and finite numbers whose sum is too large have a finite one.
    let mean = near.isFinite ? near : values.mean
    self.mean = mean
    guard values.count > 1 else {
      deviation = nil
      return
    }
    let scale = values.reduce(abs(mean)) { max($0, abs($1)) }
    let unit = scale.isFinite && scale > 1e100 ? scale : 1
    let squares = values.reduce(0) { sum, value in
      let distance = value / unit - mean / unit
      return sum + distance * distance
    }
    deviation = unit * (squares / Double(values.count - 1)).squareRoot()
  }
}
