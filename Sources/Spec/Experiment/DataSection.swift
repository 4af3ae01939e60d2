package struct DataSection: Sendable {
  /// Of several sources the first that is stored.
  package let source: Choice
  /// Height and width to which images are resized; nil keeps them as they are. Not for vectors.
  package let size: Int?
  /// What black and white become. Vectors are fed as they are.
  package let range: ValueRange
  package let batch: Int
  package let dropLast: Bool
  package let origin: Origin
  /// The values of `size`, `range` and `batch`.
  package let sizeOrigin: Origin
  package let rangeOrigin: Origin
  package let batchOrigin: Origin
}

package struct ValueRange: Hashable, Sendable {
  /// Where nothing is said.
  package static let standard = ValueRange(low: -1, high: 1)

  package let low: Double
  package let high: Double

  package init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }
}

extension ValueRange: CustomStringConvertible {
  package var description: String { "[\(numberText(low)), \(numberText(high))]" }
}

extension DataSection {
  static let sourceKey = Field.choice(
    "source", from: .source, "Where the samples come from")
  static let sizeKey = Field.optionalInteger(
    "size", in: .within(1...4096),
    "Height and width to which images are resized; `none` keeps them as they are")
  private static let rangeKey = Field.numbers(
    "range", count: 2, default: [ValueRange.standard.low, ValueRange.standard.high],
    "The values black and white become; vectors are fed as they are")
  private static let batchKey = Field.integer(
    "batch", default: 64, in: .within(1...1_000_000), "Samples a step")
  private static let dropLastKey = Field.flag(
    "drop_last", default: false, "Whether the last, smaller batch of an epoch is left out")

  static func declaration(_ form: GameForm?) -> Declaration {
    let from =
      switch form {
      case .twoPlayers: [sourceKey.declaration]
      case .general: [GameSchema.sources.declaration]
      case nil: [sourceKey.declaration, GameSchema.sources.declaration]
      }
    return Declaration(
      "data", "The images or vectors to learn from",
      fields: from + [
        sizeKey.declaration, rangeKey.declaration, batchKey.declaration,
        dropLastKey.declaration,
      ], example: "{source: mnist, size: 32, range: [-1, 1], batch: 512}",
      check: { record in
        record[rangeKey][0] < record[rangeKey][1]
          ? [] : [Objection("range", "`range` in data must be [low, high] with low < high")]
      })
  }

  /// - Parameter sources: of the game, of which one at least is stored.
  init(_ record: Record, origin: Origin, sources: [SourceEntry]) {
    let stored = sources.lazy.compactMap { entry -> Choice? in
      if case .stored(let source) = entry.kind { source } else { nil }
    }
    guard let first = stored.first else { preconditionFailure("an unchecked game without data") }
    source = first
    size = record[Self.sizeKey]
    range = ValueRange(low: record[Self.rangeKey][0], high: record[Self.rangeKey][1])
    batch = record[Self.batchKey]
    dropLast = record[Self.dropLastKey]
    self.origin = origin
    sizeOrigin = record.origin(of: Self.sizeKey)
    rangeOrigin = record.origin(of: Self.rangeKey)
    batchOrigin = record.origin(of: Self.batchKey)
  }
}
