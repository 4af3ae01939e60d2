import Charts
import RunFormat
import Spec
import Testing

@testable import Runner

struct LossRowTests {
  private static let columns: [LossColumn] = [
    "d_loss", "g_loss", "d_real", "d_fake", "d_gradient_norm", "g_gradient_norm",
  ]

  /// - Parameter mover: `d` or `g`.
  private func move(
    _ mover: String, _ loss: Float, others: [LossColumn: Float] = [:]
  ) -> MoveResult {
    MoveResult(
      name: "\(mover)0", mover: mover, loss: loss,
      recorded: others.merging([LossColumn(rawValue: "\(mover)_loss"): loss]) { $1 })
  }

  @Test func cellsAreTheShortestThatReadBackTheSame() {
    var ledger = LossLedger(columns: Self.columns)
    ledger.add([move("d", 0.1, others: ["d_real": 1e-7]), move("g", 12_345_678)])
    #expect(
      ledger.takeRow(step: 50, epoch: 1, images: 25600).csv
        == "50,1,25600,0.1,12345678.0,1e-07,,,\n")
    #expect(ledger.isEmpty)
  }

  @Test func aRowIsAMeanOverAllMovesOfAPlayer() {
    var ledger = LossLedger(columns: Self.columns)
    ledger.add([move("d", 1), move("d", 2), move("g", 5)])
    ledger.add([move("d", 3), move("d", 6), move("g", 6)])
    #expect(ledger.json.compact.contains(#""d_loss":{"sum":12,"count":4}"#))
    #expect(ledger.takeRow(step: 2, epoch: 1, images: 8).csv == "2,1,8,3.0,5.5,,,,\n")
  }

  @Test func columnsOfAGameStandAfterThoseOfEveryGame() throws {
    let names: [LossColumn] = ["d_r1", "k"]
    var ledger = LossLedger(columns: Self.columns + names)
    ledger.add([move("d", 1, others: ["d_r1": 0.5]), move("g", 2)])
    ledger.add([move("d", 1, others: ["d_r1": 1, "g_r1": 9])])
    let restored = LossLedger(ledger.json, columns: ledger.columns)
    #expect(restored == ledger)
    #expect(LossLedger(ledger.json, columns: Self.columns) == nil)
    let header = LossRow.header(ledger.columns)
    #expect(header.hasSuffix("d_gradient_norm,g_gradient_norm,d_r1,k\n"))
    let row = ledger.takeRow(step: 2, epoch: 1, images: 8)
    #expect(row.csv == "2,1,8,1.0,2.0,,,,,0.75,\n")
    #expect(LossRow.rows(of: Array((header + row.csv).utf8)) == [row])
  }

  @Test(arguments: [
    "step,d_loss", "d_loss,step", "", "step,epoch,images,", "step,epoch,images,k,k",
  ])
  func anotherFileHasNoColumns(_ header: String) {
    #expect(LossRow.columns(header: header[...]) == nil)
  }

  @Test func whatIsNotFiniteIsWrittenAsSuch() {
    var ledger = LossLedger(columns: Self.columns)
    ledger.add([move("d", .nan), move("g", .infinity)])
    #expect(ledger.takeRow(step: 1, epoch: 1, images: 4).csv == "1,1,4,nan,inf,,,,\n")
  }
}

struct LossChartTests {
  private func points(_ losses: [Double]) -> [Curve.Point] {
    losses.enumerated().map { Curve.Point(x: Double($0 + 1), value: $1) }
  }

  @Test(arguments: [1e19, 1e26, 3e38])
  func lossesTooLargeForAnyWholeNumberAreDrawn(_ loss: Double) {
    let svg = LossChart(title: "", curves: [Curve("d", points: points([1, loss, -loss]))]).svg
    #expect(svg.contains("class=\"c0 line\""))
    #expect(svg.contains("text-anchor=\"end\">−5e") || svg.contains("text-anchor=\"end\">−2e"))
  }

