package struct LabelsSection: Sendable {
  /// Which labels generated images get: those of the real batch, or drawn uniformly.
  package enum Fake: String, CaseIterable, Sendable { case data, random }
  package let classes: Int
  package let fake: Fake
  package let origin: Origin
}

extension LabelsSection {
  private static let classesKey = Field.integer(
    "classes", in: .within(2...1_000_000), "How many classes the data has")
  private static let fakeKey = Field.choice(
    "fake", of: Fake.self, default: .data,
    "Labels of generated images: those of the real batch (`data`) or drawn uniformly (`random`)")

  static let declaration = Declaration(
    "labels", "Class labels, which layers may use",
    fields: [classesKey.declaration, fakeKey.declaration], example: "{classes: 10}")

  init(_ record: Record, origin: Origin) {
    classes = record[Self.classesKey]
    fake = record[Self.fakeKey]
    self.origin = origin
  }
}
