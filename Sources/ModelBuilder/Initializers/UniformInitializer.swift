import Spec

/// Independent uniform numbers. `{uniform: 0.05}` is ±0.05, `{uniform: [-1, 2]}` gives both ends.
package struct UniformInitializer: Initializer {
  static let bound = Field.optionalNumber(
    "bound", in: .atLeast(0), "Numbers lie between -bound and bound")
  static let low = Field.optionalNumber("low", "Lower end, in place of -bound")
  static let high = Field.optionalNumber("high", "Upper end, in place of bound")
  package static let declaration = Declaration(
    "uniform", "Uniform numbers between two ends",
    details: "`{uniform: 0.05}` is ±0.05, `{uniform: [-1, 2]}` gives both ends.",
    fields: [bound.declaration, low.declaration, high.declaration], shorthand: "bound",
    listForm: ["low", "high"], example: "linear: {uniform: 0.05}")

  let low: Double
  let high: Double

  package init(_ record: Record) {
    let bound = record[Self.bound] ?? 0
    low = record[Self.low] ?? -bound
    high = record[Self.high] ?? bound
  }

  package func initialValue(of kind: ParameterKind, _ fans: Fans) -> InitialValue {
    .uniform(low: low, high: high)
  }
}
