import CLibrary

/// A path and what it may be.
struct SweepAxis: Sendable {
  enum Values: Sendable {
    /// With the weights of a draw; a grid takes every value.
    case list([YAMLNode], weights: [Double]?)
    case range(SweepRange)
  }
  let path: String
  let origin: Origin
  let values: Values

  /// nil: a range, of which there is no counting.
  var count: Int? { if case .list(let values, _) = values { values.count } else { nil } }

  /// - Parameter number: uniform in [0, 1).
  func value(drawing number: Double) -> YAMLNode {
    switch values {
    case .range(let range): return .plain(range.text(drawing: number), at: origin)
    case .list(let values, let weights):
      let weights = weights ?? [Double](repeating: 1, count: values.count)
      var left = number * weights.reduce(0, +)
      for (value, weight) in zip(values, weights) {
        left -= weight
        if left < 0 { return value }
      }
      return values[values.count - 1]
    }
  }
}

/// Numbers between two ends, even in their values or in their logarithms.
struct SweepRange: Sendable {
  let low: Double
  let high: Double
  let isLogarithmic: Bool
  /// nil: any number; else whole multiples of it above `low`.
  let step: Double?

  /// - Parameter number: uniform in [0, 1).
  func text(drawing number: Double) -> String {
    // A multiple at an end of the range is as likely as one in the middle.
    let (from, to) = step.map { (low - $0 / 2, high + $0 / 2) } ?? (low, high)
    let value: Double
    if isLogarithmic {
      let start = step == nil ? low : max(from, low / 2)
      value = start * pow(to / start, number)
    } else {
      value = from + (to - from) * number
    }
    return text(of: value)
  }

  /// The nearest value that the range has.
  func text(of number: Double) -> String {
    var value = number
    if let step { value = low + ((value - low) / step).rounded() * step }
    value = min(max(value, low), high)
    // Twelve digits: 0.1 and not 0.1 + 1e-17, whatever the steps add up to.
    let digits = value == 0 ? 1 : pow(10, 12 - ceil(log10(abs(value))))
    let short = digits.isFinite && digits > 0 ? (value * digits).rounded() / digits : value
    return numberText(step == nil ? value : short)
  }
}

/// SplitMix64 (Steele et al. 2014): the same draws on every machine.
struct SweepDraws {
  private var state: UInt64

  /// Each axis has numbers of its own, so that one more axis, or one more trial, changes no other.
  init(seed: UInt64, path: String, draw: Int) {
    // FNV-1a.
    let name = path.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    state = seed &* 0x9E37_79B9_7F4A_7C15 ^ name ^ UInt64(draw) &* 0xD1B5_4A32_D192_ED03
    _ = next()
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  /// Uniform in [0, 1).
  mutating func number() -> Double { Double(next() >> 11) * 0x1p-53 }
}
