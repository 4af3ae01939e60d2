/// Recursive descent, bounded in depth. Weakest to strongest: `or`, `and`, `not`, comparison,
/// `+ -`, `* / // %`, sign, `**`.
struct ExpressionParser {
  enum Grammar { case arithmetic, condition }

  static let maxLength = 1_000
  private static let maxDepth = 50

  private let scalars: [Unicode.Scalar]
  private let grammar: Grammar
  private var position = 0
  private var depth = 0

  static func parse(_ text: String, _ grammar: Grammar) throws(ExpressionError) -> Expression {
    let scalars = Array(text.unicodeScalars)
    guard scalars.count <= maxLength else {
      throw ExpressionError(
        message: "an expression has at most \(maxLength) characters", offset: 0)
    }
    var parser = ExpressionParser(scalars: scalars, grammar: grammar)
    let expression = try grammar == .arithmetic ? parser.sum() : parser.or()
    parser.skipSpace()
    guard parser.position == scalars.count else {
      throw parser.error("did not expect `\(parser.scalars[parser.position])`")
    }
    return expression
  }

  private init(scalars: [Unicode.Scalar], grammar: Grammar) {
    self.scalars = scalars
    self.grammar = grammar
  }

  private mutating func nested<T>(
    _ body: (inout ExpressionParser) throws(ExpressionError) -> T
  ) throws(ExpressionError) -> T {
    depth += 1
    guard depth <= Self.maxDepth else {
      throw error("nested more than \(Self.maxDepth) deep")
    }
    let result = try body(&self)
    depth -= 1
    return result
  }

  private mutating func or() throws(ExpressionError) -> Expression {
    var left = try and()
    while let offset = take(word: "or") { left = .binary(.or, left, try and(), offset: offset) }
    return left
  }

  private mutating func and() throws(ExpressionError) -> Expression {
    var left = try not()
    while let offset = take(word: "and") { left = .binary(.and, left, try not(), offset: offset) }
    return left
  }

  private mutating func not() throws(ExpressionError) -> Expression {
    guard take(word: "not") != nil else { return try comparison() }
    return .not(try nested { parser throws(ExpressionError) in try parser.not() })
  }

  private mutating func comparison() throws(ExpressionError) -> Expression {
    let left = try sum()
    if let offset = take(word: "in") { return .binary(.isIn, left, try sum(), offset: offset) }
    let start = position
    if let offset = take(word: "not") {
      guard take(word: "in") != nil else {
        position = start
        return left
      }
      return .not(.binary(.isIn, left, try sum(), offset: offset))
    }
    for operation: Expression.Operation in [
      .equal, .unequal, .lessOrEqual, .greaterOrEqual, .less, .greater,
    ] {
      if let offset = take(operation.rawValue) {
        return .binary(operation, left, try sum(), offset: offset)
      }
    }
    return left
  }

  private mutating func sum() throws(ExpressionError) -> Expression {
    var left = try product()
    while true {
      if let offset = take("+") {
        left = .binary(.add, left, try product(), offset: offset)
      } else if let offset = take("-") {
        left = .binary(.subtract, left, try product(), offset: offset)
      } else {
        return left
      }
    }
  }

  private mutating func product() throws(ExpressionError) -> Expression {
    var left = try signed()
    while true {
      if peek("**") { return left }
      if let offset = take("*") {
        left = .binary(.multiply, left, try signed(), offset: offset)
      } else if let offset = take("//") {
        left = .binary(.floorDivide, left, try signed(), offset: offset)
      } else if let offset = take("/") {
        left = .binary(.divide, left, try signed(), offset: offset)
      } else if let offset = take("%") {
        left = .binary(.remainder, left, try signed(), offset: offset)
      } else {
        return left
      }
    }
  }

  private mutating func signed() throws(ExpressionError) -> Expression {
    if let offset = take("-") {
      return .negate(
        try nested { parser throws(ExpressionError) in try parser.signed() }, offset: offset)
    }
    if take("+") != nil {
      return try nested { parser throws(ExpressionError) in try parser.signed() }
    }
    let base = try primary()
    guard let offset = take("**") else { return base }
    let exponent = try nested { parser throws(ExpressionError) in try parser.signed() }
    return .binary(.power, base, exponent, offset: offset)
  }

