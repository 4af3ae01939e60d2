import CLibrary

/// One side of a chart: what it covers, and round numbers along it.
///
/// Any number can be among the values: what is not finite is left out, and what is larger than any scale
/// (1e300) stands at its end.
package struct Axis: Sendable {
  package struct Tick: Sendable, Hashable {
    package let value: Double
    package let label: String
  }

  package enum Scale: Sendable {
    case linear
    /// Whole numbers only, where the range is wide enough to have some.
    case whole
    /// Values that are not positive are left out.
    case logarithmic
  }

  package let low: Double
  package let high: Double
  package let scale: Scale
  package let ticks: [Tick]

  private static let largest = 1e300

  /// - Parameters:
  ///   - values: what is to be seen.
  ///   - wanted: about so many ticks.
  ///   - margin: room beside the values, as a part of their range.
  ///   - leastSpan: the range of equal values, as a part of their size.
  package init(
    covering values: some Sequence<Double>, scale: Scale = .linear, ticks wanted: Int = 6,
    margin: Double = 0.04, leastSpan: Double = 1e-3
  ) {
    self.scale = scale
    let wanted = max(1, wanted)
    let isLogarithmic = scale == .logarithmic
    var (least, most) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite && (!isLogarithmic || value > 0) {
      let value =
        isLogarithmic
        ? min(max(value, 1 / Self.largest), Self.largest)
        : min(max(value, -Self.largest), Self.largest)
      (least, most) = (min(least, value), max(most, value))
    }
    if least > most { (least, most) = isLogarithmic ? (1, 10) : (0, 1) }
    if isLogarithmic {
      let span = max(log10(most) - log10(least), 0.1)
      low = pow(10, max(log10(least) - margin * span, -307))
      high = pow(10, min(log10(most) + margin * span, 307))
      ticks = Self.powers(from: low, to: high, wanted: wanted)
    } else {
      let span = max(most - least, max(abs(least), abs(most)) * leastSpan, 1e-9)
      // Steps and epochs are counted from where they begin; anything else has room on both sides.
      let middle = scale == .whole ? least + span / 2 : least / 2 + most / 2
      low = min(least, middle - span / 2) - margin * span
      high = max(most, middle + span / 2) + margin * span
      ticks = Self.round(from: low, to: high, wanted: wanted, whole: scale == .whole)
    }
  }

  /// Where a value stands, 0 at the low end and 1 at the high one.
  package func fraction(of value: Double) -> Double {
    scale == .logarithmic
      ? (log10(max(value, low * 1e-3)) - log10(low)) / (log10(high) - log10(low))
      : (value - low) / (high - low)
  }

  /// Multiples of 1, 2, 2.5 or 5 times a power of ten.
  private static func round(
    from low: Double, to high: Double, wanted: Int, whole: Bool
  ) -> [Tick] {
    let rough = (high - low) / Double(wanted)
    let power = pow(10, log10(rough).rounded(.down))
    var step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
    if whole, high - low >= 2 { step = max(1, step.rounded()) }
    let first = (low / step).rounded(.up)
    let last = (high / step).rounded(.down)
    guard first <= last, last - first < 1000 else { return [] }
    return stride(from: first, through: last, by: 1).map {
      Tick(value: $0 * step, label: tickLabel($0 * step, step: step))
    }
  }

  /// Powers of ten, with 2 and 5 between them where there are few.
  private static func powers(from low: Double, to high: Double, wanted: Int) -> [Tick] {
    let exponents = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    let every = max(1, exponents.count / wanted)
    let factors: [Double] = high / low < 200 ? [1, 2, 5] : [1]
    var ticks: [Tick] = []
    for exponent in exponents where exponent % every == 0 {
      for factor in factors {
        let value = factor * pow(10, Double(exponent))
        guard value >= low, value <= high else { continue }
        ticks.append(Tick(value: value, label: tickLabel(value, step: value)))
      }
    }
    return ticks
  }

  /// The range that holds curves without the few values (mostly the first) that would flatten
  /// everything else; empty without a value.
  package static func readable(_ values: some Sequence<Double>) -> [Double] {
    let sorted = values.filter(\.isFinite).sorted()
    guard let least = sorted.first, let most = sorted.last else { return [] }
    let margin = sorted.count / 50
    let (low, high) = (sorted[margin], sorted[sorted.count - 1 - margin])
    let width = max(high - low, abs(high) * 0.02, 1e-9)
    return [max(least, low - 0.35 * width), min(most, high + 0.35 * width)]
  }
}
