/// A chart as a PDF of one page (PDF 1.4, ISO 32000-1), on white paper: lines stay lines at any size. The
/// same chart gives the same bytes; a unit of the chart is three quarters of a point, as browsers print it.
struct PDFPage {
  private let picture: ChartPicture
  private var content: [UInt8] = []
  /// Characters that the font lacks.
  private(set) var missing = 0
  /// By the opacity in hundredths.
  private var opacities: Set<Int> = []

  init(_ picture: ChartPicture) {
    self.picture = picture
    // y grows downwards in a chart, upwards on a page.
    add("0.75 0 0 -0.75 0 \(coordinate(0.75 * picture.height)) cm")
    draw(picture.content)
  }

  private mutating func add(_ line: String) { content += Array((line + "\n").utf8) }

  private mutating func draw(_ elements: [ChartElement]) {
    for element in elements {
      switch element {
      case .text(let text, let x, let y, let anchor, let style, let isCentred):
        draw(text, x: x, y: isCentred ? y + 0.35 * 12 : y, anchor: anchor, style: style)
      case .path(let style, let data, let dash):
        draw(data, Set(style.split(separator: " ")), dash: dash)
      case .framed(_, let frame, let content):
        add("q")
        add(
          "\(coordinate(frame.x)) \(coordinate(frame.y)) \(coordinate(frame.width)) "
            + "\(coordinate(frame.height)) re W n")
        draw(content)
        add("Q")
      }
    }
  }

  private mutating func draw(
    _ text: String, x: Double, y: Double, anchor: String, style: String
  ) {
    let (size, isBold): (Double, Bool) =
      switch style {
      case "title": (16, true)
      case "heading": (14, true)
      case _: (12, false)
      }
    let (bytes, missing) = PDFText.encoded(text)
    self.missing += missing
    let width = Double(PDFText.width(bytes, isBold: isBold)) / 1000 * size
    let left = anchor == "end" ? x - width : anchor == "middle" ? x - width / 2 : x
    add("BT /\(isBold ? "F2" : "F1") \(coordinate(size)) Tf")
    add(Self.colour(isBold ? "#1f2328" : "#57606a", fills: true))
    add("1 0 0 -1 \(coordinate(left)) \(coordinate(y)) Tm")
    content += PDFText.literal(bytes)
    add(" Tj ET")
  }

  private mutating func draw(_ data: String, _ words: Set<Substring>, dash: String) {
    let own = picture.colours.first { words.contains($0.name[...]) }?.light
    let isBand = words.contains("band")
    let colour =
      own ?? (words.contains("grid") ? "#e4e8ec" : words.contains("axis") ? "#8c959f" : "#000000")
    let width = words.contains("line") ? "2.2" : "1"
    let opacity = isBand ? 16 : words.contains("raw") ? 28 : 100
    opacities.insert(opacity)
    add("q /O\(opacity) gs \(width) w 1 J 1 j [\(dash)] 0 d")
    add(Self.colour(colour, fills: isBand))
    for line in Self.lines(data) { add(line) }
    add(isBand ? "f Q" : "S Q")
  }

  /// `#0072b2` as an operator.
  private static func colour(_ text: String, fills: Bool) -> String {
    let value = Int(text.dropFirst(), radix: 16) ?? 0
    let parts = [16, 8, 0].map { coordinate3(Double(value >> $0 & 255) / 255) }
    return parts.joined(separator: " ") + (fills ? " rg" : " RG")
  }

  /// A path of SVG in operators of PDF.
  private static func lines(_ data: String) -> [String] {
    var found: [String] = []
    var (x, y) = (0.0, 0.0)
    var rest = data[...]
    while let word = rest.first {
      rest = rest.dropFirst()
      let numbers = rest.prefix { !$0.isLetter }
      rest = rest.dropFirst(numbers.count)
      let values = numbers.split(whereSeparator: { $0 == " " || $0 == "," }).map { Double($0) ?? 0 }
      switch (word, values.count) {
      case ("M", 2...): (x, y) = (values[0], values[1])
      case ("L", 2...): (x, y) = (values[0], values[1])
      case ("H", 1...): x = values[0]
      case ("V", 1...): y = values[0]
      case ("h", 1...): x += values[0]
      case ("v", 1...): y += values[0]
      case ("Z", _):
        found.append("h")
        continue
      case _: continue
      }
      found.append("\(coordinate(x)) \(coordinate(y)) \(word == "M" ? "m" : "l")")
    }
    return found
  }

  /// The whole file.
  var bytes: [UInt8] {
    let size =
      "\(coordinate(0.75 * picture.width)) \(coordinate(0.75 * picture.height))"
    let states = opacities.sorted().map { opacity in
      let alpha = coordinate(Double(opacity) / 100)
      return "/O\(opacity) << /CA \(alpha) /ca \(alpha) >>"
    }.joined(separator: " ")
    func font(_ name: String) -> String {
      "<< /Type /Font /Subtype /Type1 /BaseFont /\(name) /Encoding /WinAnsiEncoding >>"
    }
    var file = PDFFile()
    file.add("<< /Type /Catalog /Pages 2 0 R >>")
    file.add("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
    file.add(
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 \(size)] /Contents 4 0 R /Resources << "
        + "/Font << /F1 5 0 R /F2 6 0 R >> /ExtGState << \(states) >> >> >>")
    file.add(stream: content)
    file.add(font("Helvetica"))
    file.add(font("Helvetica-Bold"))
    let title = PDFText.literal(PDFText.encoded(picture.title).bytes)
    file.add(Array("<< /Title ".utf8) + title + Array(" >>".utf8))
    return file.bytes(root: 1, information: 7)
  }
}

/// Three digits, as colours need them.
private func coordinate3(_ x: Double) -> String {
  let units = Int((x * 1000).rounded())
  let text = String(units % 1000)
  return "\(units / 1000)." + String(repeating: "0", count: 3 - text.count) + text
}

/// Objects, one after the other, and the table that says where each begins.
private struct PDFFile {
  private var text = Array("%PDF-1.4\n%\u{E9}\u{E9}\n".utf8)
  private var places: [Int] = []

  mutating func add(_ object: String) { add(Array(object.utf8)) }

  mutating func add(_ object: [UInt8]) {
    places.append(text.count)
    text += Array("\(places.count) 0 obj\n".utf8) + object + Array("\nendobj\n".utf8)
  }

  mutating func add(stream: [UInt8]) {
    add(
      Array("<< /Length \(stream.count) >>\nstream\n".utf8) + stream + Array("endstream".utf8))
  }

  func bytes(root: Int, information: Int) -> [UInt8] {
    let entries = places.map { place in
      let digits = String(place)
      return String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n"
    }
    let count = places.count + 1
    return text
      + Array(
        ("xref\n0 \(count)\n0000000000 65535 f \n" + entries.joined()
          + "trailer\n<< /Size \(count) /Root \(root) 0 R /Info \(information) 0 R >>\n"
          + "startxref\n\(text.count)\n%%EOF\n").utf8)
  }
}
