import Testing

@testable import Images
@testable import Spec

@Suite struct GridTests {
  private let range = ValueRange(low: -1, high: 1)

  private func pixel(_ raster: Raster, _ x: Int, _ y: Int) -> UInt8 {
    raster.pixels[(y * raster.width + x) * raster.channels]
  }

  @Test
  func imagesStandInRowsWithAMarginAroundEach() {
    // Three images of 2×3 with values of their own.
    let images = (0..<3).flatMap { [Float](repeating: [-1, 0, 1][$0], count: 6) }
    let picture = grid(
      images: images, count: 3, height: 3, width: 2, channels: 1, columns: 2, range: range)
    #expect((picture.width, picture.height) == (2 + 2 * 4, 2 + 2 * 5))
    #expect(pixel(picture, 2, 2) == 0 && pixel(picture, 3, 4) == 0)
    #expect(pixel(picture, 6, 2) == 128 && pixel(picture, 7, 4) == 128)
    #expect(pixel(picture, 2, 7) == 255)
    let margin = pixel(picture, 0, 0)
    for (x, y) in [(4, 2), (2, 5), (6, 7), (9, 11)] { #expect(pixel(picture, x, y) == margin) }
  }

  @Test
  func whatBelongsTogetherStandsNearerThanWhatDoesNot() {
    let picture = grid(
      images: (0..<8).map { Float($0 % 2) }, count: 8, height: 1, width: 1, channels: 1, columns: 4,
      range: range, group: 2)
    // Two groups of two: 2 + 1 + 2 + 1 + 6 + 1 + 2 + 1 + 2 pixels.
    #expect((picture.width, picture.height) == (18, 8))
    for x in [2, 12] { #expect(pixel(picture, x, 2) == 128 && pixel(picture, x + 3, 5) == 255) }
    for x in 6..<12 { #expect(pixel(picture, x, 2) == pixel(picture, 0, 0)) }
  }

  @Test
  func theScaleIsTheRangesWhateverTheImagesHold() {
    func shown(_ value: Float, beside other: Float) -> UInt8 {
      let picture = grid(
        images: [value, other], count: 2, height: 1, width: 1, channels: 1, columns: 2,
        range: range)
      return pixel(picture, 2, 2)
    }
    #expect(shown(0.5, beside: -1) == shown(0.5, beside: 1))
    #expect(shown(0.5, beside: 0.4) == 191)
    #expect(shown(3, beside: 0) == 255 && shown(-3, beside: 0) == 0 && shown(.nan, beside: 0) == 0)
  }

  @Test
  func coloursKeepTheirOrder() {
    let picture = grid(
      images: [1, 0, -1], count: 1, height: 1, width: 1, channels: 3, columns: 4, range: range)
    #expect(picture.width == 5)
    let start = (2 * picture.width + 2) * 3
    #expect(Array(picture.pixels[start..<(start + 3)]) == [255, 128, 0])
  }

  @Test
  func aLabelIsDrawnInAGutterBesideItsRowAndNowhereElse() {
    let images = [Float](repeating: -1, count: 2 * 3 * 14 * 14)
    func picture(_ labels: [String]?) -> Raster {
      grid(
        images: images, count: 6, height: 14, width: 14, channels: 1, columns: 3, range: range,
        rowLabels: labels)
    }
    let (bare, one) = (picture(nil), picture(["", "7"]))
    let gutter = one.width - bare.width
    #expect(gutter > 5 && one.height == bare.height)
    let ink = (0..<one.height).filter { y in
      (0..<gutter).contains { pixel(one, $0, y) > 200 }
    }
    #expect(ink == Array(21...27))
    #expect(picture(["7", "7"]).pixels != picture(["7", "1"]).pixels)
  }

  @Test(arguments: ["aeroplane with wings", "é ✈ 0", ""])
  func aLongLabelAndLettersOfAnyKindFit(_ label: String) {
    let picture = grid(
      images: [0, 0], count: 2, height: 1, width: 1, channels: 1, columns: 1, range: range,
      rowLabels: [label])
    #expect(picture.width <= 5 + 12 * 6 + 4)
  }

  @Test
  func aPreviewHasARowAClassAndPlacesWithoutAnImageStayEmpty() throws {
    let set = ImageSet(
      name: "t", count: 4, height: 1, width: 1, channels: 1, pixels: [10, 20, 30, 40],
      labels: [1, 0, 1, 1], classNames: ["a", "b", "c"])
    let picture = try preview(of: set, columns: 2)
    let left = picture.width - 2 * 3
    let shown = (0..<6).map { pixel(picture, left + $0 % 2 * 3, 2 + $0 / 2 * 3) }
    let empty = pixel(picture, 0, 0)
    #expect(shown == [20, empty, 10, 30, empty, empty])
  }
}
