import CLibrary

// The numbers along an axis: short, and different from their neighbours.

/// `12k`, `1.5M`, `0.25`, `2e-6`
///
/// - Parameter step: from one tick to the next, which says how many digits count.
func tickLabel(_ value: Double, step: Double) -> String {
  let size = abs(value)
  guard value.isFinite, size >= 1e-12 * max(step, 1) || size >= step / 2 else { return "0" }
  let digits = decimals(of: step)
  let sign = value < 0 ? "−" : ""
  if size >= 1e9 || size < 1e-4 {
    let exponent = exponent(of: size)
    // So many digits behind the first as the step is smaller than the value.
    let more = min(max(0, exponent + digits), 8)
    return sign + plain(size / pow(10, Double(exponent)), more, trimmed: true) + "e\(exponent)"
  }
  if size >= 1e6, digits <= 0 { return sign + plain(size / 1e6, 6, trimmed: true) + "M" }
  if size >= 1e4, digits <= 0 { return sign + plain(size / 1e3, 3, trimmed: true) + "k" }
  return sign + plain(size, min(max(0, digits), 8), trimmed: false)
}

/// Such that 10^exponent is not above the value.
private func exponent(of size: Double) -> Int { Int((log10(size) + 1e-12).rounded(.down)) }

/// Digits behind the point that tell multiples of a step apart; below zero for steps of tens.
private func decimals(of step: Double) -> Int {
  let power = exponent(of: step)
  let first = step / pow(10, Double(power))
  return -power + (abs(first - first.rounded()) > 1e-6 ? 1 : 0)
}

/// - Parameter size: not negative, below 1e9.
private func plain(_ size: Double, _ decimals: Int, trimmed: Bool) -> String {
  let scale = (0..<decimals).reduce(1) { scale, _ in scale * 10 }
  let units = Int((size * Double(scale)).rounded())
  var fraction = String(units % scale)
  fraction = String(repeating: "0", count: max(0, decimals - fraction.count)) + fraction
  if trimmed { while fraction.hasSuffix("0") { fraction.removeLast() } }
  return decimals == 0 || fraction.isEmpty ? "\(units / scale)" : "\(units / scale).\(fraction)"
}
