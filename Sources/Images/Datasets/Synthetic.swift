import Spec

/// Digits drawn on the spot, so that a first run needs no download: ten classes, 28×28, grey.
///
/// The same `count` and `seed` give the same bytes on every machine. A set is the beginning of every
/// larger one of its seed, and every class is in it as often as every other, give or take one.
package struct Synthetic: DatasetSource, Equatable {
  package enum Kind: String, CaseIterable, Sendable { case digits }

  package static let kind = Field.choice(
    "of", of: Kind.self, default: .digits, "What is drawn")
  package static let count = Field.integer(
    "count", default: 10_000, in: .within(1...1_000_000), "How many images")
  package static let seed = Field.integer(
    "seed", default: 0, in: .atLeast(0), "Which images: another seed, another hand")

  package static let declaration = Declaration(
    "synthetic", "Images drawn on the spot, nothing to download: digits, grey, 28×28, ten classes",
    details: """
      Strokes of one to three ways of writing each digit, bent, turned, sheared, scaled and moved at \
      random, with a pen of random width and softness. The same bytes on every machine.
      """,
    fields: [kind.declaration, count.declaration, seed.declaration],
    shorthand: "of", example: "source: {synthetic: digits}")

  package static let published: Published? = nil
  package static var ready: [any DatasetSource] { [Synthetic()] }

  package let count: Int
  package let seed: UInt64

  package init(count: Int = 10_000, seed: UInt64 = 0) {
    self.count = count
    self.seed = seed
  }

  package init(_ record: Record) {
    self.init(count: record[Self.count], seed: UInt64(record[Self.seed]))
  }

  package var title: String { "synthetic \(Kind.digits.rawValue)" }

  package var storedFormat: StoredFormat? { .digit }

  package func load(_ request: LoadRequest) throws(DatasetError) -> ImageSet {
    let side = DigitRenderer.side
    return ImageSet(
      name: title, count: count, height: side, width: side, channels: 1,
      pixels: DigitRenderer(seed: seed).draw(count: count),
      labels: (0..<count).map(DigitRenderer.label),
      classNames: (0..<DigitRenderer.classes).map(String.init))
  }
}
