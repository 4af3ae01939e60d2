import Testing

@testable import Images

@Suite struct PNGTests {
  @Test(arguments: Golden.files.png)
  func everyKindOfPNGIsReadAsPillowReadsIt(_ golden: Golden.Files.Picture) throws {
    let raster = try decodePNG([UInt8](golden.file))
    #expect((raster.width, raster.height) == (golden.width, golden.height))
    #expect(raster.channels == golden.channels)
    #expect(raster.pixels == [UInt8](golden.pixels))
  }

  @Test(arguments: [1, 3], [(1, 1), (17, 3), (64, 300)])
  func aPictureSurvivesWritingAndReading(_ channels: Int, _ size: (Int, Int)) throws {
    let raster = Raster(
      width: size.0, height: size.1, channels: channels,
      pixels: noise(size.0 * size.1 * channels, seed: 1))
    let file = try encodePNG(raster)
    #expect(try decodePNG(file) == raster)
    #expect(try encodePNG(raster) == file)
  }

  struct Broken: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let says: String
  }

  static let good = [UInt8](Golden.files.png[0].file)

  static let broken: [Broken] = [
    Broken(testDescription: "empty", bytes: [], says: "not a readable PNG: "),
    Broken(testDescription: "text", bytes: Array("hello, world".utf8), says: "Not a PNG file"),
    Broken(
      testDescription: "cut", bytes: Array(good.prefix(good.count / 2)),
      says: "the file ends too early"),
    Broken(
      testDescription: "flipped bit", bytes: flipped(good, at: good.count - 24),
      says: "not a readable PNG: "),
    Broken(
      testDescription: "too wide", bytes: header(width: 40_000, height: 1),
      says: "40000×1, the limit is 32768 a side"),
    Broken(
      testDescription: "a bomb", bytes: header(width: 30_000, height: 30_000),
      says: "30000×30000, the limit is 32768 a side and 100 million pixels"),
    Broken(
      testDescription: "a lying header", bytes: header(width: 9000, height: 9000),
      says: "9000×9000 pixels cannot come from "),
  ]

  @Test(arguments: broken)
  func whatIsNoPNGIsRefusedWithAReason(_ broken: Broken) {
    let error = #expect(throws: PNGError.self) { try decodePNG(broken.bytes) }
    #expect("\(error!)".contains(broken.says), "\(error!)")
  }

  static func flipped(_ bytes: [UInt8], at position: Int) -> [UInt8] {
    var bytes = bytes
    bytes[position] ^= 1
    return bytes
  }

  /// The beginning of an 8-bit grey PNG of this size, up to an empty IDAT.
  static func header(width: Int, height: Int) -> [UInt8] {
    func big(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }
    func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
      let body = Array(name.utf8) + data
      return big(data.count) + body + big(Int(crc32(body[...])))
    }
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
      + chunk("IHDR", big(width) + big(height) + [8, 0, 0, 0, 0]) + chunk("IDAT", [])
  }
}
