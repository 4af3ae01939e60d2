import Testing

@testable import Images

@Suite struct AnimatedPNGTests {
  private static func frame(_ value: UInt8, channels: Int = 1) -> Raster {
    let pixels = (0..<(5 * 4 * channels)).map { UInt8(truncatingIfNeeded: Int(value) + $0 * 11) }
    return Raster(width: 5, height: 4, channels: channels, pixels: pixels)
  }

  private struct Chunk {
    let kind: String
    let content: [UInt8]
    let sum: [UInt8]
  }

  private func chunks(_ file: [UInt8]) -> [Chunk] {
    var found: [Chunk] = []
    var rest = file.dropFirst(8)
    while rest.count >= 12 {
      let length = number(Array(rest.prefix(4)))
      let kind = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
      found.append(
        Chunk(
          kind: kind, content: Array(rest.dropFirst(8).prefix(length)),
          sum: Array(rest.dropFirst(8 + length).prefix(4))))
      rest = rest.dropFirst(12 + length)
    }
    #expect(rest.isEmpty)
    return found
  }

  private func number(_ bytes: [UInt8]) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

  /// CRC-32 of PNG, a bit at a time.
  private func sum(_ chunk: Chunk) -> Int {
    var value = UInt32.max
    for byte in Array(chunk.kind.utf8) + chunk.content {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
    }
    return Int(~value)
  }

  @Test(arguments: [1, 3])
  func framesStandInOneFileEachWithItsTimeAndTheFirstIsWhatOthersSee(channels: Int) throws {
    let pictures = [10, 90, 170].map { Self.frame($0, channels: channels) }
    let file = try encodeAnimatedPNG(pictures, delay: 250, lastDelay: 2000)
    #expect(try decodePNG(file) == pictures[0])
    let all = chunks(file)
    #expect(all.allSatisfy { sum($0) == number($0.sum) })
    let kinds = all.map(\.kind)
    let body = ["acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"]
    #expect(kinds.filter { body.contains($0) } == body)
    #expect(kinds.first == "IHDR" && kinds.last == "IEND")
    #expect(all.first { $0.kind == "acTL" }?.content == [0, 0, 0, 3, 0, 0, 0, 0])
    let numbered = all.filter { ["fcTL", "fdAT"].contains($0.kind) }
    #expect(numbered.map { number(Array($0.content.prefix(4))) } == Array(0..<5))
    let controls = all.filter { $0.kind == "fcTL" }.map(\.content)
    #expect(controls.map { number(Array($0[4..<8])) } == [5, 5, 5])
    #expect(controls.map { number(Array($0[8..<12])) } == [4, 4, 4])
    #expect(controls.map { number(Array($0[20..<22])) } == [250, 250, 2000])
    #expect(controls.allSatisfy { number(Array($0[22..<24])) == 1000 })
    // A frame's content under the first one's header is that frame as a picture of its own.
    for (frame, data) in zip(pictures.dropFirst(), all.filter { $0.kind == "fdAT" }) {
      let alone = try encodePNG(frame)
      let own = chunks(alone).first { $0.kind == "IDAT" }
      #expect(Array(data.content.dropFirst(4)) == own?.content)
    }
  }

  @Test
  func theSamePicturesGiveTheSameBytesAndOneIsAPicture() throws {
    let file = try encodeAnimatedPNG([Self.frame(7)], delay: 20, lastDelay: 20)
    #expect(try decodePNG(file) == Self.frame(7))
    #expect(try encodeAnimatedPNG([Self.frame(7)], delay: 20, lastDelay: 20) == file)
  }
}
