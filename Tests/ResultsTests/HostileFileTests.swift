import Foundation
import Images
import Testing

@testable import Results

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Every table, chart, page and picture over files that say what no run writes: nothing stops the
/// program, and what is shown is what stands there.
struct HostileFileTests {
  let samples = SampleRuns()

  /// What a cell can hold where a number should stand.
  static let cells = [
    "inf", "-inf", "nan", "-nan", "1e300", "-1e300", "1.7e308", "-1.7e308", "1e999", "5e-324",
    "9223372036854775807", "-9223372036854775808", "18446744073709551616", "0", "-0", "", "x",
    "=1+1",
    "0x1p3", " 1", "1,2", "\u{1B}[31m", "💥", "\"", "1e-300",
  ]

  /// A number generator whose failures can be played again.
  private struct Draws {
    var state: UInt64
    mutating func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(count))
    }
    mutating func cell() -> String { HostileFileTests.cells[next(HostileFileTests.cells.count)] }
  }

  /// Reads the runs in every way there is.
  private func readAll() throws {
    let scan = RunScan([samples.path], reader: SampleRuns.reader)
    let list = try RunList(scan, filter: RunFilter(where: nil, sort: "-d_loss"))
    _ = [list.table.aligned(width: 60), list.json.text, list.table.csv]
    for choice in [ValueChoice.last, .best, .min, .max, .mean, .at(step: 500), .at(step: .max)] {
      let loaded = LoadedRun.load(scan.runs, value: choice)
      let comparison = Comparison(
        loaded, value: choice, baseline: scan.runs.first, sort: "-g_loss")
      let table = comparison.table
      _ = [table.aligned(width: 80), table.csv, table.markdown, table.htmlPage(title: "t")]
      #expect(throws: Never.self) {
        try JSONSerialization.jsonObject(with: Data(table.json.text.utf8))
      }
      let svg = comparison.curves(title: "t", limit: 50).svg
      #expect(XMLParser(data: Data(svg.utf8)).parse())
      _ = GridSheet(comparison, at: 500).raster()
      _ = GridSheet(comparison).raster()
      if choice == .last { _ = Report(title: "t", runs: loaded, sort: "d_loss").html }
    }
    for run in scan.runs {
      let summary = RunSummary(run)
      for hasColour in [true, false] {
        _ = summary.text(TerminalStyle(width: 70, hasColour: hasColour))
      }
      _ = summary.json.text
      _ = try? run.frames()
      _ = RunDifference(scan.runs[0], run).json.text
    }
  }

  @Test(arguments: 0..<60)
  func filesOfGeneratedCellsAreReadInEveryWay(_ seed: Int) throws {
    var draws = Draws(state: UInt64(seed) &* 977 &+ 1)
    samples.add(SampleRuns.Shape(id: "20261121T0200-aaaaaa"))
    var shape = SampleRuns.Shape()
    (shape.rows, shape.metric, shape.objective) = (1 + draws.next(90), 5, "maximize")
    let run = samples.add(shape)
    for name in ["losses.csv", "metrics.csv", "timing.csv"] where draws.next(4) > 0 {
      let path = "\(run)/\(name)"
      var lines = try String(contentsOfFile: path, encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false).map {
          $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
      for _ in 0...draws.next(8) {
        let line = draws.next(20) == 0 ? 0 : draws.next(lines.count)
        let column = draws.next(lines[line].count)
        if draws.next(3) == 0 {
          // The whole column.
          let word = draws.cell()
          for other in lines.indices.dropFirst() where lines[other].count > column {
            lines[other][column] = draws.next(2) == 0 ? word : draws.cell()
          }
        } else {
          lines[line][column] = draws.cell()
        }
      }
      samples.write(path, lines.map { $0.joined(separator: ",") }.joined(separator: "\n"))
    }
    let number = [".max", "9223372036854775807", "-1", "0", "4611686018427387904"][draws.next(5)]
    samples.writePicture("\(run)/samples/epoch-\(number).png", shade: 9)
    samples.writePicture("\(run)/samples/step-\(number).png", shade: 9)
    samples.write(
      "\(run)/status.json",
      """
      {"state": "finished", "step": \(["9223372036854775807", "-1", "1e300", "null"][draws.next(4)]), \
      "steps": 3, "started": "9999-12-31T99:99:99Z", "heartbeat": "1970-01-01T00:00:00Z", \
      "pid": -1, "host": "\\u001b[31m"}
      """)
    try readAll()
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let loss: String
    let json: String
    let csv: String
    let terminal: String
    var testDescription: String { loss }
  }

  @Test(arguments: [
    Case(loss: "inf", json: "\"inf\"", csv: "inf", terminal: "inf"),
    Case(loss: "-inf", json: "\"-inf\"", csv: "-inf", terminal: "−inf"),
    Case(loss: "nan", json: "\"nan\"", csv: "nan", terminal: "nan"),
    Case(loss: "-nan", json: "\"nan\"", csv: "nan", terminal: "nan"),
    Case(loss: "-0.5", json: "-0.5", csv: "-0.5", terminal: "−0.5000"),
    Case(loss: "3.0", json: "3", csv: "3", terminal: "3"),
    Case(loss: "1e300", json: "1.0e+300", csv: "1e+300", terminal: "1.000e300"),
    Case(loss: "", json: "null", csv: "", terminal: "–"),
  ])
  func aLossIsTheSameEverywhere(_ test: Case) throws {
    var shape = SampleRuns.Shape()
    shape.rows = 1
    let path = samples.add(shape)
    samples.write(
      "\(path)/losses.csv", "step,epoch,images,d_loss,g_loss\n1000,1,9,1,\(test.loss)\n")
    // Another run beside it, so that there is a column even where this one has no value.
    samples.add(SampleRuns.Shape(id: "20261121T0200-aaaaaa", latent: 3))
    let scan = RunScan([samples.path], reader: SampleRuns.reader)
    let comparison = Comparison(LoadedRun.load(scan.runs))
    let row = try #require(
      comparison.rows.firstIndex { $0.first.run.path == path })
    let column = try #require(comparison.table.columns.firstIndex { $0.title == "g_loss" })
    let cell = comparison.table.rows[row][column]
    #expect(cell.json.text == test.json)
    #expect(cell.text == test.terminal)
    let line = comparison.table.csv.split(separator: "\n")[row + 1]
    #expect(line.split(separator: ",", omittingEmptySubsequences: false).last ?? "" == test.csv)
    let list = try RunList(scan, filter: RunFilter(where: nil, sort: nil))
    #expect(list.json.text.contains("\"g_loss\": \(test.json)"))
  }

  @Test func infinitiesAndNumbersTooLargeToAddHaveAMean() {
    #expect(Statistic([.infinity, 1])?.mean == .infinity)
    #expect(Statistic([-.infinity, -.infinity])?.mean == -.infinity)
    #expect(Statistic([.infinity, -.infinity])?.mean.isNaN == true)
    #expect(Statistic([1.7e308, -1.7e308])?.mean == 0)
    #expect(Statistic([1e308, 1.2e308])?.deviation.map { abs($0 / 1.414e307 - 1) < 1e-3 } == true)
    #expect(NumberFormat.statistic(Statistic([1e300, 2e300])!).count < 40)
  }
}
