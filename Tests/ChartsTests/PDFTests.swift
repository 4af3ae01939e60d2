import Testing

@testable import Charts

@Suite struct PDFTests {
  private static func chart(_ title: String = "d_loss (1)") -> ChartPicture {
    let points = [(0, 1), (1, 3), (2, 2)].map {
      Curve.Point(x: Double($0), value: Double($1), low: Double($1) - 1, high: Double($1) + 1)
    }
    let plot = Plot(
      left: 20, right: 120, top: 10, bottom: 60, horizontal: Axis(covering: points.map(\.x)),
      vertical: Axis(covering: points.map(\.value)))
    var picture = ChartPicture(
      title: title, width: 160, height: 80,
      colours: [.init("c0", light: "#0072b2", dark: "#ffffff")])
    picture.add(title, x: 20, y: 8, style: "title")
    picture.content += plot.grid
    let stroke = Stroke("c0", dash: "6 4")
    let curve = Curve("d", points: points)
    picture.content.append(plot.framed("f", plot.band(curve, stroke) + plot.line(curve, stroke)))
    return picture
  }

  private func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }

  @Test func theTableLeadsToEachObjectAndTheStreamIsAsLongAsItSays() throws {
    let bytes = Self.chart().pdf.bytes
    let text = text(bytes)
    let entries = text.matches(of: #/(\d{10}) 00000 n /#)
    #expect(entries.count == 7)
    for (index, entry) in entries.enumerated() {
      let place = try #require(Int(entry.1))
      #expect(bytes[place...].starts(with: Array("\(index + 1) 0 obj\n".utf8)))
    }
    let start = try #require(text.firstMatch(of: /startxref\n(\d+)\n%%EOF\n/)).1
    #expect(bytes[(Int(start) ?? 0)...].starts(with: Array("xref\n0 8\n".utf8)))
    let length = try #require(text.firstMatch(of: /<< \/Length (\d+) >>\nstream\n/))
    let content = text[length.range.upperBound...].prefix(Int(length.1) ?? 0)
    #expect(content.hasSuffix("\n") && text.contains(content + "endstream"))
    #expect(Self.chart().pdf.bytes == bytes)
  }

  @Test func linesTextsBandsAndFramesAreDrawnOnPaperThreeQuartersAsLarge() {
    let text = text(Self.chart().pdf.bytes)
    #expect(text.contains("/MediaBox [0 0 120 60]") && text.contains("0.75 0 0 -0.75 0 60 cm"))
    #expect(text.contains("/Title (d_loss \\(1\\))"))
    #expect(
      text.contains("/F2 16 Tf\n0.122 0.137 0.157 rg\n1 0 0 -1 20 8 Tm\n(d_loss \\(1\\)) Tj ET"))
    #expect(text.contains("20 10 100 50 re W n"))
    #expect(text.contains("q /O16 gs 1 w 1 J 1 j [6 4] 0 d\n") == false)
    #expect(text.contains("q /O16 gs 1 w 1 J 1 j [] 0 d\n0.000 0.447 0.698 rg\n"))
    #expect(text.contains("q /O100 gs 2.2 w 1 J 1 j [6 4] 0 d\n0.000 0.447 0.698 RG\n"))
    #expect(text.contains("/O16 << /CA 0.16 /ca 0.16 >>"))
    #expect(!text.contains("nan") && !text.contains("inf"))
  }

  @Test func aTextIsWrittenInTheFontsEncodingAndWhatItLacksIsCounted() {
    #expect(PDFText.encoded("−1 – für").bytes == [0x96, 0x31, 0x20, 0x96, 0x20, 0x66, 0xFC, 0x72])
    #expect(PDFText.encoded("日本 x").bytes == Array("?? x".utf8))
    #expect(PDFText.encoded("日本 x").missing == 2)
    #expect(Self.chart("日").pdf.missing == 1)
    #expect(PDFText.literal(Array("a(\\)".utf8)) == Array("(a\\(\\\\\\))".utf8))
    // Adobe: A 667, space 278, one 556.
    #expect(PDFText.width(Array("A 1".utf8), isBold: false) == 667 + 278 + 556)
    #expect(PDFText.width(Array("A 1".utf8), isBold: true) == 722 + 278 + 556)
  }

  @Test func aMarkAndItsNumberStandOnOneLineOfAnSVG() {
    let plot = Plot(
      left: 0, right: 100, top: 0, bottom: 100, horizontal: Axis(covering: [0, 1]),
      vertical: Axis(covering: [0, 1]))
    let lines = plot.grid.svg.split(separator: "\n")
    #expect(lines.dropLast().allSatisfy { $0.hasPrefix("<path class=") && $0.hasSuffix("</text>") })
    #expect(lines.last == "<path class=\"axis\" d=\"M0 100H100\"/>")
  }
}
