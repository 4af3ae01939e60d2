import Spec

/// What is made on the spot, so that a first run needs no download: digits drawn with strokes, ten
/// classes, 28×28, grey, or (as ``MixtureSource``) points of a Gaussian mixture.
///
/// The same `count` and `seed` give the same bytes on every machine. A set is the beginning of every
/// larger one of its seed, and every class is in it as often as every other, give or take one.
package struct Synthetic: DatasetSource, Equatable {
  package enum Kind: String, CaseIterable, Sendable { case digits, ring8, grid25 }

  package static let kind = Field.choice(
    "of", of: Kind.self, default: .digits, "What is made")
  package static let count = Field.integer(
    "count", default: standardCount, in: .within(1...1_000_000), "How many samples")
  package static let seed = Field.integer(
    "seed", default: 0, in: .atLeast(0), "Which samples: another seed, another hand")
  package static let radius = Field.number(
    "radius", default: 2, in: .above(0), "Of the circle the eight centres lie on"
  ).only(when: "of", is: "ring8")
  package static let spacing = Field.number(
    "spacing", default: 2, in: .above(0), "From one centre to the next"
  ).only(when: "of", is: "grid25")
  package static let standardDeviation = Field.optionalNumber(
    "standard_deviation", in: .above(0),
    "σ of each Gaussian; none: 0.02 of ring8, 0.05 of grid25"
  ).only(when: "of", is: "ring8", "grid25")
  static let standardCount = 10_000

  package static let declaration = Declaration(
    "synthetic",
    "Made on the spot, nothing to download: drawn digits, or points of Gaussian mixtures",
    details: """
      `digits`: grey, 28×28, ten classes. Strokes of one to three ways of writing each digit, bent, turned, sheared, scaled and moved at \
      random, with a pen of random width and softness. The same bytes on every machine.

      `ring8`, `grid25`: vectors of two numbers, for counting modes; the classes are the modes. Eight \
      Gaussians on a circle (Metz et al. 2017: radius 2, σ 0.02) and 25 on a grid (Lin et al. 2018: \
      spacing 2, σ 0.05).
      """,
    fields: [
      kind.declaration, count.declaration, seed.declaration, radius.declaration,
      spacing.declaration, standardDeviation.declaration,
    ],
    shorthand: "of", example: "source: {synthetic: digits}")

  package static let published: Published? = nil
  package static var ready: [any DatasetSource] { [Synthetic()] + MixtureSource.ready }

  package let count: Int
  package let seed: UInt64

  package init(count: Int = 10_000, seed: UInt64 = 0) {
    self.count = count
    self.seed = seed
  }

  package static func source(_ record: Record) -> any DatasetSource {
    let (count, seed) = (record[Self.count], UInt64(record[Self.seed]))
    let kind = record[Self.kind]
    let width = record[standardDeviation]
    let mixture: GaussianMixture
    switch kind {
    case .digits: return Synthetic(count: count, seed: seed)
    case .ring8: mixture = .ring8(radius: record[radius], standardDeviation: width ?? 0.02)
    case .grid25: mixture = .grid25(spacing: record[spacing], standardDeviation: width ?? 0.05)
    }
    return MixtureSource(kind.rawValue, mixture, count: count, seed: seed)
  }

  package var title: String { "synthetic \(Kind.digits.rawValue)" }

  package var storedFormat: SampleFormat? {
    .image(ImageFormat(channels: 1, height: DigitRenderer.side, width: DigitRenderer.side))
  }

  package var classCount: Int? { min(count, DigitRenderer.classes) }

  package func load(_ request: LoadRequest) throws(DatasetError) -> ImageSet {
    let side = DigitRenderer.side
    return ImageSet(
      name: title, count: count, height: side, width: side, channels: 1,
      pixels: DigitRenderer(seed: seed).draw(count: count),
      labels: (0..<count).map(DigitRenderer.label),
      classNames: (0..<DigitRenderer.classes).map(String.init))
  }
}
