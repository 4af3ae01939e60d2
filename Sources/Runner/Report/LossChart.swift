import Charts

/// Both losses over the epochs, as an SVG picture that follows the light or dark of its reader.
package struct LossChart: Sendable {
  package let title: String
  /// Losses over the epochs played.
  package let discriminator: [Curve.Point]
  package let generator: [Curve.Point]

  package init(title: String, discriminator: [Curve.Point], generator: [Curve.Point]) {
    (self.title, self.discriminator, self.generator) = (title, discriminator, generator)
  }

  /// More than the picture has columns.
  private static let pointLimit = 1_500

  package var svg: String {
    let points = discriminator + generator
    let plot = Plot(
      left: 62, right: 838, top: 62, bottom: 392,
      horizontal: Axis(
        covering: [0] + points.map(\.x), scale: .whole, ticks: 9, margin: 0),
      vertical: Axis(
        covering: Axis.readable(points.lazy.map(\.value)), margin: 0.03, leastSpan: 0.04))
    var picture = ChartPicture(
      title: title, width: 860, height: 440,
      colours: [
        .init("d", light: "#c2410c", dark: "#ff9b5e"),
        .init("g", light: "#1d64c8", dark: "#6cb0ff"),
      ])
    picture.add(title, x: plot.left, y: 30, style: "title")
    for (stroke, name, x) in [
      (Stroke("d"), "discriminator", 620.0), (Stroke("g"), "generator", 750),
    ] {
      picture.content += stroke.path("M\(coordinate(x)) 26h22", "line")
      picture.add(name, x: x + 28, y: 30)
    }
    picture.content += plot.grid
    picture.add("epoch", x: (plot.left + plot.right) / 2, y: 430, anchor: "middle")
    picture.add("loss", x: plot.left - 8, y: 50, anchor: "end")
    picture.content += plot.framed(
      "frame", curve(discriminator, Stroke("d"), plot) + curve(generator, Stroke("g"), plot))
    if points.isEmpty { picture.add("no rows yet", x: 450, y: 230, anchor: "middle") }
    return picture.svg
  }

  private func curve(_ points: [Curve.Point], _ stroke: Stroke, _ plot: Plot) -> String {
    plot.line(Curve(stroke.name, points: points).thinned(to: Self.pointLimit), stroke)
  }
}
