/// A whole picture of charts: as SVG, which follows the light or dark of its reader, or as PDF.
package struct ChartPicture: Sendable {
  /// The colours of one style of curves, on light and on dark paper.
  package struct Colours: Sendable {
    package let name: String
    package let light: String
    package let dark: String

    package init(_ name: String, light: String, dark: String) {
      (self.name, self.light, self.dark) = (name, light, dark)
    }
  }

  package let title: String
  package let width: Double
  package let height: Double
  package let colours: [Colours]
  package var content: [ChartElement] = []

  package init(title: String, width: Double, height: Double, colours: [Colours]) {
    (self.title, self.width, self.height, self.colours) = (title, width, height, colours)
  }

  /// - Parameter anchor: which end of the text stands there.
  package mutating func add(
    _ text: String, x: Double, y: Double, anchor: String = "start", style: String = ""
  ) {
    content.append(.text(text, x: x, y: y, anchor: anchor, style: style))
  }

  /// A PDF of one page, and how many characters of its texts are question marks there, because
  /// Helvetica lacks them.
  package var pdf: (bytes: [UInt8], missing: Int) {
    let page = PDFPage(self)
    return (page.bytes, page.missing)
  }

  package var svg: String {
    let (width, height) = (coordinate(width), coordinate(height))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
      height="\(height)" role="img">
      <title>\(title.markupEscaped)</title>
      <style>
      text { font: 12px system-ui, "Helvetica Neue", Arial, sans-serif; fill: #57606a; }
      .title, .heading { font-weight: 600; fill: #1f2328; }
      .title { font-size: 16px; }
      .heading { font-size: 14px; }
      .paper { fill: #ffffff; }
      .grid { stroke: #e4e8ec; stroke-width: 1; }
      .axis { stroke: #8c959f; stroke-width: 1; }
      \(rules(\.light))
      .line, .raw { fill: none; stroke: currentColor; }
      .line, .raw { stroke-linejoin: round; stroke-linecap: round; }
      .line { stroke-width: 2.2; }
      .raw { stroke-width: 1; stroke-opacity: 0.28; }
      .band { fill: currentColor; fill-opacity: 0.16; }
      @media (prefers-color-scheme: dark) {
      text { fill: #9198a1; }
      .title, .heading { fill: #f0f3f6; }
      .paper { fill: #0d1117; }
      .grid { stroke: #21262d; }
      .axis { stroke: #656c76; }
      \(rules(\.dark))
      }
      </style>
      <rect class="paper" width="\(width)" height="\(height)" rx="8"/>
      \(content.svg)</svg>

      """
  }

  private func rules(_ shade: (Colours) -> String) -> String {
    colours.map { ".\($0.name) { color: \(shade($0)); }" }
      .joined(separator: "\n")
  }
}
