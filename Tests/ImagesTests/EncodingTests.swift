import CZlib
import Testing

@testable import Images

@Suite struct EncodingTests {
  private static func picture(_ channels: Int, seed: Int = 0, side: Int = 16) -> Raster {
    let pixels = (0..<side * side * channels).map {
      UInt8(truncatingIfNeeded: ($0 / channels / side) * 9 + ($0 % (channels * 7)) * 5 + seed)
    }
    return Raster(width: side, height: side, channels: channels, pixels: pixels)
  }

  @Test(
    arguments: [
      ("a.png", .png), ("b/A.JPG", .jpeg), ("a.jpeg", .jpeg), ("x.pdf", .pdf), ("plain", .png),
      (".png", .png), ("a.webp", nil), ("a.b.c", nil),
    ] as [(String, PictureFormat?)])
  func theEndingSaysWhatIsWritten(_ name: String, _ format: PictureFormat?) {
    #expect(PictureFormat(ofFile: name) == format)
  }

  @Test(arguments: [1, 3])
  func aJPEGIsNearlyThePicture(_ channels: Int) throws {
    let picture = Self.picture(channels)
    let bytes = try picture.encoded(as: .jpeg)
    #expect(bytes.starts(with: [0xFF, 0xD8, 0xFF]))
    let read = try DecodedPicture(bytes)
    #expect(read.width == 16 && read.height == 16)
    #expect(read.colour == (channels == 1 ? .grey : .rgb))
    let differences = zip(read.samples, picture.pixels).map { abs(Int($0) - Int($1)) }
    #expect((differences.max() ?? 255) < 40 && differences.reduce(0, +) < 8 * differences.count)
    #expect(try picture.encoded(as: .jpeg) == bytes)
  }

  @Test(arguments: [1, 3])
  func aPDFHasThePixelsAsTheyAreAndATableThatLeadsToEachObject(_ channels: Int) throws {
    let picture = Self.picture(channels)
    let bytes = try picture.encoded(as: .pdf)
    let text = String(decoding: bytes.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    #expect(text.hasPrefix("%PDF-1.4\n") && text.hasSuffix("%%EOF\n"))
    #expect(text.contains("/MediaBox [0 0 12 12]"))
    #expect(text.contains(channels == 1 ? "/DeviceGray" : "/DeviceRGB"))
    let entries = text.matches(of: #/(\d{10}) 00000 n /#)
    #expect(entries.count == 5)
    for (index, entry) in entries.enumerated() {
      let place = try #require(Int(entry.1))
      #expect(bytes[place...].starts(with: Array("\(index + 1) 0 obj\n".utf8)))
    }
    let length = try #require(text.firstMatch(of: /FlateDecode \/Length (\d+)/)).1
    let last = try #require(entries.last.flatMap { Int($0.1) })
    let mark = Array("stream\n".utf8)
    let start =
      try #require(
        (last..<bytes.count).first { bytes[$0...].starts(with: mark) }) + mark.count
    var pixels = [UInt8](repeating: 0, count: picture.pixels.count)
    var count = UInt(pixels.count)
    let packed = Array(bytes[start..<start + (Int(length) ?? 0)])
    #expect(uncompress(&pixels, &count, packed, UInt(packed.count)) == Z_OK)
    #expect(pixels == picture.pixels)
  }

  @Test func aPictureIsEnlargedWithSharpEdges() {
    let picture = Raster(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    let large = picture.enlarged(by: 2)
    #expect(large.width == 4 && large.height == 2)
    let row: [UInt8] = [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]
    #expect(large.pixels == row + row)
    #expect(picture.enlarged(by: 1) == picture)
  }

  struct Film: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let frames: [Raster]
    var loses = false
  }

  private static func noise(_ count: Int) -> [UInt8] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
  }

  static let films: [Film] = [
    Film(testDescription: "grey", frames: (0..<3).map { picture(1, seed: $0 * 31) }),
    Film(
      testDescription: "one colour",
      frames: [Raster(width: 3, height: 2, channels: 1, pixels: [7, 7, 7, 7, 7, 7])]),
    Film(testDescription: "few colours", frames: [picture(3, side: 6)]),
    // More codes than the table holds: it begins anew.
    Film(
      testDescription: "noise",
      frames: [
        Raster(
          width: 200, height: 200, channels: 1,
          pixels: noise(40_000))
      ]),
    Film(
      testDescription: "many colours",
      frames: [
        Raster(
          width: 64, height: 64, channels: 3,
          pixels: (0..<4096).flatMap { place -> [UInt8] in
            [UInt8(place / 64 * 4), UInt8(place % 64 * 4), 128]
          })
      ], loses: true),
  ]

