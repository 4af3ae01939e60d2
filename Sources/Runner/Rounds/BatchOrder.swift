import TensorCore

/// Which images stand in which batch: each epoch has an order of its own, drawn from the seed.
struct BatchOrder {
  let timetable: Timetable
  let seed: UInt64
  private var epoch = -1
  private var order: [Int] = []

  init(_ timetable: Timetable, seed: UInt64) {
    (self.timetable, self.seed) = (timetable, seed)
  }

  /// Indices into the data of batch `index`, counted over the whole run.
  mutating func images(ofBatch index: Int) -> ArraySlice<Int> {
    let epoch = index / timetable.batchesPerEpoch
    if epoch != self.epoch {
      order = Self.order(
        ofEpoch: epoch, count: timetable.imageCount, seed: seed)
      self.epoch = epoch
    }
    return order[timetable.places(ofBatch: index)]
  }

  /// - Parameter source: of which there are several; nil: the one that sets the length of an epoch.
  static func order(
    ofEpoch epoch: Int, count: Int, seed: UInt64, source: String? = nil
  ) -> [Int] {
    Philox(
      seed: seed, stream: Philox.streamID(named: "shuffle" + (source.map { "/\($0)" } ?? "")),
      step: UInt32(truncatingIfNeeded: epoch)
    ).permutation(count: count)
  }
}

/// Which samples of a source stand in which batch where another source sets the length of an epoch: its own
/// orders one after the other, of which each batch takes as many as of the other.
struct EndlessOrder {
  private let timetable: Timetable
  private let source: String
  private let count: Int
  private let seed: UInt64
  private var known: [(epoch: Int, order: [Int])] = []

  init(_ timetable: Timetable, source: String, count: Int, seed: UInt64) {
    (self.timetable, self.source, self.count, self.seed) = (timetable, source, count, seed)
  }

  /// Indices into the source of batch `index`, counted over the whole run.
  mutating func images(ofBatch index: Int) -> ArraySlice<Int> {
    let (epochs, _) = index.quotientAndRemainder(dividingBy: timetable.batchesPerEpoch)
    let places = timetable.places(ofBatch: index)
    let first = epochs * timetable.samplesPerEpoch + places.lowerBound
    return (first..<first + places.count).map { place in
      order(ofEpoch: place / count)[place % count]
    }[...]
  }

  private mutating func order(ofEpoch epoch: Int) -> [Int] {
    if let found = known.first(where: { $0.epoch == epoch }) { return found.order }
    let order = BatchOrder.order(ofEpoch: epoch, count: count, seed: seed, source: source)
    known = known.suffix(3) + [(epoch, order)]
    return order
  }
}
