import Foundation

/// Numbers as a table shows them: enough digits to tell runs apart, no more.
enum NumberFormat {
  /// Four significant digits; whole numbers whole.
  static func short(_ x: Double, digits: Int = 4) -> String {
    guard x.isFinite else { return x.isNaN ? "nan" : x < 0 ? "−inf" : "inf" }
    if x == x.rounded(), abs(x) < 1e7 { return minus("\(Int(x))") }
    let size = abs(x)
    if size >= 1e-4, size < 1e7 {
      let before = max(0, Int(log10(size).rounded(.down)) + 1)
      let decimals = size < 1 ? digits - Int(log10(size).rounded(.up)) : max(0, digits - before)
      return minus(String(format: "%.\(min(decimals, 12))f", x))
    }
    return minus(scientific(String(format: "%.\(digits - 1)e", x)))
  }

  /// With a sign, for differences.
  static func signed(_ x: Double) -> String {
    x > 0 ? "+" + short(x) : x == 0 ? "0" : short(x)
  }

  /// `0.6931 ± 0.0012 (3)`: as many decimals as the spread has meaning for.
  static func statistic(_ s: Statistic) -> String {
    guard let deviation = s.deviation else { return short(s.mean) }
    let count = " (\(s.count))"
    guard s.mean.isFinite, deviation.isFinite else { return short(s.mean) + count }
    let size = deviation > 0 ? deviation : abs(s.mean) * 1e-3
    let digits = size > 0 ? max(0, 1 - Int(log10(size).rounded(.down))) : 3
    guard digits <= 8, abs(s.mean) < 1e7 else {
      return "\(short(s.mean)) ± \(short(deviation, digits: 2))\(count)"
    }
    return minus(String(format: "%.\(digits)f ± %.\(digits)f", s.mean, deviation)) + count
  }

  private static func minus(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  /// `1.0e-05` → `1.0e-5`
  private static func scientific(_ text: String) -> String {
    text.replacing("e-0", with: "e-").replacing("e+0", with: "e").replacing("e+", with: "e")
  }
}

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
    let mean = first + values.reduce(0) { $0 + ($1 - first) } / Double(values.count)
    self.mean = mean
    guard values.count > 1 else {
      deviation = nil
      return
    }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = (squares / Double(values.count - 1)).squareRoot()
  }
}
