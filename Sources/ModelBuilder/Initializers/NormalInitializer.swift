import Spec

/// Independent normal numbers. `{normal: 0.02}` gives the standard deviation, `{normal: [1, 0.02]}`
/// mean and standard deviation.
package struct NormalInitializer: Initializer {
  static let mean = Field.number("mean", default: 0, "Mean")
  static let standardDeviation = Field.number(
    "standard_deviation", in: .atLeast(0), "Standard deviation")
  package static let declaration = Declaration(
    "normal", "Normal numbers of a mean and a standard deviation",
    details: "`{normal: 0.02}` gives the standard deviation, `{normal: [1, 0.02]}` both.",
    fields: [mean.declaration, standardDeviation.declaration], shorthand: "standard_deviation",
    listForm: ["mean", "standard_deviation"], example: "conv: {normal: 0.02}")

  let mean: Double
  let standardDeviation: Double

  package init(_ record: Record) {
    mean = record[Self.mean]
    standardDeviation = record[Self.standardDeviation]
  }

  package func initialValue(of kind: ParameterKind, _ fans: Fans) -> InitialValue {
    .normal(mean: mean, standardDeviation: standardDeviation)
  }
}
