import Foundation
import Spec

/// Numbers as people and programs are told them; nothing else here turns one into text.
enum NumberFormat {
  /// Four significant digits; whole numbers whole. Enough to tell runs apart, no more.
  static func short(_ x: Double, digits: Int = 4) -> String {
    guard x.isFinite else { return minus(exact(x)) }
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
    guard digits <= 8, abs(s.mean) < 1e7, deviation < 1e7 else {
      return "\(short(s.mean)) ± \(short(deviation, digits: 2))\(count)"
    }
    return minus(String(format: "%.\(digits)f ± %.\(digits)f", s.mean, deviation)) + count
  }

  /// All digits, for files: reading it back gives the same number. Whole numbers are whole; what is not
  /// finite is `inf`, `-inf` or `nan`, as in losses.csv.
  static func exact(_ x: Double) -> String {
    if x.isNaN { return "nan" }
    guard x == x.rounded(), abs(x) < 1e15 else { return "\(x)" }
    return "\(Int(x))"
  }

  /// A value of a spec for people: a number that is not whole with at most four significant digits, all else
  /// as it is written.
  static func setting(_ text: String) -> String {
    let isWhole = text.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: "-") }
    let isDecimal = text.utf8.allSatisfy { (48...57).contains($0) || ".eE+-".utf8.contains($0) }
    guard !isWhole, isDecimal, let x = Double(text), x.isFinite else { return text }
    return scientific(String(format: "%.4g", x)).replacing(".e", with: "e")
  }

  /// To the nearest whole number, however large.
  static func rounded(_ x: Double) -> String {
    abs(x) < 1e15 ? exact(x.rounded()) : short(x)
  }

  private static func minus(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }

  /// `1.0e-05` → `1.0e-5`
  private static func scientific(_ text: String) -> String {
    text.replacing("e-0", with: "e-").replacing("e+0", with: "e").replacing("e+", with: "e")
  }
}

extension JSON {
  /// A measured number. JSON has none that are not finite: those are the words that losses.csv has for
  /// them, so that they are not taken for what was never measured.
  init(measured x: Double) {
    self =
      x.isFinite
      ? Int(exactly: x).map(JSON.integer) ?? .number(x) : .text(NumberFormat.exact(x))
  }

  /// A number for a chart, which shows less than six digits.
  package init(plotted x: Double) {
    let scale = x.isFinite && x != 0 ? pow(10, 5 - log10(abs(x)).rounded(.down)) : 1
    let short = (x * scale).rounded() / scale
    self = .number(scale.isFinite && short.isFinite ? short : x)
  }

  /// A setting for a chart, which knows numbers and words only.
  package init(plotted setting: String) {
    let value = JSON(setting: setting)
    self =
      switch value {
      case .integer, .number: value
      case .text, .flag, .null, .list, .object: .text(setting)
      }
  }

  /// A value of a spec or of another file of a run, of which only the text is known: a number, a flag or
  /// a list where JSON would write it so, else the text.
  init(setting text: String) {
    guard let first = text.utf8.first, text.utf8.count < 10_000,
      first == UInt8(ascii: "[") || first == UInt8(ascii: "-") || first == UInt8(ascii: "t")
        || first == UInt8(ascii: "f") || first == UInt8(ascii: "n")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
      let value = try? JSON(parsing: Array(text.utf8)), !value.isRounded(text)
    else {
      self = .text(text)
      return
    }
    self = value
  }

  /// Whether a whole number had to be made shorter: a digest may have no letters.
  private func isRounded(_ text: String) -> Bool {
    if case .number = self { !text.utf8.contains { ".eE".utf8.contains($0) } } else { false }
  }
}