  @Test func aSmallChartIsThis() {
    let svg = LossChart(
      title: "a < b & \"c\"",
      curves: [Curve("d", points: points([1, 0.5])), Curve("g", points: points([2, .nan, 2.5]))]
    ).svg
    #expect(svg.contains(#"<text class="title" x="62" y="30">a &lt; b &amp; &quot;c&quot;</text>"#))
    #expect(svg.contains(#"<path class="c0 line" d="M320.67 304.83h0L579.33 382.66"/>"#))
    #expect(svg.contains(#"text-anchor="end">0.5</text>"#))
    #expect(svg.hasSuffix("</svg>\n"))
    // A loss that is no number leaves a gap.
    #expect(svg.contains(#"<path class="c1 line" d="M320.67 149.17h0M838 71.34h0"/>"#))
  }

  @Test func aChartWithoutRowsSaysSo() {
    #expect(LossChart(title: "", curves: []).svg.contains("no rows yet"))
  }
}

struct ProgressTests {
  /// What a display puts, when each round takes `seconds`.
  private func shown(
    _ style: ProgressDisplay.Style, rounds: Int, seconds: Double, perEpoch: Int = 118,
    steps: Int = 23_600, verbose: Bool = false
  ) -> [String] {
    var (now, output) = (0.0, [String]())
    let display = ProgressDisplay(
      style: style, verbose: verbose, clock: { now }, put: { output.append($0) })
    for step in 1...rounds {
      now += seconds
      display.show(
        .round(
          RoundProgress(
            step: step, steps: steps, epoch: (step - 1) / perEpoch + 1,
            epochs: steps / perEpoch, images: step * 512,
            losses: [
              .init(column: "d_loss", value: 0.6931), .init(column: "g_loss", value: 0.7009),
            ]
          )))
    }
    return output
  }

  @Test func theLineSaysWhereItIsAndHowLongItTakes() {
    let lines = shown(.lines, rounds: 1000, seconds: 0.061)
    #expect(
      lines.dropFirst().first
        == "epoch 5/200  round 493/23600  d 0.693 g 0.701  61 ms/round  8,393 img/s  24 min left\n")
  }

  /// What is missed least goes first, and where it goes on and how long it takes is never cut.
  @Test(
    arguments: [
      (100, "epoch 9/200  round 999/23600  d 0.693 g 0.701  61 ms/round  8,393 img/s  23 min left"),
      (80, "epoch 9/200  round 999/23600  d 0.693 g 0.701  61 ms/round  23 min left"),
      (70, "epoch 9/200  round 999/23600  d 0.693 g 0.701  23 min left"),
      (50, "round 999/23600  d 0.693 g 0.701  23 min left"),
      (40, "round 999/23600  23 min left"), (20, "round 999/23600  2…"),
    ])
  func theLineFitsItsTerminal(columns: Int, line: String) throws {
    let drawn = shown(.terminal(columns: columns, colour: false), rounds: 999, seconds: 0.061)
    #expect(drawn.allSatisfy { $0.count <= 4 + columns - 1 })
    let last = try #require(drawn.last { $0.contains("round 99") })
    let words = last.replacing("\r\u{1B}[K", with: "").replacing(/round 99[0-9]/, with: "round 999")
    #expect(words == line)
  }

  /// Rounds of 61 ms; a measurement of 20 s, a checkpoint of 5 s and a picture of 2 s with each epoch.
  @Test func whatIsNoTrainingIsInNoRateAndIsSpreadOverTheTimeLeft() {
    var (now, output) = (0.0, [String]())
    let display = ProgressDisplay(style: .lines, clock: { now }, put: { output.append($0) })
    for step in 1...(3 * 118 + 1) {
      now += 0.061
      display.show(
        .round(
          RoundProgress(
            step: step, steps: 23_600, epoch: (step - 1) / 118 + 1, epochs: 200,
            images: step * 512, losses: [])))
      guard step % 118 == 0 else { continue }
      for (seconds, event) in [
        (2, .picture(path: "a")), (20, .measured([])), (5, .checkpoint(path: "c")),
      ] as [(Double, RunEvent)] {
        now += seconds
        display.show(event)
      }
    }
    let rates = output.dropFirst().map {
      $0.split(separator: "  ").dropFirst(2).joined(separator: ", ")
    }
    // 23,245 rounds of 61 ms, and 197 times 27 s.
    #expect(
      rates == [
        "61 ms/round, 8,393 img/s, 24 min left\n",
        "61 ms/round, 8,393 img/s, 1 h 53 min left\n",
        "61 ms/round, 8,393 img/s, 1 h 52 min left\n",
      ])
  }

  @Test func aTerminalIsRedrawnAtMostFourTimesASecond() {
    let drawn = shown(.terminal(columns: 60, colour: false), rounds: 1000, seconds: 0.01)
    #expect((36...41).contains(drawn.count))
    #expect(drawn.allSatisfy { $0.hasPrefix("\r\u{1B}[K") && !$0.contains("\n") })
    #expect(drawn.allSatisfy { $0.count <= 4 + 59 })
  }

  @Test func plainLinesComeEveryHalfMinuteHoweverLongTheEpochs() {
    // At 0.5, 30.5, 60.5, 90.5 and 120.5 seconds.
    for perEpoch in [2, 118, 10_000] {
      #expect(shown(.lines, rounds: 300, seconds: 0.5, perEpoch: perEpoch).count == 5)
    }
  }

  @Test func theLastRoundIsAlwaysShown() {
    #expect(shown(.lines, rounds: 7, seconds: 0.01, steps: 7).last?.contains("round 7/7") == true)
  }

  @Test func quietSaysOnlyWhatIsWrong() {
    #expect(shown(.quiet, rounds: 100, seconds: 1).isEmpty)
    var output: [String] = []
    let display = ProgressDisplay(style: .quiet, put: { output.append($0) })
    display.show(.picture(path: "x"))
    display.show(.warning("careful"))
    let outcome = RunOutcome(
      ending: .diverged(.diverged(step: 3, tensor: "generator loss", value: .nan)),
      directory: "d", step: 3, checkpoint: "c", picture: nil)
    display.show(.ended(outcome))
    #expect(
      output == [
        "warning: careful\n",
        "diverged at step 3: generator loss is nan; last finite weights: c\n",
      ])
  }

  @Test(arguments: [
    (0.4, "0 s"), (45, "45 s"), (99.4, "99 s"), (100, "2 min"), (1440, "24 min"),
    (11_100, "3 h 05 min"), (.infinity, "a long time"),
  ])
  func durationsAreSaidInWords(seconds: Double, words: String) {
    #expect(Duration.words(seconds) == words)
  }

  @Test(arguments: [
    (0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2_000_000_000, "2 GB"),
    (999_600_000, "1 GB"), (61_440_000, "61 MB"), (9_960_000, "10 MB"),
  ])
  func bytesAreSaidInWords(bytes: Int, words: String) {
    #expect(ByteCount(bytes).description == words)
  }
}

