/// Counter-based random numbers, Philox4x32-10: Salmon, Moraes, Dror and Shaw, "Parallel random
/// numbers: as easy as 1, 2, 3", SC 2011.
///
/// A number is a pure function of (seed, stream, step, index), so any thread can compute any part of
/// a draw, and a resumed run needs no saved generator. Element `i` is lane `i % 4` of the block with
/// counter `(i / 4, step, stream, 0)` under the key `(seed low, seed high)`. Give each purpose a
/// stream of its own: draws of one stream at one step read the same blocks.
package struct Philox: Sendable {
  package typealias Block = (UInt32, UInt32, UInt32, UInt32)

  private let key: (UInt32, UInt32)
  private let stream: UInt32
  private let step: UInt32

  package init(seed: UInt64, stream: UInt32, step: UInt32) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.stream = stream
    self.step = step
  }

  /// The operand of ``Op/random(_:stream:shape:)``: seed low, seed high, step, as bit patterns.
  package static func key(seed: UInt64, step: UInt32) -> [Int32] {
    [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32), step].map {
      Int32(bitPattern: $0)
    }
  }

  /// The generator that `random` with this key operand draws from.
  package init(key: [Int32], stream: UInt32) {
    let words = key.map { UInt64(UInt32(bitPattern: $0)) }
    self.init(seed: words[1] << 32 | words[0], stream: stream, step: UInt32(words[2]))
  }

  /// Elements `4 * index ..< 4 * index + 4` as raw words.
  package func block(_ index: Int) -> Block {
    Self.rounds((UInt32(truncatingIfNeeded: index), step, stream, 0), key)
  }

  /// The bijection itself: ten rounds on a counter.
  package static func rounds(_ counter: Block, _ key: (UInt32, UInt32)) -> Block {
    var (c0, c1, c2, c3) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let (high0, low0) = c0.multipliedFullWidth(by: 0xD251_1F53)
      let (high1, low1) = c2.multipliedFullWidth(by: 0xCD9E_8D57)
      (c0, c1, c2, c3) = (high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0)
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (c0, c1, c2, c3)
  }

  /// Uniform on [0, 1), multiples of 2⁻²⁴.
  package func uniforms(count: Int) -> [Float] {
    elements(count) { block in
      (uniform(block.0), uniform(block.1), uniform(block.2), uniform(block.3))
    }
  }

  /// Standard normal, by Box and Muller's transform: lanes (0, 1) and (2, 3) are each a pair
  /// (r cos θ, r sin θ) with r = √(−2 ln u₁), θ = 2π u₂, u₁ = (w₀ >> 8 + 1) 2⁻²⁴, u₂ = (w₁ >> 8) 2⁻²⁴.
  package func normals(count: Int) -> [Float] {
    elements(count) { block in
      let (a, b) = Self.normalPair(block.0, block.1)
      let (c, d) = Self.normalPair(block.2, block.3)
      return (a, b, c, d)
    }
  }

  /// The draw of a distribution, for the interpreters.
  package func draw(_ distribution: Distribution, count: Int) -> [Float] {
    switch distribution {
    case .uniform: uniforms(count: count)
    case .normal: normals(count: count)
    }
  }

  /// The numbers 0 ..< count in random order (Fisher and Yates), by two words for each place.
  package func permutation(count: Int) -> [Int] {
    var order = Array(0..<count)
    order.withUnsafeMutableBufferPointer { order in
      var words: Block = (0, 0, 0, 0)
      for (draw, place) in stride(from: count - 1, to: 0, by: -1).enumerated() {
        if draw % 2 == 0 { words = block(draw / 2) }
        let (high, low) = draw % 2 == 0 ? (words.0, words.1) : (words.2, words.3)
        let word = UInt64(high) << 32 | UInt64(low)
        order.swapAt(place, Int(word.multipliedFullWidth(by: UInt64(place + 1)).high))
      }
    }
    return order
  }

  /// The stream of a purpose: 32-bit FNV-1a of its name, the same for ever.
  package static func streamID(named name: String) -> UInt32 {
    name.utf8.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }

  private func uniform(_ word: UInt32) -> Float { Float(word >> 8) * 0x1p-24 }

  private static func normalPair(_ w0: UInt32, _ w1: UInt32) -> (Float, Float) {
    let radius = (-2 * Elementary.logarithm(Double((w0 >> 8) + 1) * 0x1p-24)).squareRoot()
    let angle = 2 * Double.pi * (Double(w1 >> 8) * 0x1p-24)
    return (Float(radius * Elementary.cosine(angle)), Float(radius * Elementary.sine(angle)))
  }

  private func elements(
    _ count: Int, _ convert: (Block) -> (Float, Float, Float, Float)
  ) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for start in stride(from: 0, to: count, by: 4) {
        let lanes = convert(block(start / 4))
        buffer.initializeElement(at: start, to: lanes.0)
        if start + 1 < count { buffer.initializeElement(at: start + 1, to: lanes.1) }
        if start + 2 < count { buffer.initializeElement(at: start + 2, to: lanes.2) }
        if start + 3 < count { buffer.initializeElement(at: start + 3, to: lanes.3) }
      }
      filled = count
    }
  }
}
