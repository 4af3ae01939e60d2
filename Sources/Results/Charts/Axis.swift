import Foundation

/// One side of a chart: what it covers, and round numbers along it.
struct Axis: Sendable {
  struct Tick: Sendable, Hashable {
    let value: Double
    let label: String
  }

  let low: Double
  let high: Double
  let isLogarithmic: Bool
  let ticks: [Tick]

  /// - Parameters:
  ///   - values: what is to be seen; what is not finite (or not positive on a logarithmic scale) is
  ///     left out.
  ///   - wanted: about so many ticks.
  ///   - margin: room beside the values, as a part of their range.
  init(
    covering values: some Sequence<Double>, ticks wanted: Int = 6, margin: Double = 0.04,
    logarithmic: Bool = false
  ) {
    isLogarithmic = logarithmic
    var (least, most) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite && (!logarithmic || value > 0) {
      (least, most) = (min(least, value), max(most, value))
    }
    if least > most { (least, most) = logarithmic ? (1, 10) : (0, 1) }
    if logarithmic {
      let span = max(log10(most) - log10(least), 0.1)
      low = pow(10, log10(least) - margin * span)
      high = pow(10, log10(most) + margin * span)
      ticks = Self.powers(from: low, to: high, wanted: wanted)
    } else {
      let span = max(most - least, max(abs(least), abs(most)) * 1e-3, 1e-9)
      let middle = (least + most) / 2
      low = min(least, middle - span / 2) - margin * span
      high = max(most, middle + span / 2) + margin * span
      ticks = Self.round(from: low, to: high, wanted: wanted)
    }
  }

  /// Where a value stands, 0 at the low end and 1 at the high one.
  func fraction(of value: Double) -> Double {
    isLogarithmic
      ? (log10(max(value, low * 1e-3)) - log10(low)) / (log10(high) - log10(low))
      : (value - low) / (high - low)
  }

  /// Multiples of 1, 2, 2.5 or 5 times a power of ten.
  private static func round(from low: Double, to high: Double, wanted: Int) -> [Tick] {
    let rough = (high - low) / Double(max(1, wanted))
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
    let decimals = max(0, -Int((log10(step) + 1e-9).rounded(.down)) + (step / power == 2.5 ? 1 : 0))
    let first = (low / step).rounded(.up)
    let last = (high / step).rounded(.down)
    guard first <= last, last - first < 1000 else { return [] }
    return stride(from: first, through: last, by: 1).map {
      let value = $0 * step
      return Tick(value: value, label: label(value, decimals: decimals))
    }
  }

  /// Powers of ten, with 2 and 5 between them where there are few.
  private static func powers(from low: Double, to high: Double, wanted: Int) -> [Tick] {
    let exponents = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    let every = max(1, exponents.count / max(1, wanted))
    let factors: [Double] = high / low < 200 ? [1, 2, 5] : [1]
    var ticks: [Tick] = []
    for exponent in exponents where exponent % every == 0 {
      for factor in factors {
        let value = factor * pow(10, Double(exponent))
        guard value >= low, value <= high else { continue }
        ticks.append(Tick(value: value, label: label(value, decimals: max(0, -exponent))))
      }
    }
    return ticks
  }

  /// `12k`, `1.5M`, `0.25`, `2e-6`
  private static func label(_ value: Double, decimals: Int) -> String {
    let size = abs(value)
    func short(_ x: Double, _ suffix: String) -> String {
      let text = String(format: "%.10g", x)
      return text.replacing("-", with: "−") + suffix
    }
    if size < 1e-12 { return "0" }
    if size >= 1e9 || decimals > 4 {
      return String(format: "%.3g", value).replacing("e-0", with: "e-").replacing("e+0", with: "e")
        .replacing("e+", with: "e")
    }
    if size >= 1e6, decimals == 0 { return short(value / 1e6, "M") }
    if size >= 1e4, decimals == 0 { return short(value / 1e3, "k") }
    return String(format: "%.\(decimals)f", value).replacing("-", with: "−")
  }

  /// The range that holds curves without the few values (mostly the first) that would flatten
  /// everything else.
  static func readable(_ values: [Double]) -> [Double] {
    let sorted = values.filter(\.isFinite).sorted()
    guard let least = sorted.first, let most = sorted.last, sorted.count > 20 else { return sorted }
    let margin = sorted.count / 50
    let (low, high) = (sorted[margin], sorted[sorted.count - 1 - margin])
    let width = max(high - low, abs(high) * 0.02, 1e-9)
    return [max(least, low - 0.35 * width), min(most, high + 0.35 * width)]
  }
}
