/// A condition over dotted keys, as in `--where 'loss.kind == "hinge" and g_loss < 1'`.
package struct Condition: Sendable {
  package let text: String
  private let expression: Expression

  package init(_ text: String) throws(ExpressionError) {
    self.text = text
    expression = try ExpressionParser.parse(text, .condition)
  }

  /// Every name the condition asks for.
  package var keys: Set<String> { expression.names }

  /// - Parameter value: what a key stands for, as text; nil where there is no such key, which makes
  ///   every comparison with it false.
  package func holds(_ value: (String) -> String?) throws(ExpressionError) -> Bool {
    try holds(values: { key in value(key).map { [$0] } ?? [] })
  }

  /// - Parameter values: the same for keys that may stand for several texts at once, as tags do: `==` and
  ///   `in` hold where one of them is meant, `!=` where none is.
  package func holds(values: (String) -> [String]) throws(ExpressionError) -> Bool {
    try holds(expression, values)
  }

  private func holds(
    _ expression: Expression, _ values: (String) -> [String]
  ) throws(ExpressionError) -> Bool {
    switch expression {
    case .not(let inner): return try !holds(inner, values)
    case .binary(.and, let left, let right, _):
      guard try holds(left, values) else { return false }
      return try holds(right, values)
    case .binary(.or, let left, let right, _):
      if try holds(left, values) { return true }
      return try holds(right, values)
    case .binary(let operation, .name(let name, _), let other, _)
    where operation.comparesTexts && other.texts != nil:
      return Self.areAmong(other.texts ?? [], values(name), unlike: operation == .unequal)
    case .binary(let operation, let other, .name(let name, _), _)
    where operation.comparesTexts && operation != .isIn && other.texts != nil:
      return Self.areAmong(other.texts ?? [], values(name), unlike: operation == .unequal)
    case .binary, .literal, .name, .list, .negate:
      if !expression.names.allSatisfy({ !values($0).isEmpty }) { return false }
      let result = try expression.evaluate { name, _ in
        Self.typed(values(name).joined(separator: ", "))
      }
      guard case .flag(let on) = result else {
        throw ExpressionError(
          message: "`\(text)` is no condition: compare with ==, !=, <, <=, >, >= or in", offset: 0)
      }
      return on
    }
  }

  /// A quoted text is compared letter by letter, whatever it reads as: `name == "007"`.
  private static func areAmong(_ texts: [String], _ values: [String], unlike: Bool) -> Bool {
    guard !values.isEmpty else { return false }
    return values.contains(where: texts.contains) != unlike
  }

  /// A text that reads as a number is one; `true` and `false` are conditions.
  private static func typed(_ text: String) -> ExpressionValue {
    switch text {
    case "true": return .flag(true)
    case "false": return .flag(false)
    case "nan", "-nan": return .number(.nan)
    case "inf": return .number(.infinity)
    case "-inf": return .number(-.infinity)
    case _:
      if case .value(let n) = NumberText.whole(text) { return .integer(n) }
      return NumberText.number(text).map(ExpressionValue.number) ?? .text(text)
    }
  }
}

extension Expression {
  /// What a literal text, or a list of nothing else, says; nil for everything else.
  fileprivate var texts: [String]? {
    switch self {
    case .literal(.text(let text)): return [text]
    case .list(let items):
      let texts = items.compactMap(\.texts).flatMap(\.self)
      return texts.count == items.count ? texts : nil
    case .literal, .name, .negate, .not, .binary: return nil
    }
  }
}

extension Expression.Operation {
  fileprivate var comparesTexts: Bool { [.equal, .unequal, .isIn].contains(self) }
}
