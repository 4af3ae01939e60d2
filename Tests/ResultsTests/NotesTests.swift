import Foundation
import RunFormat
import Testing

@testable import Results

@Suite struct NotesTests {
  private let runs = SampleRuns()

  init() {
    runs.add(.init(id: "20261121T0253-aaaaaa", seed: 1))
    runs.add(.init(id: "20261121T0254-bbbbbb", seed: 2))
    runs.add(.init(id: "20261121T0255-cccccc", seed: 3))
    say("20261121T0253-aaaaaa", tags: ["paper", "2027"], text: "as\nsubmitted")
    say("20261121T0254-bbbbbb", tags: ["draft"], text: nil)
  }

  private func say(_ id: String, tags: [String], text: String?) {
    var notes = RunNotes.none
    for tag in tags { notes.add(tag) }
    notes.text = text
    runs.write("\(runs.path)/gan/\(id)/notes.json", notes.json.text)
  }

  private func list(_ condition: String? = nil) throws -> RunList {
    try RunList(
      RunScan([runs.path], reader: SampleRuns.reader),
      filter: RunFilter(where: condition, sort: nil))
  }

  @Test(arguments: [
    ("tag == \"paper\"", ["aaaaaa"]), ("tag == \"2027\"", ["aaaaaa"]),
    ("tag in [\"draft\", \"paper\"]", ["aaaaaa", "bbbbbb"]), ("tag != \"paper\"", ["bbbbbb"]),
    ("not tag == \"paper\"", ["bbbbbb", "cccccc"]), ("\"draft\" == tag", ["bbbbbb"]),
    ("tag == \"pap\"", []), ("note == \"as\nsubmitted\"", ["aaaaaa"]), ("note != \"\"", ["aaaaaa"]),
    ("tag == \"paper\" and seed == 1", ["aaaaaa"]),
  ])
  func tagsAreAskedForOneByOne(_ condition: String, _ found: [String]) throws {
    #expect(try list(condition).runs.map { String($0.run.id.suffix(6)) } == found)
  }

  @Test func aListHasAColumnForThemOnlyWhereSomebodySaidSomething() throws {
    let table = try list().table
    #expect(table.columns.last?.title == "tags")
    #expect(
      table.rows.map { $0[table.columns.count - 1].text } == [
        "paper 2027 “as submitted”", "draft", "–",
      ])
    #expect(try list("seed == 3").table.columns.last?.title == "time")
    #expect(try list().json.compact.contains(#""tags":["paper","2027"]"#))
  }

  @Test func showAndReportsHaveThem() throws {
    let run = Run("\(runs.path)/gan/20261121T0253-aaaaaa", reader: SampleRuns.reader)
    let facts = RunSummary(run).facts.filter { ["tags", "note"].contains($0.name) }
    #expect(facts.map(\.text) == ["paper, 2027", "as / submitted"])
    let page = Report(title: "x", runs: LoadedRun.load([run])).html
    #expect(page.contains("as / submitted"))
  }

  @Test func aNoteThatCannotBeReadIsToldAndTheRunIsThere() throws {
    let path = "\(runs.path)/gan/20261121T0255-cccccc"
    runs.write("\(path)/notes.json", "nonsense")
    let run = Run(path, reader: SampleRuns.reader)
    #expect(run.notes.isEmpty && run.state == .finished)
    #expect(run.problems == ["\(path)/notes.json: does not say tags and a text"])
  }

  @Test func bytesAreToldRunByRunTheLargestFirstAndASweepAsOne() throws {
    for (name, count) in [("0000-a-s1", 10), ("0001-b-s1", 5000)] {
      let trial = runs.add(
        .init(id: name, pictures: false), in: "gan/20261122T0000-dddddd/trials/\(name)")
      runs.write("\(trial)/checkpoints/step-1/x", String(repeating: "x", count: count))
    }
    let sweep = "\(runs.path)/gan/20261122T0000-dddddd"
    runs.write("\(sweep)/plan.jsonl", "")
    let all = DiskUseList(RunScan([runs.path], reader: SampleRuns.reader), opensSweeps: false)
    #expect(all.rows.count == 4)
    #expect(all.rows[0].path == sweep && all.rows[0].trials == 2)
    #expect(all.rows[0].use[.checkpoints] == 5010)
    #expect(all.sum.total == all.rows.reduce(0) { $0 + $1.use.total })
    let inside = DiskUseList(RunScan([sweep], reader: SampleRuns.reader), opensSweeps: true)
    #expect(inside.rows.map { $0.path.lastPathComponent }.prefix(2) == ["0001-b-s1", "0000-a-s1"])
    #expect(inside.sum.total == all.rows[0].use.total)
    #expect(inside.json["all"]?["checkpoints"]?.int == 5010)
  }
}
