import Charts
import Foundation
import Images
import Testing

@testable import Results

struct TableTests {
  static let table = Table(
    columns: [.init("run"), .init("runs", isNumeric: true), .init("loss", isNumeric: true)],
    rows: [
      [.text("a, \"b\" | <c>"), .number(3), Table.Cell(Statistic([1, 1.2, 1.1]))],
      [.text("plain"), .number(1), Table.Cell(Statistic([0.25]))],
      [.text("none"), .missing, .missing],
    ])

  @Test func aTableIsAlignedNumbersToTheRight() {
    #expect(
      Self.table.aligned(width: nil) == """
        run           runs             loss
        a, "b" | <c>     3  1.10 ± 0.10 (3)
        plain            1           0.2500
        none             –                –

        """)
  }

  @Test func aNarrowTerminalShortensTextsAndNeverNumbers() {
    let lines = Self.table.aligned(width: 31).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 31 })
    #expect(lines[1].contains("…") && lines[1].contains("1.10 ± 0.10 (3)"))
  }

  @Test func markdownCSVJSONAndHTMLSayTheSameEachWithItsOwnQuoting() {
    #expect(
      Self.table.markdown == """
        | run | runs | loss |
        | --- | ---: | ---: |
        | a, "b" \\| \\<c> | 3 | 1.10 ± 0.10 (3) |
        | plain | 1 | 0.2500 |
        | none | – | – |

        """)
    let csv = Self.table.csv.split(separator: "\n")
    #expect(csv[0] == "run,runs,loss,loss_sd,loss_n")
    #expect(csv[1].hasPrefix("\"a, \"\"b\"\" | <c>\",3,1.1"))
    #expect(csv[2] == "plain,1,0.25,,1")
    #expect(csv[3] == "none,,,,")
    #expect(Self.table.html.contains("a, &quot;b&quot; | &lt;c&gt;"))
    #expect(Self.table.html.contains("data-value=\"0.25\""))
    let json =
      try? JSONSerialization.jsonObject(with: Data(Self.table.json.text.utf8)) as? [[String: Any]]
    #expect(json?.count == 3)
    #expect((json?[0]["loss"] as? [String: Any])?["n"] as? Int == 3)
    #expect(json?[1]["loss"] as? Double == 0.25)
  }

  @Test(
    arguments: [
      (0.693147, "0.6931"), (12.3456, "12.35"), (1234567, "1234567"), (1e-9, "1.000e-9"),
      (-0.5, "−0.5000"), (2.5e12, "2.500e12"), (.nan, "nan"), (-.infinity, "−inf"), (0, "0"),
      (0.05, "0.05000"),
    ] as [(Double, String)])
  func numbersAreShortAndHonestAboutTheirSpread(_ x: Double, _ text: String) {
    #expect(NumberFormat.short(x) == text)
  }

  @Test(
    arguments: [
      ([0.6931, 0.6950, 0.6912], "0.6931 ± 0.0019 (3)"), ([10, 30], "20 ± 14 (2)"), ([5], "5"),
      ([1, 1], "1.0000 ± 0.0000 (2)"), ([.nan, 1], "nan (2)"),
    ] as [([Double], String)])
  func aSpreadHasAsManyDecimalsAsItHasMeaningFor(_ values: [Double], _ text: String) {
    #expect(Statistic(values).map(NumberFormat.statistic) == text)
  }

  @Test(
    arguments: [
      (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false),
      (true, ["NO_COLOR": ""], true), (true, ["TERM": "dumb"], false),
      (true, ["TERM": "xterm-256color"], true),
    ] as [(Bool, [String: String], Bool)])
  func theTerminalGetsColoursOnlyWhereItIsOneAndNothingForbidsThem(
    _ isTerminal: Bool, _ environment: [String: String], _ hasColour: Bool
  ) {
    let style = TerminalStyle(isTerminal: isTerminal, columns: 100, environment: environment)
    #expect(style.hasColour == hasColour)
    #expect(style.width == 100)
  }

  @Test(arguments: [20, 80, 200])
  func aPictureFitsItsTerminal(_ width: Int) {
    let pixels = (0..<21_600).map { (index: Int) -> UInt8 in UInt8(index / 3 % 120 * 2) }
    let raster = Raster(width: 120, height: 60, channels: 3, pixels: pixels)
    let plain = TerminalPicture.lines(
      of: raster, style: TerminalStyle(width: width, hasColour: false))
    #expect(
      plain.allSatisfy { $0.count == min(width, 120) && $0.allSatisfy { letter in letter.isASCII } }
    )
    #expect(plain.count == min(width, 120) / 4)
    #expect(plain[0].first == " " && plain[0].last == "@" || width == 20)
    let coloured = TerminalPicture.lines(
      of: raster, style: TerminalStyle(width: width, hasColour: true))
    #expect(coloured.allSatisfy { $0.count { $0 == "▀" || $0 == "▄" } == min(width, 120) })
    #expect(coloured.count == min(width, 120) / 4)
    #expect(coloured.allSatisfy { $0.hasSuffix("\u{1B}[0m") })
  }

  @Test(arguments: [40, 80])
  func aFallingAndARisingCurveAreDrawnFallingAndRisingWithinTheWidth(_ width: Int) throws {
    func curve(_ name: String, _ value: (Double) -> Double) -> Curve {
      Curve(
        name,
        points: (0...50).map {
          let y = value(Double($0))
          return Curve.Point(x: Double($0) * 100, value: y)
        })
    }
    let curves = [curve("d_loss") { 5 - $0 / 10 }, curve("g_loss") { $0 / 10 }]
    let lines = TerminalChart.lines(
      of: curves, style: TerminalStyle(width: width, hasColour: false), height: 10)
    #expect(lines.allSatisfy { $0.count <= width })
    #expect(lines[0].contains("* d_loss") && lines[0].contains("o g_loss"))
    let top = try #require(lines.dropFirst().first)
    let falling = try #require(top.firstIndex(of: "*"))
    let rising = try #require(top.firstIndex(of: "o"))
    #expect(falling < rising)
    #expect(lines.last?.contains("5000") == true || lines.last?.contains("4000") == true)
    let coloured = TerminalChart.lines(
      of: curves, style: TerminalStyle(width: width, hasColour: true), height: 10)
    #expect(coloured.count == lines.count)
    #expect(TerminalChart.lines(of: [], style: TerminalStyle(width: 80, hasColour: true)).isEmpty)
  }
}
