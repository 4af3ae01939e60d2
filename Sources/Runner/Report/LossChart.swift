import Charts

/// The losses over the epochs, as an SVG picture that follows the light or dark of its reader.
package struct LossChart: Sendable {
  package let title: String
  /// A mover's losses over the epochs played.
  package let curves: [Curve]

  package init(title: String, curves: [Curve]) { (self.title, self.curves) = (title, curves) }

  /// More than the picture has columns.
  private static let pointLimit = 1_500

  package var svg: String {
    let points = curves.flatMap(\.points)
    let plot = Plot(
      left: 62, right: 838, top: 62, bottom: 392,
      horizontal: Axis(
        covering: [0] + points.map(\.x), scale: .whole, ticks: 9, margin: 0),
      vertical: Axis(
        covering: Axis.readable(points.lazy.map(\.value)), margin: 0.03, leastSpan: 0.04))
    var picture = ChartPicture(
      title: title, width: 860, height: 440,
      colours: Palette.light.indices.map {
        .init("c\($0)", light: Palette.light[$0], dark: Palette.dark[$0])
      })
    picture.add(title, x: plot.left, y: 30, style: "title")
    let strokes = curves.indices.map {
      Stroke("c\($0 % Palette.light.count)", dash: Palette.dash($0))
    }
    var right = plot.right
    for (curve, stroke) in zip(curves, strokes).reversed() {
      // A letter of the legend is at most so wide.
      right -= 8 * Double(curve.name.count) + 28
      picture.content += stroke.path("M\(coordinate(right)) 26h22", "line")
      picture.add(curve.name, x: right + 28, y: 30)
      right -= 22
    }
    picture.content += plot.grid
    picture.add("epoch", x: (plot.left + plot.right) / 2, y: 430, anchor: "middle")
    picture.add("loss", x: plot.left - 8, y: 50, anchor: "end")
    picture.content.append(
      plot.framed(
        "frame",
        zip(curves, strokes).flatMap { plot.line($0.thinned(to: Self.pointLimit), $1) }))
    if points.isEmpty { picture.add("no rows yet", x: 450, y: 230, anchor: "middle") }
    return picture.svg
  }
}
