import Spec

/// The same number everywhere.
package struct ConstantInitializer: Initializer {
  static let value = Field.number("value", "The number")
  package static let declaration = Declaration(
    "constant", "The same number everywhere", fields: [value.declaration],
    shorthand: "value", example: "linear: {weight: he, bias: {constant: 0}}")

  let value: Double

  package init(_ record: Record) { value = record[Self.value] }

  package func initialValue(of kind: ParameterKind, _ fans: Fans) -> InitialValue {
    .constant(value)
  }
}
