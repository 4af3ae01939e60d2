import Foundation
import RunFormat
import Spec
import Testing

@testable import Results

struct RunReadingTests {
  let samples = SampleRuns()

  @Test func aNetworkOnOneLineHasLayersWithinLayersInBrackets() throws {
    let settings = try Settings(
      text: """
        architecture:
          generator:
            - linear: {units: 128, bias: true}
            - residual:
                layers:
                  - conv: {channels: 4, kernel: 3}
                  - residual:
                      layers: [relu]
                shortcut: []
            - grow:
                layers: []
                to_image: [tanh]
        """)
    #expect(
      settings.layers(of: "architecture.generator")
        == "linear 128, residual [conv 4, residual [relu]], grow []")
  }

  struct StateCase: Sendable, CustomTestStringConvertible {
    let written: String
    var pid = 100
    var host = "desk"
    var boot = "boot-1"
    var heartbeat = "2026-11-21T11:59:30Z"
    let shown: String
    let mayBeAlive: Bool
    var testDescription: String { "\(written), pid \(pid) on \(host), \(heartbeat): \(shown)" }
  }

  @Test(arguments: [
    StateCase(written: "finished", shown: "finished", mayBeAlive: false),
    StateCase(written: "diverged", shown: "diverged", mayBeAlive: false),
    StateCase(written: "failed", shown: "failed", mayBeAlive: false),
    StateCase(written: "interrupted", shown: "interrupted", mayBeAlive: false),
    StateCase(written: "hibernating", shown: "hibernating", mayBeAlive: false),
    StateCase(written: "running", shown: "running", mayBeAlive: true),
    StateCase(
      written: "running", pid: 101, shown: "interrupted (was running)", mayBeAlive: false),
    StateCase(
      written: "running", boot: "boot-0", shown: "interrupted (was running)", mayBeAlive: false),
    // A living process that has been silent: perhaps another one under the same number. Nothing of
    // it may be removed.
    StateCase(
      written: "running", heartbeat: "2026-11-21T11:00:00Z", shown: "interrupted (was running)",
      mayBeAlive: true),
    StateCase(written: "running", host: "shelf", shown: "running on shelf", mayBeAlive: true),
    StateCase(
      written: "running", host: "shelf", heartbeat: "2026-11-21T11:00:00Z",
      shown: "interrupted (was running)", mayBeAlive: false),
  ])
  func aStateIsWhatStatusSaysExceptThatRunningNeedsALivingProcessWithAFreshHeartbeat(
    _ test: StateCase
  ) {
    var shape = SampleRuns.Shape()
    shape.state = test.written
    (shape.pid, shape.host, shape.boot) = (test.pid, test.host, test.boot)
    shape.heartbeat = test.heartbeat
    let run = Run(samples.add(shape), reader: SampleRuns.reader)
    #expect(run.state.text == test.shown)
    #expect(run.status?.mayBeAlive(for: SampleRuns.reader) == test.mayBeAlive)
  }

  @Test func theFactsOfAWholeRunAreRead() throws {
    let run = Run(samples.add(SampleRuns.Shape()), reader: SampleRuns.reader)
    #expect(run.problems.isEmpty)
    #expect(run.name == "gan")
    #expect(run.progress == "1000/1000")
    #expect(run.status?.duration == 600)
    #expect(run.lastRow.last("d_loss") == 0.7)
    #expect(run.lastRow.last("d_gradient_norm") == nil)
    #expect(try run.losses().rowCount == 10)
    let settings = try run.settings()
    #expect(settings["optimizer.learning_rate"] == "2e-4")
    #expect(settings["optimizer.betas"] == "[0.5, 0.999]")
    #expect(settings["architecture.generator[0].linear.units"] == "128")
    #expect(settings.layers(of: "architecture.generator") == "linear 128, relu")
    #expect(try run.environment()["machine.host"] == "desk")
    #expect(run.pictures().map(\.name) == ["step-00000500", "final"])
    #expect(run.pictures().map(\.step) == [500, 1000])
  }

  struct DamageCase: Sendable, CustomTestStringConvertible {
    let what: String
    let file: String
    /// nil: the file is missing.
    let content: String?
    /// A part of the one line that says so; nil: nothing has to be said.
    let note: String?
    var testDescription: String { what }
  }

  static let damage = [
    DamageCase(
      what: "no status", file: "status.json", content: nil, note: "there is no status.json"),
    DamageCase(
      what: "empty status", file: "status.json", content: "", note: "status.json: is empty"),
    DamageCase(
      what: "half-written status", file: "status.json", content: "{\n  \"state\": \"run",
      note: "status.json: a string that does not end"),
    DamageCase(
      what: "a status that is a list", file: "status.json", content: "[1, 2]", note: "holds no keys"
    ),
    DamageCase(
      what: "a status of another version", file: "status.json",
      content: "{\"format\": 9, \"state\": {\"word\": \"fine\"}, \"steps\": \"many\"}", note: nil),
    DamageCase(
      what: "bytes that are no text", file: "status.json", content: "\u{1}\u{2}\0\u{7f}",
      note: "status.json"),
    DamageCase(what: "no losses yet", file: "losses.csv", content: nil, note: nil),
    DamageCase(
      what: "losses of another kind", file: "losses.csv", content: "a;b\n1;2\n", note: "step"),
    DamageCase(what: "only a header", file: "losses.csv", content: "step,d_loss\n", note: nil),
    DamageCase(
      what: "a row being written", file: "losses.csv",
      content: "step,d_loss,g_loss\n1,2,3\n2,1.", note: nil),
    DamageCase(what: "no spec", file: "resolved.yaml", content: nil, note: nil),
    DamageCase(
      what: "a spec cut off", file: "resolved.yaml", content: "version: 1\nloss: {kind: [",
      note: nil),
    DamageCase(what: "no environment", file: "environment.json", content: nil, note: nil),
    DamageCase(
      what: "a broken picture", file: "samples/final.png", content: "\u{89}PNG no", note: nil),
  ]

  /// docs/failures.md: `compare`, `ls`, `report` over partial, foreign, newer, damaged or growing
  /// directories: skip with one line each, never write
  @Test(arguments: damage)
  func partialForeignNewerAndDamagedDirectoriesAreSkippedWithOneLineEachAndNeverWrittenTo(
    _ test: DamageCase
  ) throws {
    samples.add(SampleRuns.Shape(id: "20261121T0200-aaaaaa"))
    let path = samples.add(SampleRuns.Shape())
    try FileManager.default.removeItem(atPath: "\(path)/\(test.file)")
    if let content = test.content { samples.write("\(path)/\(test.file)", content) }
    let before = try samples.listing()

    let scan = RunScan([samples.path], reader: SampleRuns.reader)
    #expect(scan.runs.count == 2)
    #expect(scan.notes.count == (test.note == nil ? 0 : 1), "\(scan.notes)")
    if let note = test.note {
      #expect(scan.notes.allSatisfy { $0.contains(note) && !$0.contains("\n") }, "\(scan.notes)")
    }
    let list = try RunList(scan, filter: RunFilter(where: nil, sort: nil))
    #expect(list.table.rows.count == 2)
    let loaded = LoadedRun.load(scan.runs)
    #expect(Comparison(loaded).rows.flatMap { $0.runs + $0.repeats }.count == 2)
    for run in scan.runs {
      #expect(RunSummary(run).text(TerminalStyle(width: 80, hasColour: true)).contains(run.id))
    }
    _ = RunDifference(scan.runs[0], scan.runs[1]).text
    let report = Report(title: "t", runs: loaded)
    #expect(report.html.contains("</html>"))
    #expect(try samples.listing() == before)
  }

  @Test func fiveThousandTrialsAreReadWhileTheyGrow() throws {
    let count = 5_000
    let sweep = "\(samples.path)/sweep/20261121T0400-abcdef"
    samples.write("\(sweep)/resolved.yaml", "name: sweep\n")
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let trial = "\(sweep)/trials/\(10_000 + index)-3fa9c1d2-s1"
      try? FileManager.default.createDirectory(atPath: trial, withIntermediateDirectories: true)
      var shape = SampleRuns.Shape()
      (shape.name, shape.latent, shape.rows) = ("sweep", index + 1, 2)
      // Some have no status yet, some are of another version, some are half written.
      let contents = [
        ("resolved.yaml", index % 500 == 1 ? "version: 1\nloss: {ki" : SampleRuns.resolved(shape)),
        ("losses.csv", SampleRuns.losses(shape)),
        ("status.json", index % 500 == 2 ? "{\"state\": \"hiber" : SampleRuns.status(shape)),
      ]
      for (name, text) in contents where index % 500 != 3 || name != "status.json" {
        _ = FileManager.default.createFile(atPath: "\(trial)/\(name)", contents: Data(text.utf8))
      }
    }
    for name in ["photos", "trials-of-somebody-else", "half"] {
      samples.write("\(samples.path)/foreign/\(name)/a.txt", "x")
    }
    // One more trial comes into being while the others are read, and one grows.
    let growing = "\(sweep)/trials/10000-3fa9c1d2-s1/losses.csv"
    let writer = Thread { [samples] in
      guard let file = FileHandle(forWritingAtPath: growing) else {
        Issue.record("\(growing) cannot be written")
        return
      }
      _ = try? file.seekToEnd()
      for row in 0..<2_000 {
        try? file.write(contentsOf: Data("\(2000 + row),4,1,0.5,1.".utf8))
        try? file.write(contentsOf: Data("25,0.6,0.4,,1.5\n".utf8))
        if row == 50 {
          samples.write("\(sweep)/trials/20000-3fa9c1d2-s1/resolved.yaml", "name: sweep\n")
        }
      }
    }
    writer.start()
    let start = ContinuousClock.now
    let scan = RunScan([samples.path], reader: SampleRuns.reader)
    let list = try RunList(scan, filter: RunFilter(where: nil, sort: nil))
    let listed = ContinuousClock.now
    let loaded = LoadedRun.load(scan.runs)
    let comparison = Comparison(loaded)
    let compared = ContinuousClock.now
    print("5,000 trials, without optimization: ls \(listed - start), compare \(compared - listed)")
    #expect((count...(count + 1)).contains(scan.runs.count))
    #expect(list.table.rows.count == scan.runs.count)
    // Of so many the specs are not read, which is said.
    #expect(list.notes.contains { $0.contains("the objective, and what differs beside") })
    #expect(comparison.rows.flatMap(\.runs).count == scan.runs.count)
    #expect(scan.notes.count { $0.contains("status.json") } >= 20)
    #expect(scan.notes.allSatisfy { !$0.contains("\n") })
    #expect(scan.notes.count <= 22)
    #expect(loaded.flatMap(\.problems).count { $0.contains("resolved.yaml") } == 10)
    #expect(Report(title: "t", runs: loaded).html.contains("</html>"))
    for row in 0..<3 { #expect(comparison.rows[row].values[0] != nil) }
  }

  @Test func aRowThatIsStillBeingWrittenIsNotReadAndADamagedOneIsCounted() {
    let text = "step,d_loss,g_loss\n1,0.5,nan\n2,,inf\n3,1\nx,1,1\n4,1e-3,-2\n5,0."
    let table = NumberTable(Array(text.utf8))
    #expect(table["step"] == [1, 2, 4])
    #expect(table["d_loss"] == [0.5, nil, 1e-3])
    #expect(table["g_loss"]?[1] == .infinity)
    #expect(table.last("g_loss") == -2)
    #expect(table.damagedRows == 2)
  }

  @Test(arguments: [1, 100, 20_000])
  func theLastRowIsFoundInAFileOfWhichOnlyTheEndsAreRead(_ rows: Int) {
    var shape = SampleRuns.Shape()
    (shape.rows, shape.step) = (rows, 100_000)
    let run = Run(samples.add(shape), reader: SampleRuns.reader)
    #expect(run.lastRow.rowCount == 1)
    #expect(run.lastRow.last("step") == 100_000)
    #expect(run.lastRow.last("g_loss") == 1.4)
  }

  @Test func foldersThatAreNoRunsGetALineEachAndASweepsTrialsAreRuns() {
    samples.add(SampleRuns.Shape())
    samples.write("\(samples.path)/gan/notes/readme.txt", "hello")
    samples.write("\(samples.path)/photos/2026/a/b.txt", "x")
    samples.write("\(samples.path)/.cache/x/y.txt", "x")
    samples.write("\(samples.path)/README.md", "x")
    // Not a line for what is empty, as `rm` leaves it.
    samples.write("\(samples.path)/removed/.hidden", "x")
    let sweep = "sweep/20261121T0400-abcdef"
    samples.write("\(samples.path)/\(sweep)/resolved.yaml", "name: sweep\n")
    samples.write("\(samples.path)/\(sweep)/journal.jsonl", "{}")
    for trial in 0..<3 {
      var shape = SampleRuns.Shape()
      (shape.name, shape.seed) = ("sweep", trial)
      samples.add(shape, in: "\(sweep)/trials/000\(trial)-3fa9c1d2-s\(trial)")
    }
    let scan = RunScan([samples.path], reader: SampleRuns.reader)
    #expect(scan.runs.map(\.name) == ["gan", "sweep", "sweep", "sweep"])
    #expect(
      scan.notes.sorted() == [
        "\(samples.path)/gan/notes: there is no run in here",
        "\(samples.path)/photos: there is no run in here",
      ])
  }

  private static func trial(_ index: Int) -> PlannedTrial {
    PlannedTrial(
      index: index,
      point: SweepPoint(
        settings: [.init(path: "latent.size", text: "\(8 + index)")], replicate: 0),
      seed: 1, specDigest: "\(index)", dataDigest: "d", numericsVersion: 1)
  }

  @Test(arguments: [true, false])
  func aTrialThatFailedBeforeItHadAFolderIsListedComparedAndReported(_ hasOthers: Bool) throws {
    let sweep = "\(samples.path)/gan/20261121T0400-abcdef"
    let trials = (0..<4).map(Self.trial)
    samples.write(
      "\(sweep)/plan.jsonl", trials.map { $0.json.compact + "\n" }.joined() + "not a trial\n")
    samples.write("\(sweep)/trials/readme.txt", "x")
    let journal = Journal(sweep: sweep)
    for trial in trials {
      try journal.add("started", [("trial", .integer(trial.index))])
      if hasOthers, trial.index == 0 {
        var shape = SampleRuns.Shape()
        shape.latent = 8
        samples.add(shape, in: "gan/20261121T0400-abcdef/trials/\(trial.name)")
      } else if trial.index < 3 {
        try journal.add(
          "ended",
          [
            ("trial", .integer(trial.index)), ("state", .text("failed")),
            ("reason", .text("a file of that name is there")),
          ])
      }
    }
    // Tried again, and nothing heard of it since.
    try journal.add("started", [("trial", .integer(2))])
    let scan = RunScan([samples.path], reader: SampleRuns.reader)
    let failed = scan.runs.filter { $0.state == .failed }
    #expect(failed.map(\.id) == trials[(hasOthers ? 1 : 0)...1].map(\.name))
    #expect(scan.notes.contains { $0.contains("plan.jsonl: 1 lines are no trials") })
    #expect(scan.notes.count { $0.contains("a file of that name is there") } == failed.count)
    let loaded = LoadedRun.load(scan.runs)
    let comparison = Comparison(loaded)
    let size = try #require(comparison.keys.firstIndex(of: "latent.size"))
    #expect(
      comparison.rows.map { $0.settings[size] }.sorted { ($0 ?? "") < ($1 ?? "") } == ["8", "9"])
    let table = comparison.table.aligned(width: nil)
    #expect(table.contains("failed") && table.contains("a file of that name is there"))
    #expect(try RunList(scan, filter: RunFilter(where: nil, sort: nil)).table.rows.count == 2)
    #expect(Report(title: "t", runs: loaded).html.contains("a file of that name is there"))
    let reference = RunReference(trials[1].name, results: samples.path)
    let run = try reference.resolve(reader: SampleRuns.reader)
    #expect(
      RunSummary(run).text(TerminalStyle(width: 200, hasColour: false))
        .contains("failed: a file of that name is there"))
  }

  @Test func foldersFullOfLinksToOneAnotherAreWalkedOnce() throws {
    samples.add(SampleRuns.Shape(), in: "runs/a")
    let folders = (0..<40).map { "\(samples.path)/links/\($0)" }
    for folder in folders { samples.write("\(folder)/x.txt", "x") }
    for folder in folders {
      for other in 0..<40 {
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder)/to-\(other)", withDestinationPath: "../\(other)")
      }
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/runs", withDestinationPath: "../../runs")
    }
    let start = ContinuousClock.now
    let runs = RunScan([samples.path], reader: SampleRuns.reader).runs
    #expect(runs.map(\.id) == ["a"])
    // 40⁶ ways lead through.
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  struct ReferenceCase: Sendable, CustomTestStringConvertible {
    let text: String
    /// The id, or a part of the error.
    let answer: String
    var testDescription: String { "\(text) → \(answer)" }
  }

  @Test(arguments: [
    ReferenceCase(text: "20261121T0300", answer: "20261121T0300-bbbbbb"),
    ReferenceCase(text: "bbb", answer: "20261121T0300-bbbbbb"),
    ReferenceCase(text: "gan/20261121T02", answer: "20261121T0200-aaaaaa"),
    ReferenceCase(text: "20261121", answer: "begins the id of 3 runs and sweeps"),
    ReferenceCase(text: "@last", answer: "20261121T0400-cccccc"),
    ReferenceCase(text: "@best", answer: "20261121T0300-bbbbbb"),
    ReferenceCase(text: "20261121T0300-bbbbbc", answer: "did you mean `20261121T0300-bbbbbb`?"),
    ReferenceCase(text: "zebra", answer: "a run is a folder"),
    ReferenceCase(text: "$FOLDER", answer: "20261121T0200-aaaaaa"),
    ReferenceCase(text: "$ALL", answer: "holds 3 runs"),
  ])
  func aRunIsNamedByAFolderTheBeginningOfItsIdOrDigestLastOrBest(_ test: ReferenceCase) {
    for (index, letter) in ["a", "b", "c"].enumerated() {
      var shape = SampleRuns.Shape()
      shape.id = "20261121T0\(index + 2)00-" + String(repeating: letter, count: 6)
      shape.started = "2026-11-21T0\(index + 2):00:00Z"
      (shape.objective, shape.metric) = ("maximize", [4.0, 8.0, 6.0][index])
      samples.add(shape)
    }
    let text = test.text.replacing("$FOLDER", with: "\(samples.path)/gan/20261121T0200-aaaaaa/")
      .replacing("$ALL", with: samples.path)
    do throws(ReferenceError) {
      let run = try RunReference(text, results: samples.path).resolve(reader: SampleRuns.reader)
      #expect(run.id == test.answer)
    } catch {
      #expect(error.description.contains(test.answer))
    }
  }

  @Test(arguments: [
    ("@last", "sweep/20261121T0500-dddddd"), ("@best", "sweep/20261121T0500-dddddd/trials/0002"),
    ("20261121T05", "sweep/20261121T0500-dddddd"), ("ddd", "sweep/20261121T0500-dddddd"),
    ("sweep/2026", "sweep/20261121T0500-dddddd"), ("gan/2026", "gan/20261121T0253-9f3a2c"),
    ("ddd/0001", "sweep/20261121T0500-dddddd/trials/0001"),
  ])
  func aSweepIsFoundAsARunIs(_ text: String, _ path: String) throws {
    samples.add(SampleRuns.Shape())
    samples.write("\(samples.path)/sweep/20261121T0500-dddddd/plan.jsonl", "")
    for trial in 0..<3 {
      var shape = SampleRuns.Shape()
      (shape.name, shape.started) = ("sweep", "2026-11-21T0\(trial + 5):00:00Z")
      (shape.objective, shape.metric) = ("maximize", Double(trial + 10))
      samples.add(shape, in: "sweep/20261121T0500-dddddd/trials/000\(trial)")
    }
    let found = try RunReference(text, results: samples.path).find(reader: SampleRuns.reader)
    #expect(found.path == "\(samples.path)/\(path)")
  }

  @Test func theLastSweepIsFoundBeforeItsFirstTrialHasBegun() throws {
    samples.add(SampleRuns.Shape())
    let sweep = "\(samples.path)/sweep/20261121T0500-dddddd"
    samples.write("\(sweep)/plan.jsonl", "")
    samples.write("\(sweep)/trials/.keep", "")
    samples.write("\(sweep)/environment.json", #"{"started": "2026-11-21T05:00:00Z"}"#)
    let found = try RunReference("@last", results: samples.path).find(reader: SampleRuns.reader)
    #expect(found.path == sweep)
  }

  @Test func bestWithoutAnObjectiveSaysWhatIsMissing() {
    samples.add(SampleRuns.Shape())
    #expect(throws: ReferenceError.self) {
      try RunReference("@best", results: samples.path).resolve(reader: SampleRuns.reader)
    }
  }

  @Test(arguments: [
    ("step,modes,fd\n100,3,0.5\n200,4,0.25\n", ["step", "modes", "fd"]),
    (
      "step,metric,value,samples,weights\n100,modes,3,512,raw\n100,fd,0.5,512,raw\n"
        + "200,modes,4,512,raw\n200,fd,0.25,512,raw\n", ["step", "modes", "fd"]
    ),
    (
      "step,metric,value,weights\n100,fd,9,raw\n100,fd,1,ema\n200,fd,0.25,raw\n200,modes,4,raw\n",
      ["step", "fd (raw)", "fd (ema)", "modes (raw)"]
    ),
  ])
  func metricsAreReadWithAColumnAMetricAndWithARowANumber(_ text: String, _ columns: [String]) {
    let table = MetricsFile.table(Array(text.utf8))
    #expect(table.columns == columns)
    #expect(table["step"] == [100, 200])
    #expect(table.values.dropFirst().contains { $0.last == 0.25 })
  }

  @Test(arguments: [5, 18, 24, 40, 200])
  func whatIsSaidOfARunFitsATerminal(_ height: Int) {
    let summary = RunSummary(Run(samples.add(SampleRuns.Shape()), reader: SampleRuns.reader))
    let style = TerminalStyle(width: 80, hasColour: false)
    let whole = summary.text(style)
    let text = summary.text(style, within: height)
    #expect(text.count { $0 == "\n" } <= height)
    #expect(text.contains("step 1000/1000"))
    #expect((text == whole) == (height == 200))
    // The curves' legend, and the grid.
    #expect(text.contains("* d_loss   o g_loss") == (height >= 18))
    #expect(text.contains("samples/final.png, step 1000") == (height >= 40))
  }
}
