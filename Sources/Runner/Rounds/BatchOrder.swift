import TensorCore

/// Which samples of the source whose passes are epochs stand in which batch: each epoch has an order of
/// its own, drawn from the seed.
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

  /// - Parameter stream: of a source that has other passes than the epochs `shuffle/NAME`.
  static func order(
    ofEpoch epoch: Int, count: Int, seed: UInt64, stream: String = "shuffle"
  ) -> [Int] {
    Philox(
      seed: seed, stream: Philox.streamID(named: stream),
      step: UInt32(truncatingIfNeeded: epoch)
    ).permutation(count: count)
  }
}
