package struct LatentSection: Sendable {
  package enum Distribution: Hashable, Sendable {
    /// `[low, high)`
    case uniform(low: Double, high: Double)
    case normal(mean: Double, standardDeviation: Double)
  }
  package let size: Int
  package let distribution: Distribution
  /// nil: the generator starts from noise alone.
  package let codes: CodesSection?
  package let origin: Origin

  /// What goes into the generator: noise, then one place for each value of each categorical code,
  /// then the continuous codes.
  package var width: Int { size + (codes?.width ?? 0) }
}

extension LatentSection {
  private enum Shape: String, CaseIterable { case normal, uniform }

  private static let sizeKey = Field.integer(
    "size", default: 100, in: .within(1...1_000_000), "Numbers in one latent vector")
  private static let shapeKey = Field.choice(
    "distribution", of: Shape.self, default: .normal, "How each of them is drawn")
  private static let lowKey = Field.number("low", default: 0, "Lower end, included")
    .only(when: "distribution", is: "uniform")
  private static let highKey = Field.number("high", default: 1, "Upper end, excluded")
    .only(when: "distribution", is: "uniform")
  private static let meanKey = Field.number("mean", default: 0, "Mean")
    .only(when: "distribution", is: "normal")
  private static let deviationKey = Field.number(
    "standard_deviation", default: 1, in: .above(0), "Standard deviation"
  ).only(when: "distribution", is: "normal")

  private static let codesKey = Field<Record?>.optionalSection(
    "codes", CodesSection.declaration, "Numbers of meaning beside the noise; `none` without")

  static let declaration = Declaration(
    "latent", "What the generator starts from",
    fields: [
      sizeKey.declaration, shapeKey.declaration, lowKey.declaration, highKey.declaration,
      meanKey.declaration, deviationKey.declaration, codesKey.declaration,
    ], example: "{size: 100, distribution: uniform, low: -1, high: 1}",
    check: { record in
      record[lowKey] < record[highKey]
        ? [] : [Objection("low", "`low` in latent must be below `high`")]
    })

  init(_ record: Record, origin: Origin) {
    size = record[Self.sizeKey]
    distribution =
      switch record[Self.shapeKey] {
      case .uniform: .uniform(low: record[Self.lowKey], high: record[Self.highKey])
      case .normal:
        .normal(mean: record[Self.meanKey], standardDeviation: record[Self.deviationKey])
      }
    codes = record[Self.codesKey].map(CodesSection.init)
    self.origin = origin
  }
}
