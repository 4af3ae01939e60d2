// Numbers as text, the same on every machine.

/// A number with so many decimals; one too large for that as Swift writes it, `1.5e+26`.
package func fixed(_ value: Double, decimals: Int = 2, trimmed: Bool = true) -> String {
  let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
  guard abs(value) * scale < 1e15 else { return "\(value)" }
  let units = Int((abs(value) * scale).rounded())
  let sign = value < 0 && units > 0 ? "-" : ""
  let (whole, rest) = units.quotientAndRemainder(dividingBy: Int(scale))
  var fraction = padded(rest, decimals)
  if trimmed { while fraction.hasSuffix("0") { fraction.removeLast() } }
  return decimals == 0 || fraction.isEmpty ? "\(sign)\(whole)" : "\(sign)\(whole).\(fraction)"
}

/// With zeros in front.
package func padded(_ value: Int, _ digits: Int) -> String {
  let text = String(value)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}

/// `8,390`
package func grouped(_ value: Int) -> String {
  var text = ""
  for (index, digit) in String(value).reversed().enumerated() {
    if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}

package enum Duration {
  /// `45 s`, `24 min`, `3 h 05 min`.
  package static func words(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "a long time" }
    let whole = Int(max(seconds, 0).rounded())
    if whole < 100 { return "\(whole) s" }
    let minutes = (whole + 30) / 60
    if minutes < 100 { return "\(minutes) min" }
    return "\(minutes / 60) h \(padded(minutes % 60, 2)) min"
  }
}
