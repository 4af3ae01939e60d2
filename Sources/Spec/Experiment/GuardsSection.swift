package struct GuardsSection: Sendable {
  package enum NonFinite: String, CaseIterable, Sendable { case stop, warn }
  package let nonFinite: NonFinite
  package let maxSeconds: Double?
  package let minFreeDiskBytes: Int?
}

extension GuardsSection {
  private static let nonFiniteKey = Field.choice(
    "non_finite", of: NonFinite.self, default: .stop,
    "What to do when a loss is not a finite number")
  private static let maxTimeKey = Field<Double?>(
    "max_time", .duration, default: DefaultText.none, isOptional: true,
    "Save and pause after so much time of one process (exit code 75); `resume` goes on"
  ) {
    if case .duration(let seconds) = $0 { .some(seconds) } else { .some(nil) }
  }
  private static let minFreeDiskKey = Field<Int?>(
    "min_free_disk", .bytes, default: DefaultText.none, isOptional: true,
    "Stop before the disk has less room than this"
  ) {
    if case .bytes(let bytes) = $0 { .some(bytes) } else { .some(nil) }
  }

  static let declaration = Declaration(
    "guards", "When to stop a run that goes wrong",
    fields: [nonFiniteKey.declaration, maxTimeKey.declaration, minFreeDiskKey.declaration],
    example: "{non_finite: stop, max_time: 2h, min_free_disk: 2GB}")

  init(_ record: Record) {
    nonFinite = record[Self.nonFiniteKey]
    maxSeconds = record[Self.maxTimeKey]
    minFreeDiskBytes = record[Self.minFreeDiskKey]
  }
}