  private mutating func primary() throws(ExpressionError) -> Expression {
    skipSpace()
    guard let c = current else { throw error("the expression ends too early") }
    if c == "(" {
      position += 1
      let inner = try nested { parser throws(ExpressionError) in
        try parser.grammar == .arithmetic ? parser.sum() : parser.or()
      }
      guard take(")") != nil else { throw error("expected `)`") }
      return inner
    }
    if isDigit(c) || c == "." { return try number() }
    if isLetter(c) { return name() }
    if grammar == .condition {
      if c == "\"" || c == "'" { return try quoted(c) }
      if c == "[" { return try list() }
    }
    throw error("did not expect `\(c)`")
  }

  private mutating func number() throws(ExpressionError) -> Expression {
    let start = position
    while let c = current, isDigit(c) || isLetter(c) || c == "." || isSignOfExponent(at: position) {
      position += 1
    }
    let text = string(start..<position)
    switch NumberText.whole(text) {
    case .value(let n) where !text.contains(where: { ".eE".contains($0) }):
      return .literal(.integer(n))
    case .value, .fractional, .tooLarge, .ambiguous, .notANumber:
      guard let x = NumberText.number(text) else {
        throw ExpressionError(message: "`\(text.abbreviated)` is not a number", offset: start)
      }
      return .literal(.number(x))
    }
  }

  private func isSignOfExponent(at index: Int) -> Bool {
    (scalars[index] == "-" || scalars[index] == "+")
      && (scalars[index - 1] == "e" || scalars[index - 1] == "E")
  }

  private mutating func name() -> Expression {
    let start = position
    while let c = current,
      isLetter(c) || isDigit(c) || grammar == .condition && (c == "." || c == "[" || c == "]")
    {
      position += 1
    }
    let text = string(start..<position)
    if grammar == .condition, text == "true" || text == "false" {
      return .literal(.flag(text == "true"))
    }
    return .name(text, offset: start)
  }

  private mutating func quoted(_ quote: Unicode.Scalar) throws(ExpressionError) -> Expression {
    let start = position
    position += 1
    while let c = current, c != quote { position += 1 }
    guard current == quote else {
      throw ExpressionError(message: "this quote is never closed", offset: start)
    }
    position += 1
    return .literal(.text(string(start + 1..<position - 1)))
  }

  private mutating func list() throws(ExpressionError) -> Expression {
    position += 1
    var items: [Expression] = []
    if take("]") != nil { return .list([]) }
    repeat {
      items.append(try nested { parser throws(ExpressionError) in try parser.or() })
    } while take(",") != nil
    guard take("]") != nil else { throw error("expected `,` or `]`") }
    return .list(items)
  }

  // MARK: characters

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func skipSpace() {
    while let c = current, c == " " || c == "\n" || c == "\t" { position += 1 }
  }

  private mutating func peek(_ symbol: String) -> Bool {
    skipSpace()
    return scalars[position...].starts(with: symbol.unicodeScalars)
  }

  /// The offset of the symbol if it stands here; the position is then behind it.
  private mutating func take(_ symbol: String) -> Int? {
    guard peek(symbol) else { return nil }
    defer { position += symbol.unicodeScalars.count }
    return position
  }

  private mutating func take(word: String) -> Int? {
    guard grammar == .condition, peek(word) else { return nil }
    let end = position + word.unicodeScalars.count
    if end < scalars.count, isLetter(scalars[end]) || isDigit(scalars[end]) { return nil }
    defer { position = end }
    return position
  }

  private func string(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[range])
    return String(view)
  }

  private func error(_ message: String) -> ExpressionError {
    ExpressionError(message: message, offset: position)
  }

  private func isDigit(_ c: Unicode.Scalar) -> Bool { ("0"..."9").contains(c) }

  private func isLetter(_ c: Unicode.Scalar) -> Bool {
    ("a"..."z").contains(c) || ("A"..."Z").contains(c) || c == "_"
  }
}
