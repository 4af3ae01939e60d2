import Testing

@testable import Images
@testable import Spec

@Suite struct ResizeTests {
  @Test(arguments: Golden.resize.cases)
  func aResizedImageIsPillowsToTheBit(_ golden: Golden.Resize.Case) {
    let (height, width) = (golden.from[0], golden.from[1])
    let pixels = (1...golden.count).flatMap { noise(height * width * golden.channels, seed: $0) }
    let resize = BilinearResize(
      from: (height, width), to: (golden.to[0], golden.to[1]), channels: golden.channels)
    #expect(resize(pixels, count: golden.count) == [UInt8](golden.bytes))
  }

  @Test
  func eachOfManyImagesIsResizedAsIfItWereAlone() {
    let resize = BilinearResize(from: (9, 7), to: (12, 5), channels: 1)
    let images = (1...600).map { noise(63, seed: $0) }
    let alone = images.flatMap { resize($0, count: 1) }
    #expect(resize(images.flatMap(\.self), count: 600) == alone)
  }

  struct Crop: Sendable {
    let height, width: Int
    let top, left: Int
  }

  @Test(arguments: [
    Crop(height: 4, width: 10, top: 0, left: 3), Crop(height: 4, width: 9, top: 0, left: 2),
    Crop(height: 7, width: 4, top: 2, left: 0), Crop(height: 5, width: 4, top: 0, left: 0),
  ])
  func theMiddleOfTheLongerSideIsKeptWithTorchvisionsRounding(_ crop: Crop) throws {
    let pixels = (0..<(crop.height * crop.width)).map { UInt8($0) }
    let set = ImageSet(
      name: "t", count: 1, height: crop.height, width: crop.width, channels: 1, pixels: pixels)
    let prepared = try prepare(set, size: 4, range: ValueRange(low: 0, high: 255))
    let expected = (0..<16).map {
      Float((crop.top + $0 / 4) * crop.width + crop.left + $0 % 4)
    }
    #expect((prepared.height, prepared.width) == (4, 4))
    #expect(try zip(prepared.values, expected).allSatisfy { abs($0 - $1) < 1e-3 })
  }
}

@Suite struct FloatImagesTests {
  struct Range: Sendable {
    let low, high: Double
    let values: [UInt8: Float]
  }

  @Test(arguments: [
    Range(low: 0, high: 1, values: [0: 0, 255: 1, 1: 1 / 255, 128: 128 / 255]),
    // (x / 255 − 0.5) / 0.5 in float32, which is not 2 · x / 255 − 1 everywhere.
    Range(
      low: -1, high: 1,
      values: [0: -1, 255: 1, 1: (Float(1) / 255 - 0.5) / 0.5, 77: (Float(77) / 255 - 0.5) / 0.5]),
  ])
  func aByteBecomesWhatToTensorAndNormalizeMakeOfIt(_ range: Range) {
    let table = ValueRange(low: range.low, high: range.high).table
    for (byte, value) in range.values { #expect(table[Int(byte)] == value) }
  }

  @Test(arguments: [(-1.0, 1.0), (0.0, 1.0), (-0.3, 7.0)])
  func everyByteComesBackFromItsValue(_ low: Double, _ high: Double) {
    let range = ValueRange(low: low, high: high)
    #expect(range.table.map(range.byte) == (0...255).map { UInt8($0) })
  }

  @Test
  func aBatchHoldsTheImagesOfItsIndicesInTheirOrder() throws {
    let set = ImageSet(
      name: "t", count: 5, height: 3, width: 2, channels: 3, pixels: noise(90, seed: 1))
    let images = try prepare(set, size: nil, range: ValueRange(low: -1, high: 1))
    let indices = [4, 0, 0, 3]
    #expect(
      try images.values(of: indices)
        == indices.flatMap { try Array(images.values[($0 * 18)..<($0 * 18 + 18)]) })
  }
}
