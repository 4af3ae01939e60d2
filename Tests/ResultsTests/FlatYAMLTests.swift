import Foundation
import Spec
import Testing

@testable import Results

struct FlatYAMLTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    /// `key=text`, or a part of the error.
    let answer: [String]
    var testDescription: String { text.replacing("\n", with: "⏎") }
  }

  @Test(arguments: [
    Case(text: "a: 1\nb: {c: [1, 2e-4], d: x y}\n", answer: ["a=1", "b.c=[1, 2e-4]", "b.d=x y"]),
    Case(
      text: "l:\n  - relu\n  - linear: {units: 8}\n",
      answer: ["l[0]=relu", "l[1].linear.units=8"]),
    Case(text: #"{"a": {"b": null, "c": "q\"\n\u00e9"}}"#, answer: ["a.b=null", "a.c=q\"\né"]),
    Case(text: "a: {}\nb: []\n", answer: ["a={}", "b=[]"]),
    Case(text: "\u{FEFF}a: 1\r\nb: 2\r\n", answer: ["a=1", "b=2"]), Case(text: "", answer: []),
  ])
  func yamlAndJSONBecomeDottedKeys(_ test: Case) throws {
    #expect(try FlatYAML(test.text).entries.map { "\($0.key)=\($0.text)" } == test.answer)
  }

  @Test(arguments: [
    ("a: [1, 2\n", "line 2"), ("a: 1\n b: 2\n", "line 2"),
    ("? [x]\n: 1\n", "a key must be a word"),
    (String(repeating: "[", count: 100), "nested more than 64 deep"),
    (String(repeating: "- {a: 1}\n", count: 20_001), "more than 20000 values"),
  ])
  func whatIsNoYAMLOrWouldNeverEndIsRefusedWithItsLine(_ text: String, _ words: String) {
    do throws(FlatYAMLError) {
      _ = try FlatYAML(text)
      Issue.record("was read")
    } catch {
      #expect(error.reason.contains(words), "\(error)")
    }
  }

  @Test func readingComparingAndReportingWriteNothingIntoARun() throws {
    let samples = SampleRuns()
    samples.add(SampleRuns.Shape())
    samples.add(SampleRuns.Shape(id: "20261121T0400-bbbbbb"))
    let before = try listing(samples.path)
    let scan = RunScan([samples.path], reader: SampleRuns.reader)
    let loaded = LoadedRun.load(scan.runs, value: .mean)
    let comparison = Comparison(loaded, baseline: scan.runs[0])
    _ = (comparison.table.csv, comparison.curves(title: "c").svg, GridSheet(comparison).raster())
    _ = (Report(title: "r", runs: loaded).html, RunDifference(scan.runs[0], scan.runs[1]).text)
    _ = RunSummary(scan.runs[0]).text(TerminalStyle(width: 80, hasColour: true))
    #expect(try listing(samples.path) == before)
  }

  private func listing(_ path: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path).sorted().map { name in
      let facts = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
      let changed = (facts[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      return "\(name) \(facts[.size] ?? "") \(changed)"
    }
  }

  @Test func aFileThatWouldLieInARunIsKnownToAndOneBesideItIsNot() {
    let samples = SampleRuns()
    let run = samples.add(SampleRuns.Shape())
    #expect(RunScan.run(around: "\(run)/report.html") != nil)
    #expect(RunScan.run(around: "\(run)/samples/report.html") != nil)
    #expect(RunScan.run(around: "\(run)/new/folder/report.html") != nil)
    #expect(RunScan.run(around: "\(samples.path)/report.html") == nil)
    #expect(RunScan.run(around: "\(samples.path)/new/report.html") == nil)
    #expect(RunScan.run(around: "report.html") == nil)
  }

  @Test func aPipeAFolderOrAnEndlessLinkInThePlaceOfAFileHoldsNothingUp() throws {
    let samples = SampleRuns()
    let run = samples.add(SampleRuns.Shape())
    let manager = FileManager.default
    for file in ["status.json", "losses.csv", "resolved.yaml"] {
      try manager.removeItem(atPath: "\(run)/\(file)")
    }
    #expect(mkfifo("\(run)/status.json", 0o600) == 0)
    try manager.createDirectory(atPath: "\(run)/losses.csv", withIntermediateDirectories: false)
    try manager.createSymbolicLink(
      atPath: "\(run)/resolved.yaml", withDestinationPath: "\(run)/resolved.yaml")
    try manager.createSymbolicLink(
      atPath: "\(samples.path)/gan/loop", withDestinationPath: samples.path)
    try manager.createSymbolicLink(atPath: "\(samples.path)/latest", withDestinationPath: run)
    let scan = RunScan([samples.path], reader: SampleRuns.reader)
    #expect(scan.runs.map(\.path) == [run])
    #expect(scan.notes.contains { $0.contains("status.json: not a regular file") })
    #expect(scan.notes.contains { $0.contains("losses.csv: not a regular file") })
    #expect(LoadedRun(scan.runs[0]).problems.count == 1)
  }
}
