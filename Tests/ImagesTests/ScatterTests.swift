import Testing

@testable import Images

@Suite struct ScatterTests {
  struct Axes: Sendable, CustomTestStringConvertible {
    let points: [Float]
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    let ticks: [Double]
    var testDescription: String { "\(points)" }
  }

  @Test(arguments: [
    Axes(points: [-2, -2, 2, 2], x: -2.5...2.5, y: -2.5...2.5, ticks: [-2, -1, 0, 1, 2]),
    Axes(points: [-4.1, -4, 4, 4.1], x: -6...6, y: -6...6, ticks: [-6, -4, -2, 0, 2, 4, 6]),
    Axes(
      points: [10, 0, 12, 0], x: 9.75...12.25, y: -1.25...1.25, ticks: [10, 10.5, 11, 11.5, 12]),
    Axes(points: [0, 0], x: -1...1, y: -1...1, ticks: [-1, -0.5, 0, 0.5, 1]),
    Axes(points: [.nan, 1, 0, .infinity], x: -1...1, y: -1...1, ticks: [-1, -0.5, 0, 0.5, 1]),
  ])
  func axesAreSquareHaveRoundEndsAndAQuarterOfTheExtentToSpare(_ example: Axes) {
    let axes = PlotAxes(around: example.points)
    #expect(axes.x == example.x && axes.y == example.y)
    #expect(axes.ticks(axes.x) == example.ticks)
  }

  /// Four corners of the square from -2 to 2, which is shown from -2.5 to 2.5.
  private let plot = ScatterPlot(
    of: VectorSet(name: "square", length: 2, values: [-2, -2, 2, -2, -2, 2, 2, 2]), shown: 4)

  private func colour(_ raster: Raster, x: Float, y: Float) -> [UInt8] {
    // 480 pixels for 5 units; the square begins 36 pixels from the left and 24 from above.
    let (column, row) = (36 + Int((x + 2.5) * 96), 24 + Int((2.5 - y) * 96))
    let start = (row * raster.width + column) * 3
    return Array(raster.pixels[start..<start + 3])
  }

  @Test
  func generatedPointsAreColouredWhereTheyLieRealOnesGreyNothingElsewhere() {
    let picture = plot.draw(generated: [1.03, -0.52, 1.03, -0.52, 1.03, -0.52])
    let generated = colour(picture, x: 1.03, y: -0.52)
    #expect(generated[0] > 200 && generated[2] < 80)
    let real = colour(picture, x: -2, y: -2)
    #expect(real.max()! - real.min()! < 20 && real[0] > 60 && real[0] < 120)
    #expect(colour(picture, x: 0.51, y: 0.52) == [20, 22, 27])
    #expect(colour(plot.drawReal(), x: 1.03, y: -0.52) == [20, 22, 27])
  }

  @Test
  func anEdgeCoversItsPixelsInPart() {
    var canvas = PointCanvas(width: 9, height: 9, background: .init(0, 0, 0))
    canvas.disc(x: 4.5, y: 4.5, radius: 2.25, .init(200, 200, 200), opacity: 1)
    let row = (0..<9).map { canvas.raster.pixels[(4 * 9 + $0) * 3] }
    #expect(row == [0, 0, 150, 200, 200, 200, 150, 0, 0])
  }

  @Test
  func pointsBeyondTheAxesLieOnTheEdgeAndAreCountedAxesStay() {
    let inside = plot.draw(generated: [1, 1])
    let far = plot.draw(generated: [1, 1, 90, 0, .nan, 0])
    #expect(far.width == inside.width && far.height == inside.height)
    #expect(colour(far, x: 2.499, y: 0)[0] > 120)
    // `, 2 OUTSIDE` in the legend above the square.
    let legend = { (picture: Raster) in
      picture.pixels.prefix(24 * picture.width * 3).count { $0 == 190 }
    }
    #expect(legend(far) > legend(inside))
    #expect(plot.draw(generated: [.infinity, 0, 1e38, -1e38]).width == inside.width)
  }

  @Test
  func moreThanTwoNumbersAreShownByTheFirstTwoOneNumberOnALine() {
    let long = ScatterPlot(
      of: VectorSet(name: "3", length: 3, values: [-2, -2, 9, 2, 2, 9]), shown: 2)
    let square = ScatterPlot(
      of: VectorSet(name: "2", length: 2, values: [-2, -2, 2, 2]), shown: 2)
    #expect(long.draw(generated: [1, 1, 7]) == square.draw(generated: [1, 1]))
    let line = ScatterPlot(of: VectorSet(name: "1", length: 1, values: [-2, 2]), shown: 2)
    #expect(colour(line.draw(generated: [1.03, 1.03, 1.03]), x: 1.03, y: 0)[0] > 200)
  }
}