  @Test(arguments: films)
  func aGIFIsReadBackAsWhatItWasMadeOf(_ film: Film) throws {
    let (bytes, isReduced) = encodeGIF(film.frames, delay: 25, lastDelay: 200)
    #expect(isReduced == film.loses)
    let read = try #require(ReadGIF(bytes))
    #expect(read.delays == [Int](repeating: 25, count: film.frames.count - 1) + [200])
    #expect(read.frames.count == film.frames.count)
    for (found, frame) in zip(read.frames, film.frames) {
      let expected = (0..<frame.width * frame.height).flatMap { place -> [UInt8] in
        frame.channels == 1
          ? [UInt8](repeating: frame.pixels[place], count: 3)
          : Array(frame.pixels[place * 3..<place * 3 + 3])
      }
      let worst = zip(found, expected).map { abs(Int($0) - Int($1)) }.max() ?? 255
      #expect(found.count == expected.count && worst <= (film.loses ? 24 : 0))
    }
  }

  @Test func numbersOfNumPyComeBackAsTheyWereWritten() throws {
    let numbers = NumpyFloats(shape: [2, 3], values: [0, -1.5, 3e38, 1e-30, 2, 0.1])
    let bytes = numbers.bytes
    #expect(bytes.starts(with: [0x93] + Array("NUMPY".utf8) + [1, 0]))
    #expect((bytes.count - 24) % 64 == 0)
    #expect(try NumpyFloats(bytes, path: "z.npy") == numbers)
    let one = NumpyFloats(shape: [2], values: [1, 2])
    #expect(String(decoding: one.bytes, as: UTF8.self).contains("'shape': (2,), "))
    #expect(try NumpyFloats(one.bytes, path: "z.npy") == one)
    #expect(throws: DatasetError.self) { try NumpyFloats(Array(bytes.dropLast()), path: "z.npy") }
    #expect(throws: DatasetError.self) { try NumpyFloats([1, 2, 3], path: "z.npy") }
    let whole = String(decoding: one.bytes.prefix(80), as: UTF8.self)
    #expect(whole.contains("<f4"))
    let integers = Array(one.bytes).replacing(Array("<f4".utf8), with: Array("<i4".utf8))
    #expect(throws: DatasetError.self) { try NumpyFloats(integers, path: "z.npy") }
  }
}

/// A GIF read by the book (GIF89a, appendix F), for what the encoder writes.
private struct ReadGIF {
  private(set) var frames: [[UInt8]] = []
  private(set) var delays: [Int] = []

  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: Array("GIF89a".utf8)), bytes.last == 0x3B else { return nil }
    let pixels = (Int(bytes[6]) | Int(bytes[7]) << 8) * (Int(bytes[8]) | Int(bytes[9]) << 8)
    let colours = 2 << Int(bytes[10] & 7)
    let palette = (0..<colours).map { Array(bytes[13 + $0 * 3..<16 + $0 * 3]) }
    var place = 13 + colours * 3
    while place < bytes.count, bytes[place] != 0x3B {
      let (kind, start) = (bytes[place], place)
      place += kind == 0x21 ? 2 : 11
      var data: [UInt8] = []
      while bytes[place] != 0 {
        data += bytes[place + 1...place + Int(bytes[place])]
        place += Int(bytes[place]) + 1
      }
      place += 1
      if kind == 0x21, bytes[start + 1] == 0xF9 { delays.append(Int(data[1]) | Int(data[2]) << 8) }
      guard kind == 0x2C else { continue }
      guard let indices = Self.unpacked(data, bits: Int(bytes[start + 10])), indices.count == pixels
      else { return nil }
      frames.append(indices.flatMap { palette[$0] })
    }
  }

  private static func unpacked(_ data: [UInt8], bits: Int) -> [Int]? {
    let clear = 1 << bits
    var table: [[Int]] = []
    var (width, before) = (bits + 1, [Int]?.none)
    var (position, found) = (0, [Int]())
    func begin() { table = (0..<clear).map { [$0] } + [[], []] }
    begin()
    while position + width <= data.count * 8 {
      let code = (0..<width).reduce(0) {
        $0 | Int(data[(position + $1) / 8] >> UInt8((position + $1) % 8) & 1) << $1
      }
      position += width
      if code == clear {
        begin()
        (width, before) = (bits + 1, nil)
        continue
      }
      if code == clear + 1 { return found }
      guard code < table.count || before != nil, code <= table.count else { return nil }
      let entry = code < table.count ? table[code] : (before ?? []) + [(before ?? [0])[0]]
      found += entry
      if let before, table.count < 4096 {
        table.append(before + [entry[0]])
        if table.count == 1 << width, width < 12 { width += 1 }
      }
      before = entry
    }
    return nil
  }
}
