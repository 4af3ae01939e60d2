/// How numbers, counts and amounts are written, whatever YAML would guess.
enum NumberText {
  /// `2e-4`, `40_000`, `-.5`, `+1`; never `nan`, `inf` or hexadecimal. nil: this is not a number,
  /// or none that a Double holds.
  static func number(_ text: String) -> Double? {
    guard let digits = shape(text, allowsFraction: true), let x = Double(digits), x.isFinite else {
      return nil
    }
    let mantissa = digits.prefix { $0 != "e" && $0 != "E" }
    if x == 0, mantissa.contains(where: { ("1"..."9").contains($0) }) { return nil }
    return x
  }

  enum Whole: Equatable {
    case value(Int)
    /// `010`: ten to a reader, eight to YAML 1.1.
    case ambiguous(String)
    case tooLarge
    case fractional
    case notANumber
  }

  /// `512`, `40_000`, `1e5`, `2.0`.
  static func whole(_ text: String) -> Whole {
    if let digits = shape(text, allowsFraction: false) {
      let magnitude = digits.drop { $0 == "-" || $0 == "+" }
      if magnitude.count > 1, magnitude.first == "0" {
        let plain = magnitude.drop { $0 == "0" }
        return .ambiguous((digits.hasPrefix("-") ? "-" : "") + (plain.isEmpty ? "0" : plain))
      }
      return Int(digits).map(Whole.value) ?? .tooLarge
    }
    guard let digits = shape(text, allowsFraction: true) else { return .notANumber }
    guard let x = Double(digits), x.isFinite else { return .tooLarge }
    guard x.rounded() == x, number(text) != nil else { return .fractional }
    return abs(x) <= 0x1p53 ? .value(Int(x)) : .tooLarge
  }

  /// A count with an optional `k` or `M`: `10k`, `1.5M`. Whole and at least 1.
  static func count(_ text: some StringProtocol) -> Int? {
    var digits = String(text)
    var factor = 1.0
    if digits.hasSuffix("k") { factor = 1_000 }
    if digits.hasSuffix("M") { factor = 1_000_000 }
    if factor > 1 { digits.removeLast() }
    guard let x = number(digits) else { return nil }
    let n = (x * factor * 1_000_000).rounded() / 1_000_000
    guard n >= 1, n <= 0x1p53, n.rounded() == n else { return nil }
    return Int(n)
  }

  /// The text without underscores if it has the form of a number.
  private static func shape(_ text: String, allowsFraction: Bool) -> String? {
    guard text.utf8.count <= 400 else { return nil }
    var out = ""
    var rest = text.utf8[...]
    func digits() -> Bool {
      let begin = out.utf8.count
      while let c = rest.first, isDigit(c) || c == UInt8(ascii: "_") {
        rest.removeFirst()
        if isDigit(c) {
          out.unicodeScalars.append(Unicode.Scalar(c))
        } else if out.utf8.count == begin || rest.first.map(isDigit) != true {
          return false
        }
      }
      return out.utf8.count > begin
    }
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      rest.removeFirst()
      if sign == UInt8(ascii: "-") { out += "-" }
    }
    let hasWhole = digits()
    if allowsFraction, rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      if !hasWhole { out += "0" }
      out += "."
      let hasFraction = digits()
      guard hasWhole || hasFraction else { return nil }
      if !hasFraction { out += "0" }
    } else if !hasWhole {
      return nil
    }
    if allowsFraction, let e = rest.first, e == UInt8(ascii: "e") || e == UInt8(ascii: "E") {
      rest.removeFirst()
      out += "e"
      if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        rest.removeFirst()
        out.unicodeScalars.append(Unicode.Scalar(sign))
      }
      guard digits() else { return nil }
    }
    return rest.isEmpty ? out : nil
  }

  private static func isDigit(_ c: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= c }
}
