import Spec

/// Points of a Gaussian mixture, made on the spot: `{synthetic: ring8}`, `{synthetic: grid25}`. Its words
/// are those of ``Synthetic``.
package struct MixtureSource: DatasetSource, Equatable {
  package static var declaration: Declaration { Synthetic.declaration }
  package static var published: Published? { nil }
  package static var ready: [any DatasetSource] {
    [
      MixtureSource("ring8", .ring8(), count: Synthetic.standardCount, seed: 0),
      MixtureSource("grid25", .grid25(), count: Synthetic.standardCount, seed: 0),
    ]
  }

  package static func source(_ record: Record) -> any DatasetSource { Synthetic.source(record) }

  private let word: String
  package let mixture: GaussianMixture
  package let count: Int
  package let seed: UInt64

  package init(_ word: String, _ mixture: GaussianMixture, count: Int, seed: UInt64) {
    (self.word, self.mixture, self.count, self.seed) = (word, mixture, count, seed)
  }

  package var title: String { "synthetic \(word)" }

  package var storedFormat: SampleFormat? { .vector(length: 2) }

  package var classCount: Int? { min(count, mixture.centres.count) }

  package func load(_ request: LoadRequest) throws(DatasetError) -> VectorSet {
    let modes = mixture.centres.count
    return VectorSet(
      name: title, length: 2, values: mixture.points(count: count, seed: seed),
      labels: (0..<count).map { Int32($0 % modes) }, classNames: (0..<modes).map(String.init))
  }
}

extension DatasetCatalog {
  /// The mixture that `data.source` of a spec draws from; nil for any other source.
  package static func mixture(of choice: Choice) -> GaussianMixture? {
    (source(choice) as? MixtureSource)?.mixture
  }
}
