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
