/// Arithmetic over `params`, and conditions over a spec. Nothing else: no functions, no
/// environment.
package indirect enum Expression: Sendable {
  package enum Operation: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case and
    case or
  }

  case literal(ExpressionValue)
  /// `offset` counts the characters before the name.
  case name(String, offset: Int)
  case list([Expression])
  case negate(Expression, offset: Int)
  case not(Expression)
  case binary(Operation, Expression, Expression, offset: Int)
}

package enum ExpressionValue: Hashable, Sendable {
  case integer(Int)
  case number(Double)
  case text(String)
  case flag(Bool)
  case list([ExpressionValue])

  /// As it would be written.
  package var text: String {
    switch self {
    case .integer(let n): "\(n)"
    case .number(let x): numberText(x)
    case .text(let text): text
    case .flag(let on): on ? "true" : "false"
    case .list(let items): "[\(items.map(\.text).joined(separator: ", "))]"
    }
  }

  var asNumber: Double? {
    switch self {
    case .integer(let n): Double(n)
    case .number(let x): x
    case .text, .flag, .list: nil
    }
  }
}

package struct ExpressionError: Error, Equatable {
  package let message: String
  /// Characters before the place in the expression.
  package let offset: Int
}
