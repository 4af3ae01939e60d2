import Testing

@testable import Charts

struct PlotTests {
  private func plot(_ points: [Curve.Point]) -> Plot {
    Plot(
      left: 0, right: 100, top: 0, bottom: 100,
      horizontal: Axis(covering: points.map(\.x), margin: 0),
      vertical: Axis(covering: points.map(\.value), margin: 0))
  }

  @Test func aCurveIsALineWithGapsWhereItsValueIsNoNumber() {
    let points = [(0, 0), (1, 1), (2, Double.nan), (4, 4)].map { Curve.Point(x: $0, value: $1) }
    let line = plot(points).line(Curve("d", points: points), Stroke("d", dash: "6 4")).svg
    #expect(
      line
        == "<path class=\"d line\" d=\"M0 100h0L25 75M100 0h0\" stroke-dasharray=\"6 4\"/>\n")
  }

  @Test func manyPointsBecomeAsManyAsCanBeSeenAndAreDrawnTwice() {
    let points = (0..<10_000).map { Curve.Point(x: Double($0), value: Double($0 % 2)) }
    let thin = Curve("d", points: points).thinned(to: 1_500)
    #expect(thin.points.count == 1_500)
    #expect(thin.points.allSatisfy { (0.3...0.7).contains($0.value) })
    let drawn = plot(points).line(thin, Stroke("d")).svg
    #expect(drawn.contains("class=\"d raw\"") && drawn.contains("class=\"d line\""))
    #expect(drawn.utf8.count < 60_000)
  }

  @Test func aFewWildValuesDoNotBendTheSmoothLine() {
    let points = (0..<100).map { Curve.Point(x: Double($0), value: $0 == 50 ? 1e9 : 1) }
    #expect(Curve("d", points: points).smoothed.points.allSatisfy { $0.value == 1 })
  }

  @Test func aMeanOfNumbersTooLargeToAddIsStillAMean() {
    #expect([1.7e308, -1.7e308].mean == 0)
    #expect([1.6e308, 1.6e308].mean == 1.6e308)
    #expect([Double.infinity, 1].mean == .infinity)
  }

  @Test(
    arguments: [
      (0, "0"), (1, "1"), (-0.001, "0"), (12.3456, "12.35"), (-0.5, "-0.5"), (3.05, "3.05"),
      (.nan, "0"), (.infinity, "0"), (1e300, "0"),
    ] as [(Double, String)])
  func aCoordinateHasTwoDigitsAtMost(_ value: Double, _ text: String) {
    #expect(coordinate(value) == text)
  }

  @Test func anyNumbersAreDrawnWithinReach() {
    for a in AxisTests.hostile {
      for b in AxisTests.hostile {
        let points =
          [Curve.Point(x: a, value: b), Curve.Point(x: b, value: a)]
          + [Curve.Point(x: 1, value: 1, low: a, high: b)]
        let plot = plot(points)
        let curve = Curve("d", points: points)
        let drawn =
          (plot.grid + plot.line(curve, Stroke("d")) + plot.band(curve, Stroke("d"))).svg
        #expect(!drawn.contains("nan") && !drawn.contains("inf"), "\(a), \(b)")
        _ = curve.smoothed.thinned(to: 1)
      }
    }
  }

  @Test(arguments: [
    ("a < b & \"c\"", "a &lt; b &amp; &quot;c&quot;"), ("plain", "plain"),
    // To Swift a quotation mark with an accent is one letter, to a browser it is two.
    ("\"\u{301} onload=x", "&quot;\u{301} onload=x"), ("<\u{338}b>", "&lt;\u{338}b&gt;"),
    ("it's\n", "it&#39;s\n"), ("\u{1B}[31m\u{0}\u{7F}\u{85}", "␛[31m␀␡\u{FFFD}"),
  ])
  func namesAreTextInMarkup(_ name: String, _ escaped: String) {
    #expect(name.markupEscaped == escaped)
    var picture = ChartPicture(title: name, width: 10, height: 10, colours: [])
    picture.add(name, x: 1, y: 2)
    #expect(picture.svg.contains("<title>\(escaped)</title>"))
    #expect(picture.svg.contains("<text x=\"1\" y=\"2\">\(escaped)</text>"))
  }
}