struct JSONTests {
  @Test(arguments: [
    (#"{"a":[1,-2.5,1e3,true,null,"x"]}"#, #"{"a":[1,-2.5,1000,true,null,"x"]}"#),
    (#""\u00e4\ud83d\ude00\n\/""#, #""ä😀\n/""#), (" [ ] ", "[]"), ("{}", "{}"), ("-0", "0"),
  ])
  func textBecomesAValueAndText(source: String, compact: String) throws {
    #expect(try JSON(parsing: Array(source.utf8)).compact == compact)
  }

  @Test(arguments: [
    "", "[1,]", "{\"a\"}", "01", "1.", "-", "1e", "tru", "\"a", "\"\\x\"", "\"\\ud800\"", "[1 2]",
    "{\"a\":1,}", "1 2", "\"\n\"", "1e999", "+1", "\u{FEFF}1", "'a'", "NaN",
  ])
  func whatIsNotJSONIsRefusedWithAPlace(source: String) {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: Array(source.utf8)) }
    #expect(error?.description.contains("at byte") == true)
  }

  @Test func sealsBreakWithAnyChange() throws {
    let sealed = JSON.object([("step", .integer(7)), ("sum", .number(0.1)), ("gap", .number(.nan))])
      .sealed
    let read = try JSON(parsing: sealed.fileBytes)
    #expect(read.unsealed?["step"]?.int == 7)
    let other = String(decoding: sealed.fileBytes, as: UTF8.self).replacing("7,", with: "8,")
    #expect(try JSON(parsing: Array(other.utf8)).unsealed == nil)
  }
}
