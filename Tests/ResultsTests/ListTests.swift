import Foundation
import RunFormat
import Spec
import Testing

@testable import Results

/// What lists of runs look like, and what runs are called in them.
struct ListTests {
  let samples = SampleRuns()

  // MARK: Names

  struct NameCase: Sendable, CustomTestStringConvertible {
    let ids: [String]
    /// Of the first.
    let short: String
    var testDescription: String { "\(ids) → \(short)" }
  }

  @Test(arguments: [
    NameCase(ids: ["20261121T0253-9f3a2c", "20261121T0300-bbbbbb"], short: "9f3a2c"),
    // The same spec once more, some minutes later and within the minute.
    NameCase(ids: ["20261121T0253-9f3a2c", "20261121T0300-9f3a2c"], short: "0253-9f3a2c"),
    NameCase(ids: ["20261121T0253-9f3a2c", "20261121T0253-9f3a2c-2"], short: "9f3a2c"),
    NameCase(ids: ["20261121T0253-9f3a2c-2", "20261121T0253-9f3a2c"], short: "9f3a2c-2"),
    NameCase(
      ids: ["20261121T0253-9f3a2c", "20261122T0253-9f3a2c"], short: "20261121T0253-9f3a2c"),
    NameCase(ids: ["gan-mnist-example", "20261121T0253-9f3a2c"], short: "gan-mnist-example"),
  ])
  func aRunIsCalledAsShortAsTellsItFromAllOthersAndIsFoundByThat(_ test: NameCase) throws {
    for id in test.ids { samples.add(SampleRuns.Shape(id: id)) }
    let run = Run("\(samples.path)/gan/\(test.ids[0])", reader: SampleRuns.reader)
    let short = RunNames(results: samples.path, runs: [run]).short(of: run)
    #expect(short == test.short)
    for name in [short, "gan/\(short)"] {
      let found = try RunReference(name, results: samples.path).resolve(reader: SampleRuns.reader)
      #expect(found.id == test.ids[0], "\(name)")
    }
  }

  /// `latent.size` of the trials of a sweep that was begun by `--set data.batch=64`.
  private func addSweep(
    _ id: String = "20261121T0400-abcdef", latents: [Int], replicates: Int = 1, begun: Int? = nil
  ) -> (path: String, trials: [PlannedTrial]) {
    let sweep = "\(samples.path)/family/\(id)"
    let trials = latents.enumerated().flatMap { place, latent in
      (0..<replicates).map { replicate in
        PlannedTrial(
          index: place * replicates + replicate,
          point: SweepPoint(
            settings: [.init(path: "latent.size", text: "\(latent)")], replicate: replicate),
          seed: UInt64(1 + replicate), specDigest: "\(latent)", dataDigest: "d",
          numericsVersion: 1)
      }
    }
    samples.write("\(sweep)/plan.jsonl", trials.map { $0.json.compact + "\n" }.joined())
    samples.write("\(sweep)/spec.yaml", "extends: base.yaml\nname: family\n")
    samples.write(
      "\(sweep)/resolved.yaml",
      """
      version: 1
      name: family
      optimizer: {kind: adam, learning_rate: 2e-4}
      metrics: {objective: {maximize: modes}}
      sweep: {axes: {latent.size: [8, 16]}}

      """)
    samples.write("\(sweep)/environment.json", SampleRuns.environment(SampleRuns.Shape()))
    samples.write("\(sweep)/trials/.keep", "")
    for trial in trials.prefix(begun ?? trials.count) {
      var shape = SampleRuns.Shape(name: "family", seed: Int(trial.seed))
      shape.latent = trial.point.settings.first.flatMap { Int($0.text) } ?? 0
      (shape.objective, shape.metric) = ("maximize", Double(10 + trial.index))
      samples.add(shape, in: "family/\(id)/trials/\(trial.name)")
    }
    return (sweep, trials)
  }

