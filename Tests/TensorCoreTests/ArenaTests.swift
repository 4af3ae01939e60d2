import Testing

@testable import TensorCore

@Suite struct ArenaTests {
  private static func lifetimes(_ count: Int, seed: Int) -> [Lifetime] {
    var choices = Choices(seed: seed)
    return (0..<count).map { _ in
      let first = choices.below(count)
      let span = choices.one(of: [0, 1, 1, 2, 3, 10, count / 2])
      let size = choices.one(of: [0, 1, 63, 64, 65, 1000, 4096, 100_000])
      return Lifetime(first: first, last: first + span, byteCount: size)
    }
  }

  private static func expectSound(_ lifetimes: [Lifetime], alignment: Int) {
    let arena = Arena(lifetimes, alignment: alignment)
    #expect(arena.offsets.count == lifetimes.count)
    #expect(arena.offsets.allSatisfy { $0 >= 0 && $0 % alignment == 0 })
    for (i, a) in lifetimes.enumerated() {
      #expect(arena.offsets[i] + a.byteCount <= arena.byteCount)
      for (j, b) in lifetimes.enumerated().dropFirst(i + 1) where a.overlaps(b) {
        let apart =
          arena.offsets[i] + a.byteCount <= arena.offsets[j]
          || arena.offsets[j] + b.byteCount <= arena.offsets[i]
        if !apart { Issue.record("blocks \(i) and \(j) overlap") }
      }
    }
    #expect(arena.byteCount >= Arena.peak(lifetimes, alignment: alignment))
    #expect(arena.offsets == Arena(lifetimes, alignment: alignment).offsets)
  }

  @Test(arguments: 0..<60)
  func livingBlocksNeverOverlap(seed: Int) {
    Self.expectSound(Self.lifetimes(seed, seed: seed), alignment: seed % 2 == 0 ? 64 : 1)
  }

  @Test(arguments: 0..<10)
  func theArenaStaysNearTheLowerBound(seed: Int) {
    let lifetimes = Self.lifetimes(300, seed: 100 + seed)
    let bound = Arena.peak(lifetimes)
    #expect(Double(Arena(lifetimes).byteCount) <= 1.15 * Double(bound))
  }

  @Test func blocksThatFollowOneAnotherShareOnePlace() {
    let lifetimes = (0..<10).map { Lifetime(first: 2 * $0, last: 2 * $0 + 1, byteCount: 100) }
    #expect(Arena(lifetimes).byteCount == 128)
    #expect(Arena([]).byteCount == 0)
  }

  @Test func touchingEndsAreAliveTogether() {
    let lifetimes = [
      Lifetime(first: 0, last: 1, byteCount: 64), Lifetime(first: 1, last: 2, byteCount: 64),
    ]
    #expect(Arena(lifetimes).byteCount == 128)
  }
}
