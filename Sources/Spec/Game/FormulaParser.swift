/// What is wrong with the text of a formula.
struct FormulaError: Error, Equatable {
  let message: String
  let label: String?
  /// Characters before the place in the text, and its own.
  let offset: Int
  let length: Int
}

/// Reads `to_horse(to_zebra(horses))`, `encoder(faces).mean`, `generator(z, label: y)`, `[a, b]` and
/// `(a, b)`: recursive descent, bounded in depth.
struct FormulaParser {
  static let maxLength = 1_000
  private static let maxDepth = 50
  private static let example = "such as generator(z) or encoder(faces).mean"

  private let scalars: [Unicode.Scalar]
  private let place: (_ offset: Int, _ length: Int) -> Origin
  private var position = 0
  private var depth = 0

  /// - Parameter place: where so many characters of the text stand.
  static func parse(
    _ text: String, place: @escaping (_ offset: Int, _ length: Int) -> Origin
  ) throws(FormulaError) -> LocatedFormula {
    let scalars = Array(text.unicodeScalars)
    guard scalars.count <= maxLength else {
      throw FormulaError(
        message: "a formula has at most \(maxLength) characters",
        label: "name parts of it in `values`",
        offset: 0, length: 1)
    }
    var parser = FormulaParser(scalars, place)
    let formula = try parser.formula()
    parser.skipSpace()
    guard parser.position == scalars.count else { throw parser.unexpected() }
    return formula
  }

  private init(_ scalars: [Unicode.Scalar], _ place: @escaping (Int, Int) -> Origin) {
    self.scalars = scalars
    self.place = place
  }

  /// A name, a call or a list, and the parts that are asked of it.
  private mutating func formula() throws(FormulaError) -> LocatedFormula {
    depth += 1
    guard depth <= Self.maxDepth else {
      throw error("nested more than \(Self.maxDepth) deep", label: "name parts of it in `values`")
    }
    defer { depth -= 1 }
    skipSpace()
    let start = position
    var result: LocatedFormula
    switch scalars[safe: position] {
    case "[":
      let parts = try list(until: "]")
      result = .joined(parts, at: place(start, 1))
    case "(":
      let parts = try list(until: ")")
      result =
        parts.count == 1
        ? parts[0]
        : LocatedFormula(.inputs(parts.map(\.formula)), at: place(start, 1), parts)
    default:
      let name = try name("a name")
      let origin = place(start, position - start)
      skipSpace()
      result =
        scalars[safe: position] == "("
        ? try call(name, at: origin) : LocatedFormula(.name(name), at: origin)
    }
    while take(".") {
      skipSpace()
      let part = position
      let name = try name("the name of a part")
      result = LocatedFormula(
        .part(result.formula, name), at: place(part, position - part), [result])
      skipSpace()
      if scalars[safe: position] == "(" {
        throw error(
          "only a network can be called, and `\(name)` is a part of a value",
          label: "write network(inputs).\(name)")
      }
    }
    return result
  }

  /// The inputs of a network, and the label among them.
  private mutating func call(
    _ network: String, at origin: Origin
  ) throws(FormulaError) -> LocatedFormula {
    let open = position
    position += 1
    var inputs: [LocatedFormula] = []
    var label: LocatedFormula?
    skipSpace()
    if scalars[safe: position] == ")" {
      throw FormulaError(
        message: "`\(network)` is called without an input", label: "such as \(network)(z)",
        offset: open, length: 2)
    }
    repeat {
      skipSpace()
      let start = position
      if let key = try keyword() {
        let length = position - start
        guard key == "label" else {
          throw FormulaError(
            message: "unknown `\(key):` in a call",
            label: "inputs go by their order; only `label:` is named",
            offset: start, length: length)
        }
        guard label == nil else {
          throw FormulaError(
            message: "`label:` twice in a call", label: "a call takes one label", offset: start,
            length: length)
        }
        label = try formula()
      } else {
        inputs.append(try formula())
      }
      skipSpace()
    } while take(",")
    try close(")", opened: open)
    guard !inputs.isEmpty else {
      throw FormulaError(
        message: "`\(network)` is called with a label alone",
        label: "such as \(network)(z, label: y)",
        offset: open, length: 1)
    }
    return LocatedFormula(
      .call(network: network, inputs.map(\.formula), label: label?.formula), at: origin,
      inputs + [label].compactMap(\.self))
  }

  /// `label:`; nil, with nothing taken, where a formula begins.
  private mutating func keyword() throws(FormulaError) -> String? {
    let start = position
    while let c = scalars[safe: position], Self.isLetter(c) || Self.isDigit(c) { position += 1 }
    let end = position
    skipSpace()
    guard end > start, take(":") else {
      position = start
      return nil
    }
    return text(start..<end)
  }

  private mutating func list(until closing: Unicode.Scalar) throws(FormulaError) -> [LocatedFormula]
  {
    let open = position
    position += 1
    var parts: [LocatedFormula] = []
    repeat {
      parts.append(try formula())
      skipSpace()
    } while take(",")
    try close(closing, opened: open)
    return parts
  }

  private mutating func close(
    _ closing: Unicode.Scalar, opened open: Int
  ) throws(FormulaError) {
    if take(closing) { return }
    guard position < scalars.count else {
      throw FormulaError(
        message: "this `\(scalars[open])` is never closed",
        label: "inside of { } and [ ] a comma ends a value: quote the formula", offset: open,
        length: 1)
    }
    throw unexpected()
  }

  private mutating func name(_ what: String) throws(FormulaError) -> String {
    let start = position
    if let first = scalars[safe: position], Self.isLetter(first) {
      while let c = scalars[safe: position], Self.isLetter(c) || Self.isDigit(c) { position += 1 }
      return text(start..<position)
    }
    guard position < scalars.count else {
      throw FormulaError(
        message: "the formula ends where \(what) is expected", label: Self.example,
        offset: max(0, position - 1), length: 1)
    }
    throw error("expected \(what), found `\(scalars[position])`", label: Self.example)
  }

  /// What to say of a character that cannot stand where it does.
  private func unexpected() -> FormulaError {
    let c = scalars[position]
    if Self.isLetter(c) || Self.isDigit(c) || c == "(" || c == "[" {
      return error("expected `,` or the end, found `\(c)`", label: "parts are separated by commas")
    }
    if c == ")" || c == "]" { return error("this `\(c)` closes nothing", label: nil) }
    if "+-*/".unicodeScalars.contains(c) {
      return error(
        "a formula does not compute with `\(c)`", label: "weights stand in terms and moves")
    }
    return error("did not expect `\(c)`", label: nil)
  }

  private func error(_ message: String, label: String?) -> FormulaError {
    FormulaError(message: message, label: label, offset: position, length: 1)
  }

  private func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[range])
    return String(view)
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard scalars[safe: position] == scalar else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let c = scalars[safe: position], c == " " || c == "\t" || c == "\n" { position += 1 }
  }

  private static func isLetter(_ c: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(c) || ("A"..."Z").contains(c) || c == "_"
  }

  private static func isDigit(_ c: Unicode.Scalar) -> Bool { ("0"..."9").contains(c) }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