  @Test func aTrialIsCalledByItsSweepAndItsNumberAndIsFoundByThat() throws {
    let (sweep, trials) = addSweep(latents: [8, 16, 32])
    samples.add(SampleRuns.Shape())
    let names = RunNames(results: samples.path)
    let run = Run("\(sweep)/trials/\(trials[2].name)", reader: SampleRuns.reader)
    #expect(names.short(of: run) == "abcdef/2")
    for name in ["abcdef/2", "20261121T0400-abcdef/2", "abcdef/0002", "0400-abcdef/2"] {
      let found = try RunReference(name, results: samples.path).resolve(reader: SampleRuns.reader)
      #expect(found.id == trials[2].name, "\(name)")
    }
    #expect(throws: ReferenceError.self) {
      try RunReference("abcdef/3", results: samples.path).resolve(reader: SampleRuns.reader)
    }
  }

  // MARK: What was set

  private func list(_ columns: String? = nil, isForPrograms: Bool = false) throws -> RunList {
    try RunList(
      RunScan([samples.path], reader: SampleRuns.reader), filter: RunFilter(where: nil, sort: nil),
      columns: columns.map { text throws(ReferenceError) in try ColumnChoice(text) },
      isForPrograms: isForPrograms)
  }

  private func column(_ title: String, of table: Table) -> [String] {
    guard let place = table.columns.firstIndex(where: { $0.title == title }) else { return [] }
    return table.rows.map { $0[place].text }
  }

  @Test func aListTellsWhatWasSetForEachRunAndInWhatRunsOfOneNameDiffer() throws {
    for (index, rate) in ["2e-4", "0.00123456"].enumerated() {
      samples.add(
        SampleRuns.Shape(
          id: "20261121T010\(index)-aaaaa\(index)", seed: index + 1, rate: rate,
          started: "2026-11-21T01:0\(index):00Z"))
    }
    // Alone of its name: nothing to differ from.
    samples.add(
      SampleRuns.Shape(
        name: "other", id: "20261121T0102-bbbbbb", loss: "hinge", started: "2026-11-21T01:02:00Z"))
    let table = try list().table
    #expect(
      column("set", of: table) == [
        "latent.size=64 learning_rate=0.0002 seed=1",
        "latent.size=64 learning_rate=0.001235 seed=2",
        "latent.size=64",
      ])
    #expect(column("name", of: table) == ["gan", "gan", "other"])
  }

  @Test func aTrialsSettingsAreThoseOfItsPlanAndItsSeedWhereThereAreReplicates() throws {
    _ = addSweep(latents: [8, 16])
    _ = addSweep("20261121T0500-bbbbbb", latents: [8], replicates: 2)
    let table = try list().table
    #expect(
      Set(zip(column("id", of: table), column("set", of: table)).map { "\($0) \($1)" }) == [
        "abcdef/0 latent.size=8", "abcdef/1 latent.size=16", "bbbbbb/0 latent.size=8 seed=1",
        "bbbbbb/1 latent.size=8 seed=2",
      ])
  }

  // MARK: Columns

  @Test func theObjectiveOfAllRunsIsMarkedAndExplained() throws {
    _ = addSweep(latents: [8, 16])
    let list = try list()
    #expect(list.table.aligned(width: nil).split(separator: "\n")[0].contains("modes*"))
    #expect(list.caption == "* the objective: modes, the greater the better")
    #expect(column("modes", of: list.table) == ["10", "11"])
  }

  @Test(arguments: [60, 80, 120, 160])
  func aListKeepsToTheWidthAndCutsNoIdNoStateAndNoNumber(_ width: Int) throws {
    _ = addSweep(latents: [8, 16])
    for (index, name) in ["a-rather-long-name-of-an-experiment", "gan"].enumerated() {
      samples.add(
        SampleRuns.Shape(
          name: name, id: "20261121T010\(index)-aaaaa\(index)", state: "diverged",
          rate: "1e-\(index)"))
    }
    let table = try list().table
    let layout = TableLayout(table, width: width)
    let lines = layout.text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= width }, "\(layout.text)")
    for id in ["abcdef/0", "abcdef/1", "aaaaa0", "aaaaa1"] {
      #expect(lines.contains { $0.hasPrefix("\(id) ") }, "\(id): \(layout.text)")
    }
    #expect(lines.count { $0.contains("diverged ") } == 2)
    // What is not there is known.
    let shown = lines[..<2].joined(separator: " ")
    for left in layout.left { #expect(!shown.split(separator: " ").contains("\(left)")) }
    #expect(layout.left.isEmpty == (width >= 120), "\(layout.left)")
  }

  @Test func columnsAreThoseThatAreAskedForInThatOrder() throws {
    samples.add(SampleRuns.Shape())
    let table = try list("state, learning_rate,id,loss.kind,d_loss").table
    #expect(
      table.columns.map(\.title)
        == ["state", "optimizer.learning_rate", "id", "loss.kind", "d_loss"])
    #expect(
      table.rows[0].map(\.text) == ["finished", "0.0002", "9f3a2c", "cross_entropy", "0.7000"])
  }

  @Test(arguments: [
    ("id,los.kind", "did you mean `loss.kind`?"), ("sate", "did you mean `state`?"),
    ("d_los", "did you mean `d_loss`?"),
    ("learning_rat", "did you mean `optimizer.learning_rate`?"),
    ("zebra", "columns: id, name, experiment, state, step, set"),
    ("id,,name", "a name is missing in `id,,name`"),
  ])
  func aColumnThatNoRunHasIsRefusedWithWhatWasProbablyMeant(
    _ columns: String, _ words: String
  ) throws {
    samples.add(SampleRuns.Shape())
    do throws(ReferenceError) {
      _ = try RunList(
        RunScan([samples.path], reader: SampleRuns.reader),
        filter: RunFilter(where: nil, sort: nil), columns: ColumnChoice(columns))
      Issue.record("was taken")
    } catch {
      #expect(error.description.contains(words), "\(error)")
    }
  }

  @Test func asJSONARunHasItsSettingsItsMetricsAndWhenItStarted() throws {
    let (sweep, trials) = addSweep(latents: [8])
    let json = try list(isForPrograms: true).json
    guard case .list(let runs) = json, let run = runs.first else {
      Issue.record("no list")
      return
    }
    #expect(run["id"]?.string == trials[0].name)
    #expect(run["short"]?.string == "abcdef/0")
    #expect(run["sweep"]?.string == sweep)
    #expect(run["started"]?.string == "2026-11-21T02:53:08Z")
    #expect(run["settings"]?["optimizer.generator.learning_rate"]?.double == 2e-4)
    #expect(run["settings"]?["data.source"]?.string == "mnist")
    #expect(run["set"]?["latent.size"]?.int == 8)
    #expect(run["metrics"]?["modes"]?.double == 10)
    #expect(run["d_loss"]?.double == 0.7)
    let some = try list("id,latent.size,time", isForPrograms: true).json
    guard case .list(let rows) = some, let row = rows.first else {
      Issue.record("no list")
      return
    }
    #expect(row.members?.map(\.0) == ["id", "latent.size", "time"])
    #expect(row["time"]?.int == 600)
  }

  // MARK: One run, one sweep

  @Test func ofATrialShowNamesWhatItsSweepAndTheFilesSayAndNoDefaults() throws {
    let (sweep, trials) = addSweep(latents: [8, 16])
    let run = Run("\(sweep)/trials/\(trials[1].name)", reader: SampleRuns.reader)
    // A trial's own spec is the resolved one.
    samples.write("\(run.path)/spec.yaml", SampleRuns.resolved(SampleRuns.Shape()))
    let summary = RunSummary(run, names: RunNames(results: samples.path))
    #expect(
      summary.chosen.map { "\($0.key) \($0.text) \($0.origin)" } == [
        "latent.size 16 sweep", "optimizer.kind adam base.yaml",
        "optimizer.learning_rate 2e-4 base.yaml", "metrics.objective.maximize modes base.yaml",
      ])
    #expect(summary.text(TerminalStyle(width: 80, hasColour: false)).hasPrefix("run "))
    #expect(summary.short == "abcdef/1")
  }

  @Test func aSweepIsShownWithHowFarItIsItsTrialsTheBestFirstAndItsBest() throws {
    let (sweep, trials) = addSweep(latents: [8, 16, 32, 64, 100], begun: 4)
    // One still plays, at half of its rounds; one diverged.
    for (index, state, step) in [(3, "running", 500), (0, "diverged", 700)] {
      var shape = SampleRuns.Shape(name: "family", state: state, step: step)
      shape.heartbeat = state == "running" ? "2026-11-21T11:59:50Z" : shape.heartbeat
      shape.started = state == "running" ? "2026-11-21T11:58:10Z" : shape.started
      let folder = "\(sweep)/trials/\(trials[index].name)"
      samples.write("\(folder)/status.json", SampleRuns.status(shape))
      samples.write("\(folder)/losses.csv", SampleRuns.losses(shape))
    }
    let found = try RunReference("abcdef", results: samples.path).find(reader: SampleRuns.reader)
    guard case .sweep(let place) = found else {
      Issue.record("no sweep")
      return
    }
    let summary = SweepSummary(
      place, names: RunNames(results: samples.path), reader: SampleRuns.reader)
    func fact(_ name: String) -> String? { summary.facts.first { $0.name == name }?.text }
    #expect(fact("sweep") == "abcdef")
    #expect(fact("trials") == "2 finished, 1 running, 1 diverged, 1 to come")
    #expect(fact("axes") == "latent.size [8, 16]")
    #expect(fact("best") == "abcdef/3, modes 13: latent.size=64")
    // 3 of 5 are over, one is half through: 100 s for a half.
    #expect(fact("progress")?.hasPrefix("70 % of all rounds, about ") == true, "\(summary.facts)")
    #expect(
      column("trial", of: summary.table) == ["abcdef/3", "abcdef/2", "abcdef/1", "abcdef/0"])
    #expect(column("reason", of: summary.table).last == "d_loss is nan at step 700")
    for width in [80, 160] {
      let text = summary.text(TerminalStyle(width: width, hasColour: false))
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= max(width, sweep.count + 10) })
      #expect(text.contains("the best: abcdef/3, samples/"))
    }
    #expect(summary.json["best"]?["value"]?.double == 13)
    #expect(summary.json["pending"]?.int == 1)
  }

  @Test func theTimeASweepStillTakesIsThatOfItsTrialsSoFar() throws {
    // Two over after 600 s each, one that has played a quarter in 200 s, one to come: one at a time.
    let (sweep, trials) = addSweep(latents: [8, 16, 32, 64], begun: 3)
    var shape = SampleRuns.Shape(name: "family", state: "running", step: 250)
    (shape.started, shape.heartbeat) = ("2026-11-21T11:56:30Z", "2026-11-21T11:59:50Z")
    samples.write("\(sweep)/trials/\(trials[2].name)/status.json", SampleRuns.status(shape))
    samples.write(
      "\(sweep)/trials/\(trials[2].name)/losses.csv",
      SampleRuns.losses(SampleRuns.Shape(step: 250)))
    let runs = RunScan([sweep], reader: SampleRuns.reader).runs
    let pace = SweepPace(runs, pending: 1, now: SampleRuns.reader.now)
    #expect(pace.fraction.map { abs($0 - 2.25 / 4) < 1e-9 } == true)
    // 1.75 trials of (600 + 600 + 800) / 3 s.
    #expect(pace.secondsLeft.map { abs($0 - 1.75 * 2000 / 3) < 1e-6 } == true)
    #expect(SweepPace(Array(runs.prefix(2)), pending: 0, now: .now).secondsLeft == nil)
  }
}
