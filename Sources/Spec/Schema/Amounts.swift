/// Numbers with a unit, read and written.
package enum Amounts {
  static func read(_ text: String, as kind: FieldKind) -> FieldValue? {
    switch kind {
    case .length:
      guard let (n, unit) = counted(text) else { return nil }
      switch unit {
      case "epoch", "epochs": return .length(.epochs(n))
      case "step", "steps": return .length(.steps(n))
      case "image", "images": return .length(.images(n))
      default: return nil
      }
    case .period:
      var text = text[...]
      if text.hasPrefix("every ") { text = text.dropFirst(6) }
      guard let (n, unit) = counted(String(text)) else { return nil }
      switch unit {
      case "epoch", "epochs": return .period(.epochs(n))
      case "step", "steps": return .period(.steps(n))
      default: return nil
      }
    case .grid:
      let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { side in
        NumberText.whole(String(side.filter { $0 != " " }))
      }
      guard sides.count == 2, case .value(let rows) = sides[0], case .value(let columns) = sides[1],
        (1...1_000).contains(rows), (1...1_000).contains(columns)
      else { return nil }
      return .grid(Grid(rows: rows, columns: columns))
    case .duration: return seconds(text).map { .duration(seconds: $0) }
    case .bytes: return bytes(text).map { .bytes($0) }
    default: return nil
    }
  }

  /// What a hint says of an amount that cannot be read.
  static func hint(_ text: String, as kind: FieldKind) -> String? {
    if let meant = suggestion(for: text, as: kind) { return "did you mean `\(meant)`?" }
    guard let n = NumberText.count(text) else { return nil }
    switch kind {
    case .length, .period:
      return n > 1000
        ? "did you mean `\(counted(n)) steps`?" : "write `\(n) epochs` or `\(n) steps`"
    case .duration: return "write `\(n)h`, `\(n) min` or `\(n) s`"
    case .bytes: return "write `\(n) MB` or `\(n) GB`"
    default: return nil
    }
  }

  /// A length or a period whose unit has another name here: `20k images` for `20 kimg`, `300 steps` for `300it`.
  static func suggestion(for text: String, as kind: FieldKind) -> String? {
    var text = text.trimmingPrefix("every ")[...]
    let number = text.prefix { $0.isASCII && ($0.isNumber || "._".contains($0)) }
    text = text.dropFirst(number.count)
    let exponent = text.prefixMatch(of: /[eE][0-9]+|[kM](?![A-Za-z])/).map { String($0.0) } ?? ""
    let word = text.dropFirst(exponent.count).filter { $0 != " " && $0 != "\t" }
    guard let n = NumberText.count(number + exponent), let (unit, factor) = Synonyms.unit(word),
      !n.multipliedReportingOverflow(by: factor).overflow
    else { return nil }
    let suggestion = "\(counted(n * factor)) \(unit)"
    return read(suggestion, as: kind) == nil ? nil : suggestion
  }

  /// `20k`, `5M`, `1234`.
  private static func counted(_ n: Int) -> String {
    for (size, sign) in [(1_000_000, "M"), (1000, "k")] where n >= 10 * size && n % size == 0 {
      return "\(n / size)\(sign)"
    }
    return "\(n)"
  }

  static func text(_ length: TrainingLength) -> String {
    switch length {
    case .epochs(let n): counted(n, "epoch")
    case .steps(let n): counted(n, "step")
    case .images(let n): counted(n, "image")
    }
  }

  static func text(_ period: Period) -> String {
    switch period {
    case .epochs(let n): counted(n, "epoch")
    case .steps(let n): counted(n, "step")
    }
  }

  private static func counted(_ n: Int, _ unit: String) -> String {
    "\(n) \(unit)" + (n == 1 ? "" : "s")
  }

  /// `10k steps` → (10000, "steps")
  private static func counted(_ text: String) -> (Int, Substring)? {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
    guard words.count == 2, let n = NumberText.count(words[0]) else { return nil }
    return (n, words[1])
  }

  /// `2h`, `90 min`, `1h 30m`
  package static func seconds(_ text: String) -> Double? {
    var total = 0.0
    var rest = text.filter { $0 != " " }[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(unit.count)
      let factor: Double
      switch unit {
      case "s", "sec", "second", "seconds": factor = 1
      case "m", "min", "minute", "minutes": factor = 60
      case "h", "hour", "hours": factor = 3_600
      case "d", "day", "days": factor = 86_400
      default: return nil
      }
      guard let x = NumberText.number(String(digits)) else { return nil }
      total += x * factor
    }
    return total > 0 && total <= 1e9 ? total : nil
  }

  /// `2GB`, `500 MB`, `1.5GiB`
  package static func bytes(_ text: String) -> Int? {
    let text = text.filter { $0 != " " }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "_") }
    let factor: Double
    switch text.dropFirst(digits.count) {
    case "B": factor = 1
    case "kB", "KB": factor = 1e3
    case "MB": factor = 1e6
    case "GB": factor = 1e9
    case "TB": factor = 1e12
    case "KiB": factor = 0x1p10
    case "MiB": factor = 0x1p20
    case "GiB": factor = 0x1p30
    case "TiB": factor = 0x1p40
    default: return nil
    }
    guard let x = NumberText.number(String(digits)), x * factor <= 0x1p53 else { return nil }
    return Int((x * factor).rounded())
  }
}
