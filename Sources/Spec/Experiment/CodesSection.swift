/// `latent.codes`: numbers that the generator gets beside the noise, and that a critic may be asked to
/// tell from the image.
package struct CodesSection: Sendable {
  /// Number of values of each categorical code.
  package let categorical: [Int]
  /// How many continuous codes.
  package let continuous: Int
  /// The continuous codes are uniform on `[low, high)`.
  package let low: Double
  package let high: Double

  /// One place for each value of a categorical code, one for each continuous code.
  package var width: Int { categorical.reduce(0, +) + continuous }
}

extension CodesSection {
  private static let categoricalKey = Field.integers(
    "categorical", default: [], in: .within(2...10_000),
    "Number of values of each categorical code; each value has the same chance")
  private static let continuousKey = Field.integer(
    "continuous", default: 0, in: .within(0...10_000), "How many continuous codes")
  private static let lowKey = Field.number("low", default: -1, "Lower end of continuous codes")
  private static let highKey = Field.number("high", default: 1, "Upper end, excluded")

  static let declaration = Declaration(
    "codes", "Numbers of meaning that the generator gets beside the noise",
    details: "Chen et al. 2016. The generator starts from the noise, a 1 among zeros for each "
      + "categorical code, and the continuous codes, joined in this order. Grids show one row a "
      + "value of the first categorical code. The penalty `information` makes the critic tell them.",
    fields: [
      categoricalKey.declaration, continuousKey.declaration, lowKey.declaration,
      highKey.declaration,
    ], example: "{categorical: [10], continuous: 2}",
    check: { record in
      if record[categoricalKey].isEmpty, record[continuousKey] == 0 {
        return [Objection("continuous", "codes needs a `categorical` or a `continuous` code")]
      }
      return record[lowKey] < record[highKey]
        ? [] : [Objection("low", "`low` in latent.codes must be below `high`")]
    })

  init(_ record: Record) {
    categorical = record[Self.categoricalKey]
    continuous = record[Self.continuousKey]
    low = record[Self.lowKey]
    high = record[Self.highKey]
  }
}
