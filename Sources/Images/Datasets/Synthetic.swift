/// Digits drawn on the spot, so that a first run needs no download: ten classes, 28×28, grey.
///
/// The same `count` and `seed` give the same bytes on every machine. A set is the beginning of every
/// larger one of its seed, and every class is in it as often as every other, give or take one.
package struct Synthetic: DatasetSource, Equatable {
  package let count: Int
  package let seed: UInt64

  package init(count: Int = 10_000, seed: UInt64 = 0) {
    self.count = count
    self.seed = seed
  }

  package func load(dataDirectory: [String]) throws(DatasetError) -> ImageSet {
    let side = DigitRenderer.side
    return ImageSet(
      name: "synthetic-digits", count: count, height: side, width: side, channels: 1,
      pixels: DigitRenderer(seed: seed).draw(count: count),
      labels: (0..<count).map(DigitRenderer.label),
      classNames: (0..<DigitRenderer.classes).map(String.init))
  }
}
