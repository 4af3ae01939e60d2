import TensorCore

/// The samples of a source whose passes are not the epochs: an endless row of its permutations, each drawn
/// from the seed and the name of the source.
struct EndlessOrder {
  let count: Int
  let seed: UInt64
  let stream: String
  private var known: (pass: Int, order: [Int])?

  /// - Parameter count: of its samples, at least one.
  init(_ name: String, count: Int, seed: UInt64) {
    precondition(count > 0)
    (self.count, self.seed, stream) = (count, seed, "shuffle/\(name)")
  }

  /// Indices into the data of these places of the row.
  mutating func samples(at places: Range<Int>) -> ArraySlice<Int> {
    var found: [Int] = []
    found.reserveCapacity(places.count)
    while found.count < places.count {
      let (pass, start) = (places.lowerBound + found.count).quotientAndRemainder(dividingBy: count)
      let end = min(count, start + places.count - found.count)
      found += order(ofPass: pass)[start..<end]
    }
    return found[...]
  }

  private mutating func order(ofPass pass: Int) -> [Int] {
    if let known, known.pass == pass { return known.order }
    let order = BatchOrder.order(ofEpoch: pass, count: count, seed: seed, stream: stream)
    known = (pass, order)
    return order
  }
}
