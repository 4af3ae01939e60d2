/// What a chart is drawn of, for whatever a picture of it is written as.
package enum ChartElement: Sendable, Hashable {
  /// - Parameters:
  ///   - anchor: which end of the text stands at x: `start`, `middle` or `end`.
  ///   - isCentred: whether y is its middle, and not the line it stands on.
  case text(
    String, x: Double, y: Double, anchor: String, style: String, isCentred: Bool = false)
  /// Lines in SVG's words: M, L, H, V, Z, and h and v.
  ///
  /// - Parameter style: words of the picture's style.
  case path(style: String, data: String, dash: String = "")
  /// What lies outside the rectangle is not drawn. Its name is told once in a picture.
  indirect case framed(name: String, Rectangle, [ChartElement])

  package struct Rectangle: Sendable, Hashable {
    let (x, y, width, height): (Double, Double, Double, Double)

    init(x: Double, y: Double, width: Double, height: Double) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }
  }
}

extension ChartElement {
  package var svg: String {
    switch self {
    case .text(let text, let x, let y, let anchor, let style, let isCentred):
      let kind = style.isEmpty ? "" : " class=\"\(style)\""
      let middle = isCentred ? " dy=\"0.35em\"" : ""
      let place = anchor == "start" ? "" : " text-anchor=\"\(anchor)\""
      return "<text\(kind) x=\"\(coordinate(x))\" y=\"\(coordinate(y))\"\(middle)\(place)>"
        + "\(text.markupEscaped)</text>\n"
    case .path(let style, let data, let dash):
      let dashes = dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\""
      return "<path class=\"\(style)\" d=\"\(data)\"\(dashes)/>\n"
    case .framed(let name, let frame, let content):
      return "<clipPath id=\"\(name)\"><rect x=\"\(coordinate(frame.x))\" "
        + "y=\"\(coordinate(frame.y))\" width=\"\(coordinate(frame.width))\" "
        + "height=\"\(coordinate(frame.height))\"/></clipPath>\n"
        + "<g clip-path=\"url(#\(name))\">\n\(content.svg)</g>\n"
    }
  }
}

extension [ChartElement] {
  /// A mark at a tick and its number stand on one line.
  package var svg: String {
    indices.map { index in
      guard index + 1 < count, case .path(_, _, "") = self[index], self[index].isOfAxis,
        case .text = self[index + 1]
      else { return self[index].svg }
      return String(self[index].svg.dropLast())
    }.joined()
  }
}

extension ChartElement {
  fileprivate var isOfAxis: Bool {
    if case .path(let style, _, _) = self { ["grid", "axis"].contains(style) } else { false }
  }
}
