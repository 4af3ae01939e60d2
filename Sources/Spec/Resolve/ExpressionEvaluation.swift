import CLibrary

extension Expression {
  typealias Lookup = (_ name: String, _ offset: Int) throws(ExpressionError) -> ExpressionValue

  /// Whole numbers stay whole except under `/`; `//` and `%` round towards minus infinity.
  func evaluate(_ lookup: Lookup) throws(ExpressionError) -> ExpressionValue {
    switch self {
    case .literal(let value): return value
    case .name(let name, let offset): return try lookup(name, offset)
    case .list(let items):
      var values: [ExpressionValue] = []
      for item in items { values.append(try item.evaluate(lookup)) }
      return .list(values)
    case .negate(let inner, let offset):
      switch try inner.evaluate(lookup) {
      case .integer(let n): return try Self.whole(0.subtractingReportingOverflow(n), offset)
      case .number(let x): return .number(-x)
      case .text, .flag, .list:
        throw ExpressionError(message: "`-` wants a number", offset: offset)
      }
    case .not(let inner):
      guard case .flag(let on) = try inner.evaluate(lookup) else {
        throw ExpressionError(message: "`not` wants a condition", offset: 0)
      }
      return .flag(!on)
    case .binary(let operation, let left, let right, let offset):
      let a = try left.evaluate(lookup)
      let b = try right.evaluate(lookup)
      return try Self.apply(operation, a, b, offset)
    }
  }

  private static func apply(
    _ operation: Operation, _ a: ExpressionValue, _ b: ExpressionValue, _ offset: Int
  ) throws(ExpressionError) -> ExpressionValue {
    switch operation {
    case .and, .or:
      guard case .flag(let p) = a, case .flag(let q) = b else {
        throw ExpressionError(
          message: "`\(operation.rawValue)` wants two conditions", offset: offset)
      }
      return .flag(operation == .and ? p && q : p || q)
    case .isIn:
      guard case .list(let items) = b else {
        throw ExpressionError(message: "`in` wants a list behind it", offset: offset)
      }
      return .flag(items.contains { isEqual($0, a) })
    case .equal: return .flag(isEqual(a, b))
    case .unequal: return .flag(!isEqual(a, b))
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract, .multiply, .divide,
      .floorDivide, .remainder, .power:
      if case .integer(let m) = a, case .integer(let n) = b {
        return try applyWhole(operation, m, n, offset)
      }
      guard let x = a.asNumber, let y = b.asNumber else {
        let text = (a.asNumber == nil ? a : b).text.abbreviated
        throw ExpressionError(
          message: "`\(operation.rawValue)` wants two numbers, found `\(text)`", offset: offset)
      }
      return try applyNumber(operation, x, y, offset)
    }
  }

  private static func isEqual(_ a: ExpressionValue, _ b: ExpressionValue) -> Bool {
    if let x = a.asNumber, let y = b.asNumber { return x == y }
    return a == b
  }

  private static func applyWhole(
    _ operation: Operation, _ m: Int, _ n: Int, _ offset: Int
  ) throws(ExpressionError) -> ExpressionValue {
    switch operation {
    case .add: return try whole(m.addingReportingOverflow(n), offset)
    case .subtract: return try whole(m.subtractingReportingOverflow(n), offset)
    case .multiply: return try whole(m.multipliedReportingOverflow(by: n), offset)
    case .floorDivide, .remainder:
      guard n != 0 else { throw ExpressionError(message: "division by zero", offset: offset) }
      let quotient = m.dividedReportingOverflow(by: n)
      guard !quotient.overflow else { return try whole(quotient, offset) }
      let remainder = m % n
      let isBelow = remainder != 0 && (remainder < 0) != (n < 0)
      if operation == .floorDivide { return .integer(quotient.partialValue - (isBelow ? 1 : 0)) }
      return .integer(remainder + (isBelow ? n : 0))
    case .power where n >= 0:
      var (result, base, exponent) = (1, m, n)
      while exponent > 0 {
        if exponent & 1 == 1 {
          let product = result.multipliedReportingOverflow(by: base)
          guard !product.overflow else { return try whole(product, offset) }
          result = product.partialValue
        }
        exponent >>= 1
        guard exponent > 0 else { break }
        let square = base.multipliedReportingOverflow(by: base)
        guard !square.overflow else { return try whole(square, offset) }
        base = square.partialValue
      }
      return .integer(result)
    case .less: return .flag(m < n)
    case .lessOrEqual: return .flag(m <= n)
    case .greater: return .flag(m > n)
    case .greaterOrEqual: return .flag(m >= n)
    case .power, .divide, .equal, .unequal, .isIn, .and, .or:
      return try applyNumber(operation, Double(m), Double(n), offset)
    }
  }

  private static func applyNumber(
    _ operation: Operation, _ x: Double, _ y: Double, _ offset: Int
  ) throws(ExpressionError) -> ExpressionValue {
    let result: Double
    switch operation {
    case .add: result = x + y
    case .subtract: result = x - y
    case .multiply: result = x * y
    case .divide, .floorDivide, .remainder:
      guard y != 0 else { throw ExpressionError(message: "division by zero", offset: offset) }
      let quotient = operation == .divide ? x / y : (x / y).rounded(.down)
      result = operation == .remainder ? x - quotient * y : quotient
    case .power: result = pow(x, y)
    case .less: return .flag(x < y)
    case .lessOrEqual: return .flag(x <= y)
    case .greater: return .flag(x > y)
    case .greaterOrEqual: return .flag(x >= y)
    case .equal, .unequal, .isIn, .and, .or: return .flag(operation == .equal ? x == y : x != y)
    }
    guard result.isFinite else {
      throw ExpressionError(message: "the result is not a finite number", offset: offset)
    }
    return .number(result)
  }

  private static func whole(
    _ result: (partialValue: Int, overflow: Bool), _ offset: Int
  ) throws(ExpressionError) -> ExpressionValue {
    guard !result.overflow else {
      throw ExpressionError(message: "the result is too large for a whole number", offset: offset)
    }
    return .integer(result.partialValue)
  }
}
