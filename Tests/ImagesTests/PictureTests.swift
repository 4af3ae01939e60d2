import Testing

@testable import Images

@Suite struct PictureTests {
  @Test(arguments: Golden.pictures.cases)
  func aPictureIsReadTurnedLaidOnItsGroundResizedAndCutAsPillowDoesIt(
    _ golden: Golden.Pictures.Case
  ) throws {
    var options = ImageOptions()
    options.background = try #require(Background(rawValue: golden.background))
    let raster = try options.decode([UInt8](golden.file), channels: golden.channels)
    var (width, height, pixels) = (raster.width, raster.height, raster.pixels)
    if let size = golden.size {
      let resize = BilinearResize(
        from: (raster.height, raster.width), size: size, channels: raster.channels)
      (width, height, pixels) = (size, size, resize(raster.pixels, count: 1))
    }
    #expect((width, height, raster.channels) == (golden.width, golden.height, golden.bands))
    let worst = zip(pixels, golden.pixels).map { abs(Int($0) - Int($1)) }.max()
    #expect(worst == 0)
    #expect(pixels.count == golden.pixels.count)
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let says: String
  }

  private static let photo = Golden.pictures.file("JPEG, 4:2:0")

  /// The photo with another size in its header.
  private static func resized(_ width: Int, _ height: Int) -> [UInt8] {
    var bytes = photo
    guard let frame = bytes.indices.first(where: { bytes[$0] == 0xff && bytes[$0 + 1] == 0xc0 })
    else { return [] }
    for (place, value) in [height >> 8, height & 255, width >> 8, width & 255].enumerated() {
      bytes[frame + 5 + place] = UInt8(value)
    }
    return bytes
  }

  static let bad: [Bad] = [
    Bad(testDescription: "nothing", bytes: [], says: "an empty file"),
    Bad(
      testDescription: "text", bytes: Array("this is not a picture\n".utf8),
      says: "neither JPEG, PNG nor WebP: it begins with the text `this is not a pi`"),
    Bad(
      testDescription: "another kind", bytes: [0x47, 0x49, 0x46, 0x38, 0, 1, 2, 3, 4],
      says: "it begins with the bytes 4749463800010203"),
    Bad(
      testDescription: "a GIF", bytes: Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0],
      says: "a picture of the kind GIF, which is not read: save it as PNG"),
    Bad(
      testDescription: "a cut WebP",
      bytes: Array(Golden.pictures.file("WebP, lossy").dropLast(40)),
      says: "the file ends too early"),
    Bad(
      testDescription: "a WebP of damaged data",
      bytes: Array(Golden.pictures.file("WebP, lossless").prefix(24))
        + [UInt8](repeating: 255, count: 600),
      says: "damaged WebP data"),
    Bad(
      testDescription: "an animated WebP", bytes: animatedWebP,
      says: "an animated WebP: save its frames as single pictures"),
    Bad(
      testDescription: "a cut JPEG", bytes: Array(photo.prefix(photo.count - 20)),
      says: "Premature end of JPEG file"),
    Bad(
      testDescription: "a JPEG that is only its beginning", bytes: Array(photo.prefix(3)),
      says: "Premature end of JPEG file"),
    Bad(
      testDescription: "a JPEG of 65,500 × 60,000", bytes: resized(65_500, 60_000),
      says: "65500×60000, the limit is 32768 a side"),
    Bad(
      testDescription: "a PNG of 30,000 × 30,000",
      bytes: PNGTests.header(width: 30_000, height: 30_000),
      says: "30000×30000, the limit is 32768 a side and 100 million pixels"),
    Bad(
      testDescription: "a dot", bytes: onePixel, says: "1×1, min_side is 2"),
  ]

  /// The head of one of 4 × 4 pixels.
  private static let animatedWebP: [UInt8] =
    Array("RIFF".utf8) + [22, 0, 0, 0] + Array("WEBPVP8X".utf8) + [10, 0, 0, 0]
    + [2, 0, 0, 0, 3, 0, 0, 3, 0, 0]

  static let onePixel: [UInt8] = {
    let raster = Raster(width: 1, height: 1, channels: 1, pixels: [7])
    return (try? encodePNG(raster)) ?? []
  }()

  @Test(arguments: bad)
  func whatIsNoPictureToLearnFromIsRefusedWithAReason(_ bad: Bad) {
    let fault = #expect(throws: ImageFault.self) {
      try ImageOptions().decode(bad.bytes, channels: nil)
    }
    #expect(fault?.reason.contains(bad.says) == true, "\(String(describing: fault))")
  }

  @Test
  func exifThatIsNonsenseLeavesAPictureAsItIs() {
    let file = Golden.pictures.file("JPEG, orientation 6")
    #expect(Orientation(ofFile: file) == .quarterTurnRight)
    for cut in 0..<file.count { _ = Orientation(ofFile: Array(file.prefix(cut))) }
    #expect(Orientation(ofFile: Array(file.prefix(20))) == .upright)
    #expect(Orientation(ofFile: []) == .upright)
  }
}
