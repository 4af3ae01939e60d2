import Testing

@testable import Results

struct TableLayoutTests {
  private static let table = Table(
    columns: [
      .init("run", least: nil), .init("a_rather_long_title", isNumeric: true),
      .init("text", least: 8), .init("last", isNumeric: true, dispensability: 2),
      .init("first_to_go", least: nil, dispensability: 3),
    ],
    rows: [
      [
        .text("abcdef/0"), .number(0.25), .text("some words that are long"), .number(1),
        .text("hello"),
      ],
      [.text("b"), .missing, .text("short"), .missing, .text("you")],
    ])

  @Test func longTitlesTakeSeveralLinesBeforeATextIsCut() {
    #expect(
      TableLayout(Self.table, width: 66).text == """
                   a_rather_                                  first_to_
        run       long_title  text                      last  go
        abcdef/0      0.2500  some words that are long     1  hello
        b                  –  short                        –  you

        """)
    let lines = TableLayout(Self.table, width: 64).text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 64 })
    #expect(lines.contains { $0.contains("some words that are long") })
    #expect(TableLayout(Self.table, width: nil).text.contains("a_rather_long_title"))
  }

  @Test func textsEndInAnEllipsisThenColumnsGoThatCanBeDoneWithout() {
    let cut = TableLayout(Self.table, width: 48)
    #expect(cut.left.isEmpty)
    #expect(cut.text.contains("abcdef/0") && cut.text.contains("…"))
    let fewer = TableLayout(Self.table, width: 36)
    #expect(fewer.left == ["first_to_go"])
    let fewest = TableLayout(Self.table, width: 29)
    #expect(fewest.left == ["first_to_go", "last"])
    for layout in [cut, fewer, fewest] {
      #expect(layout.text.contains("abcdef/0") && layout.text.contains("0.2500"))
    }
  }

  @Test func whatIsTooWideEvenThenStandsInPartsEachWithTheFirstColumn() {
    let table = Table(
      columns: [.init("run", least: nil)] + (0..<6).map { .init("m\($0)", isNumeric: true) },
      rows: [
        [.text("abcdef/0")] + (0..<6).map { .number(Double($0) + 0.5) },
        // Nothing to be said of it after the first part.
        [.text("b"), .number(1)] + (0..<5).map { _ in .missing },
      ])
    let text = TableLayout(table, width: 28).text
    let parts = text.components(separatedBy: "\n\n")
    #expect(parts.allSatisfy { $0.hasPrefix("run") && $0.contains("abcdef/0") })
    #expect(parts[0].contains("\nb "))
    #expect(parts.dropFirst().allSatisfy { !$0.contains("\nb ") })
    for value in ["0.5000", "1.500", "2.500", "3.500", "4.500", "5.500"] {
      #expect(text.contains(value))
    }
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 28 })
  }

  @Test func signsThatAFileHasAreAsWideAsTheyAreWritten() {
    let table = Table(
      columns: [.init("run", least: nil), .init("loss", isNumeric: true)],
      rows: [
        [.text("a"), Table.Cell(Statistic([1, 1.2, 1.1]))], [.text("b"), .number(-0.5)],
      ])
    let text = TableLayout(
      table, width: nil,
      signs: { $0.replacing("±", with: "+-").replacing("−", with: "-") }
    ).text
    #expect(Set(text.split(separator: "\n").map(\.count)).count == 1, "\(text)")
  }

  @Test(arguments: [
    ("0.001", "0.001"), ("1e-3", "0.001"), ("1.0e-05", "1e-5"), ("0.00012345678", "0.0001235"),
    ("1000000", "1000000"), ("1.0e+18", "1e18"), ("12345678901", "12345678901"), ("-3", "-3"),
    ("[0.5, 0.999]", "[0.5, 0.999]"), ("adam", "adam"), ("nan", "nan"), ("0x10", "0x10"),
    ("1e", "1e"), ("", ""),
  ])
  func settingsHaveFourSignificantDigits(_ text: String, _ short: String) {
    #expect(NumberFormat.setting(text) == short)
    #expect(Table.Cell.setting(text).text == short)
  }

  @Test(arguments: [
    (
      "diverged at step 1: generator loss is inf; last finite weights: none saved",
      "step 1: generator loss is inf"
    ),
    (
      "stopped early at step 200: fd 12 is worse than 9, the median of 5 finished trials",
      "step 200: fd 12 is worse than 9, the median of 5 finished t…"
    ),
    ("killed (signal 9): too little memory?", "killed (signal 9): too little memory?"),
  ])
  func aReasonIsItsBeginningForPeopleAndWholeInFiles(_ reason: String, _ short: String) {
    #expect(Table.Cell.reason(reason).text == short)
    let table = Table(columns: [.init("reason")], rows: [[.reason(reason)]])
    #expect(table.csv.contains(reason) && table.json.text.contains(reason))
    #expect(!table.markdown.contains("none saved"))
  }
}
