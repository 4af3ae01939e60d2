/// From which step to which a block of memory is in use, both included.
package struct Lifetime: Hashable, Sendable {
  package var first: Int
  package var last: Int
  package var byteCount: Int

  package init(first: Int, last: Int, byteCount: Int) {
    self.first = first
    self.last = last
    self.byteCount = byteCount
  }

  package func overlaps(_ other: Lifetime) -> Bool { first <= other.last && other.first <= last }
}

/// Places blocks with known lifetimes in one piece of memory; blocks alive at the same step never
/// overlap.
///
/// Greedy: largest block first, each into the tightest gap that its living neighbours leave (Pisarchyk
/// and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020); the order by
/// size × duration is tried too, and the smaller arena wins. Optimal placement is NP-hard; on training
/// graphs this is within a few percent of the lower bound ``peak(_:alignment:)``.
package struct Arena: Sendable {
  /// Where each block starts, in the order of the lifetimes; multiples of the alignment.
  package let offsets: [Int]
  package let byteCount: Int

  package init(_ lifetimes: [Lifetime], alignment: Int = 64) {
    let bound = Self.peak(lifetimes, alignment: alignment)
    let bySize = Self.placed(lifetimes, alignment) { $0.byteCount }
    if bySize.byteCount == bound {
      (offsets, byteCount) = bySize
      return
    }
    let byArea = Self.placed(lifetimes, alignment) { $0.byteCount * ($0.last - $0.first + 1) }
    (offsets, byteCount) = byArea.byteCount < bySize.byteCount ? byArea : bySize
  }

  /// The most bytes alive at one step: no arena can be smaller.
  package static func peak(_ lifetimes: [Lifetime], alignment: Int = 64) -> Int {
    var changes: [Int: Int] = [:]
    for lifetime in lifetimes {
      let size = rounded(lifetime.byteCount, alignment)
      changes[lifetime.first, default: 0] += size
      changes[lifetime.last + 1, default: 0] -= size
    }
    var (alive, peak) = (0, 0)
    for (_, change) in changes.sorted(by: { $0.key < $1.key }) {
      alive += change
      peak = max(peak, alive)
    }
    return peak
  }

  private struct Block {
    let start: Int
    let end: Int
    let lifetime: Lifetime
  }

  private static func placed(
    _ lifetimes: [Lifetime], _ alignment: Int, by weight: (Lifetime) -> Int
  ) -> (offsets: [Int], byteCount: Int) {
    let weights = lifetimes.map(weight)
    let order = lifetimes.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }
    var offsets = [Int](repeating: 0, count: lifetimes.count)
    var blocks: [Block] = []  // by rising start
    var byteCount = 0
    for index in order where lifetimes[index].byteCount > 0 {
      let lifetime = lifetimes[index]
      let size = rounded(lifetime.byteCount, alignment)
      let start = tightestGap(for: lifetime, size, among: blocks)
      offsets[index] = start
      byteCount = max(byteCount, start + size)
      let block = Block(start: start, end: start + size, lifetime: lifetime)
      blocks.insert(block, at: insertionPoint(of: start, in: blocks))
    }
    return (offsets, byteCount)
  }

  private static func tightestGap(
    for lifetime: Lifetime, _ size: Int, among blocks: [Block]
  ) -> Int {
    var (end, best, bestGap) = (0, -1, Int.max)
    for block in blocks where block.lifetime.overlaps(lifetime) {
      let gap = block.start - end
      if gap >= size, gap < bestGap { (best, bestGap) = (end, gap) }
      end = max(end, block.end)
    }
    return best >= 0 ? best : end
  }

  private static func insertionPoint(of start: Int, in blocks: [Block]) -> Int {
    var (low, high) = (0, blocks.count)
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].start < start { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func rounded(_ size: Int, _ alignment: Int) -> Int {
    (size + alignment - 1) / alignment * alignment
  }
}
