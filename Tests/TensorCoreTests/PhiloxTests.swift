import Testing

@testable import TensorCore

@Suite struct PhiloxTests {
  struct Answer: Sendable {
    let counter: [UInt32]
    let key: [UInt32]
    let words: [UInt32]
  }

  /// The known answers that Random123 publishes for philox4x32-10.
  @Test(arguments: [
    Answer(
      counter: [0, 0, 0, 0], key: [0, 0],
      words: [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
    Answer(
      counter: [UInt32](repeating: .max, count: 4), key: [.max, .max],
      words: [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]),
    Answer(
      counter: [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344],
      key: [0xA409_3822, 0x299F_31D0],
      words: [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]),
  ])
  func tenRoundsGiveThePublishedAnswers(_ answer: Answer) {
    let (c, k) = (answer.counter, answer.key)
    let words = Philox.rounds((c[0], c[1], c[2], c[3]), (k[0], k[1]))
    #expect([words.0, words.1, words.2, words.3] == answer.words)
  }

  @Test func counterAndKeyHoldIndexStepStreamAndSeed() {
    let seed: UInt64 = 0x299F_31D0_A409_3822
    let words = Philox(seed: seed, stream: 0x1319_8A2E, step: 0x85A3_08D3).block(0x243F_6A88)
    let wanted = Philox.rounds(
      (0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0), (0xA409_3822, 0x299F_31D0))
    #expect(words == wanted)
    let uniform = Philox(seed: seed, stream: 5, step: 6).uniforms(count: 7)
    let block = Philox(seed: seed, stream: 5, step: 6).block(1)
    #expect(uniform.count == 7)
    #expect(uniform[4...] == [block.0, block.1, block.2].map { Float($0 >> 8) * 0x1p-24 }[...])
    let key = Philox.key(seed: seed, step: 6)
    #expect(Philox(key: key, stream: 5).uniforms(count: 7) == uniform)
  }

  @Test(arguments: [1, 2, 3, 4, 5, 8, 1001])
  func aShorterDrawIsTheBeginningOfALongerOne(count: Int) {
    let generator = Philox(seed: 3, stream: 1, step: 2)
    #expect(generator.normals(count: count)[...] == generator.normals(count: 1010)[..<count])
    #expect(generator.uniforms(count: count)[...] == generator.uniforms(count: 1010)[..<count])
  }

  @Test func momentsAreThoseOfTheDistributions() {
    let count = 100_000
    let generator = Philox(seed: 42, stream: 7, step: 0)
    func moments(_ draw: [Float]) -> [Double] {
      (1...4).map { power in
        draw.reduce(0) { sum, x in sum + (0..<power).reduce(1.0) { p, _ in p * Double(x) } }
          / Double(count)
      }
    }
    let normals = generator.normals(count: count)
    for (seen, wanted) in zip(moments(normals), [0.0, 1, 0, 3]) {
      #expect(abs(seen - wanted) < 0.06)
    }
    #expect(normals.allSatisfy { $0.isFinite })
    let uniforms = generator.uniforms(count: count)
    for (seen, wanted) in zip(moments(uniforms), [1.0 / 2, 1.0 / 3, 1.0 / 4, 1.0 / 5]) {
      #expect(abs(seen - wanted) < 0.005)
    }
    #expect(uniforms.allSatisfy { 0 <= $0 && $0 < 1 })
    let products = zip(normals, normals.dropFirst()).reduce(0.0) { $0 + Double($1.0 * $1.1) }
    #expect(abs(products / Double(count)) < 0.015)
  }

  @Test(arguments: [0, 1, 2, 3, 10, 1000])
  func aPermutationHoldsEveryNumberOnce(count: Int) {
    let order = Philox(seed: 1, stream: 2, step: 3).permutation(count: count)
    #expect(order.sorted() == Array(0..<count))
    if count >= 10 {
      #expect(order != Philox(seed: 1, stream: 2, step: 4).permutation(count: count))
    }
  }

  @Test func allOrdersOfThreeAreEquallyLikely() {
    var seen: [[Int]: Int] = [:]
    for step in 0..<6000 {
      seen[Philox(seed: 1, stream: 2, step: UInt32(step)).permutation(count: 3), default: 0] += 1
    }
    #expect(seen.count == 6)
    #expect(seen.values.allSatisfy { (850...1150).contains($0) })
  }

  @Test(arguments: [("", 0x811C_9DC5), ("a", 0xE40C_292C), ("foobar", 0xBF9C_F968)])
  func streamsAreNumberedByFNV1a(name: String, id: UInt32) {
    #expect(Philox.streamID(named: name) == id)
  }
}
