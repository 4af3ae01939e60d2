import Foundation
import Images
import Testing

@testable import Results

struct ComparisonTests {
  let samples = SampleRuns()

  /// gan and lsgan at two learning rates, three seeds each; one lsgan diverged.
  private func family() -> [Run] {
    var minute = 0
    for loss in ["cross_entropy", "least_squares"] {
      for rate in ["2e-4", "1e-3"] {
        for seed in 1...3 {
          var shape = SampleRuns.Shape()
          minute += 1
          shape.name = "family"
          shape.id =
            "20261121T01\(minute < 10 ? "0" : "")\(minute)-\(loss.prefix(2))\(rate.first ?? "x")\(seed)"
          shape.started = "2026-11-21T01:\(minute < 10 ? "0" : "")\(minute):00Z"
          (shape.loss, shape.rate, shape.seed) = (loss, rate, seed)
          shape.finalLoss = (loss == "cross_entropy" ? 0.7 : 0.2) + Double(seed) * 0.01
          if loss == "least_squares", rate == "1e-3", seed == 3 {
            (shape.state, shape.step, shape.finalLoss) = ("diverged", 700, 99)
          }
          samples.add(shape)
        }
      }
    }
    return RunScan([samples.path], reader: SampleRuns.reader).runs
  }

  @Test func aComparisonHasARowASpecAColumnForWhatDiffersAndMeansOverSeeds() {
    let comparison = Comparison(LoadedRun.load(family()))
    #expect(comparison.keys == ["loss.kind", "optimizer.learning_rate"])
    #expect(comparison.measures == ["d_loss", "g_loss"])
    #expect(
      comparison.rows.map(\.settings) == [
        ["cross_entropy", "2e-4"], ["cross_entropy", "1e-3"], ["least_squares", "2e-4"],
        ["least_squares", "1e-3"],
      ])
    #expect(comparison.rows.map(\.runs.count) == [3, 3, 3, 3])
    let first = comparison.rows[0].values[0]
    #expect(first.map { abs($0.mean - 0.72) < 1e-12 } == true)
    #expect(first?.deviation.map { abs($0 - 0.01) < 1e-12 } == true)
    #expect(first?.count == 3)
    // The diverged one is said, and not averaged.
    #expect(comparison.rows[3].state == "2 finished, 1 diverged")
    #expect(comparison.rows[3].values[0]?.count == 2)
    #expect(comparison.rows[3].values[0].map { abs($0.mean - 0.215) < 1e-12 } == true)
    // And why, behind everything else.
    #expect(comparison.table.columns.last?.title == "reason")
    #expect(
      comparison.table.rows.map(\.last)
        == [.missing, .missing, .missing, .reason("d_loss is nan at step 700")])
    let good = Comparison(LoadedRun.load(Array(family().prefix(6))))
    #expect(good.table.columns.last?.title == "g_loss")
  }

  @Test func ofRunsOfOneSpecAndSeedOneCountsAndTheOthersAreNamed() {
    // The same run three times, once only begun, and another seed.
    for (index, seed) in [1, 1, 1, 2].enumerated() {
      var shape = SampleRuns.Shape(id: "20261121T010\(index)-aaaaaa", seed: seed)
      if index == 2 { (shape.state, shape.step, shape.finalLoss) = ("interrupted", 400, 9) }
      shape.finalLoss = seed == 2 ? 0.8 : shape.finalLoss
      samples.add(shape)
    }
    let runs = RunScan([samples.path], reader: SampleRuns.reader).runs
    let left = runs.first { $0.id.contains("T0100") }
    let comparison = Comparison(LoadedRun.load(runs), baseline: left)
    #expect(comparison.rows.count == 1)
    let value = comparison.rows[0].values[0]
    #expect(value?.count == 2)
    #expect(value.map { abs($0.mean - 0.75) < 1e-9 } == true)
    #expect(comparison.table.rows[0][1] == .count(2))
    #expect(comparison.notes.count == 2)
    for (note, id) in zip(comparison.notes, ["T0100", "T0102"]) {
      #expect(note.contains(id) && note.contains("T0101-aaaaaa has the same spec and seed"))
    }
    // A run that is left out still names its row.
    #expect(comparison.baseline == 0)
    #expect(Report(title: "t", runs: LoadedRun.load(runs)).notes.count == 2)
  }

  @Test(arguments: [("maximize", [8.0, 6, 4, nil]), ("minimize", [4.0, 6, 8, nil])])
  func rowsStandInTheOrderOfTheObjectiveWhichIsMarkedUnlessAnotherIsAskedFor(
    _ objective: String, _ values: [Double?]
  ) throws {
    for (index, metric) in [6.0, nil, 8, 4].enumerated() {
      samples.add(
        SampleRuns.Shape(
          id: "20261121T010\(index)-aaaaa\(index)", latent: 10 + index,
          started: "2026-11-21T01:0\(index):00Z", objective: objective, metric: metric))
    }
    let runs = LoadedRun.load(RunScan([samples.path], reader: SampleRuns.reader).runs)
    let comparison = Comparison(runs)
    #expect(comparison.measures == ["modes", "d_loss", "g_loss"])
    #expect(comparison.rows.map { $0.values[0]?.mean } == values)
    #expect(comparison.table.aligned(width: nil).contains(" modes*  d_loss "))
    let better = objective == "maximize" ? "greater" : "smaller"
    let caption = "* the objective: modes, the \(better) the better"
    #expect(comparison.captions == ["\(caption) (the last; --value best)"])
    #expect(Comparison(runs, value: .best).captions == [caption])
    // For programs the column has its name.
    #expect(comparison.table.csv.contains("modes,d_loss") && !comparison.table.csv.contains("*"))
    let sorted = Comparison(runs, sort: "-latent.size")
    #expect(sorted.rows.map(\.settings) == [["13"], ["12"], ["11"], ["10"]])
  }

  @Test func ofManyKeysThatDifferTheForemostAreShownAndAllThatWereSet() throws {
    let common = "version: 1\n"
    let other = """
      data:
        batch: 64
      loss:
        kind: hinge
      record:
        log: 5 steps
      guards:
        a: 1
        b: 1
        c: 1
        d: 1
      schedule:
        latents: fresh
        order: [generator]
      latent:
        size: 3

      """
    let texts = [
      other,
      other.replacing(": 1", with: ": 2").replacing("hinge", with: "wasserstein")
        .replacing("64", with: "32").replacing("fresh", with: "shared").replacing(
          "size: 3", with: "size: 4"
        )
        .replacing("[generator]", with: "[discriminator]"),
    ]
    let settings = try texts.map { try Settings(text: common + $0) }
    let all = [
      "data.batch", "loss.kind", "guards.a", "guards.b", "guards.c", "guards.d", "schedule.latents",
      "schedule.order", "latent.size",
    ]
    #expect(SettingDifferences(settings).keys == all)
    let few = SettingDifferences(settings, limit: 4)
    #expect(few.keys == ["data.batch", "loss.kind", "schedule.latents", "latent.size"])
    #expect(
      few.furtherKeys == ["guards.a", "guards.b", "guards.c", "guards.d", "schedule.order"])
    // On purpose: more than there is room for, none of them left out.
    let set = SettingDifferences(settings, set: ["guards", "schedule.order"], limit: 4)
    #expect(set.keys == ["guards.a", "guards.b", "guards.c", "guards.d", "schedule.order"])
    #expect(set.furtherKeys.count == 4)
  }

  @Test func runsOfSeveralExperimentsHaveTheirNamesAndOnlyWhatDiffersWithinOne() throws {
    for (index, (name, latent)) in [("gan", 8), ("gan", 16), ("lsgan", 8)].enumerated() {
      samples.add(
        SampleRuns.Shape(
          name: name, id: "20261121T010\(index)-aaaaa\(index)",
          rate: name == "gan" ? "2e-4" : "1e-3",
          latent: latent, started: "2026-11-21T01:0\(index):00Z"))
    }
    let runs = LoadedRun.load(RunScan([samples.path], reader: SampleRuns.reader).runs)
    let comparison = Comparison(runs)
    #expect(comparison.table.columns.prefix(2).map(\.title) == ["run", "experiment"])
    #expect(
      comparison.table.rows.map { $0.prefix(2).map(\.text) } == [
        ["aaaaa0", "gan"], ["aaaaa1", "gan"], ["aaaaa2", "lsgan"],
      ])
    #expect(
      comparison.rows.map(\.title) == ["gan aaaaa0: latent 8", "gan aaaaa1: latent 16", "lsgan"])
    #expect(comparison.table(namesAreWhole: true).csv.contains("\n20261121T0102-aaaaa2,lsgan,"))
    #expect(Report.title(of: runs) == "gan and lsgan")
    // Of one experiment its name would say nothing.
    let alone = Comparison(Array(runs.prefix(2)))
    #expect(alone.table.columns.prefix(2).map(\.title) == ["run", "latent.size"])
    #expect(alone.rows.map(\.title) == ["latent 8", "latent 16"])
  }

  @Test func whatFollowsFromAKindHasNoColumnAndWhatIsSetBesideItHas() throws {
    func keys(_ texts: String...) throws -> [String] {
      SettingDifferences(try texts.map { try Settings(text: $0) }).keys
    }
    let ordinary = "loss:\n  kind: hinge\n"
    #expect(
      try keys(ordinary, "loss:\n  kind: least_squares\n  generator: 1\n  scale: 2\n")
        == ["loss.kind"])
    #expect(
      try keys(
        ordinary, "loss:\n  kind: least_squares\n  generator: 1\n",
        "loss:\n  kind: least_squares\n  generator: 0.9\n") == ["loss.kind", "loss.generator"])
    #expect(
      try keys("loss: {kind: a}\nlatent: {size: 1}\n", "loss: {kind: b}\nlatent: {size: 2}\n")
        == ["loss.kind", "latent.size"])
  }

  @Test func differencesAreTakenFromTheBaselinesRow() {
    let runs = family()
    let comparison = Comparison(LoadedRun.load(runs), baseline: runs[4])
    #expect(comparison.baseline == 1)
    let table = comparison.table
    let column = table.columns.firstIndex { $0.title == "Δ d_loss" }
    #expect(column.map { table.rows[1][$0] } == .missing)
    if case .difference(let x)? = column.map({ table.rows[2][$0] }) {
      #expect(abs(x + 0.5) < 1e-12)
    } else {
      Issue.record("no difference")
    }
  }

  struct ValueCase: Sendable, CustomTestStringConvertible {
    let choice: ValueChoice
    let value: Double?
    var testDescription: String { choice.title }
  }

  @Test(arguments: [
    ValueCase(choice: .last, value: 0.7), ValueCase(choice: .min, value: 0.7),
    ValueCase(choice: .max, value: 1.6), ValueCase(choice: .mean, value: 1.15),
    ValueCase(choice: .best, value: 0.7), ValueCase(choice: .at(step: 500), value: 1.2),
    ValueCase(choice: .at(step: 599), value: 1.2), ValueCase(choice: .at(step: 99), value: nil),
    ValueCase(choice: .at(step: 1001), value: nil),
  ])
  func aValueIsTheLastTheLeastTheMeanOrThatOfAStep(_ test: ValueCase) {
    let run = LoadedRun(Run(samples.add(SampleRuns.Shape())), value: test.choice)
    let value = run.measure("d_loss")
    #expect((value == nil) == (test.value == nil))
    if let value, let wanted = test.value { #expect(abs(value - wanted) < 1e-9) }
  }

  struct FilterCase: Sendable, CustomTestStringConvertible {
    var condition: String?
    var sort: String?
    let latents: [Int]
    var testDescription: String { "\(condition ?? "") \(sort ?? "")" }
  }

  @Test(arguments: [
    FilterCase(condition: "latent.size > 16", latents: [100, 64]),
    FilterCase(condition: "latent.size in [16, 100]", latents: [16, 100]),
    FilterCase(condition: "state == \"diverged\" or latent.size == 16", latents: [16, 64]),
    FilterCase(condition: "not (loss.kind == 'cross_entropy')", latents: [100]),
    FilterCase(condition: "optimizer.learning_rate == 0.0002", latents: [16, 100, 64]),
    FilterCase(condition: "d_loss < 0.65 and step == 1000", latents: [16]),
    FilterCase(condition: "steps >= 2000", latents: []),
    FilterCase(sort: "latent.size", latents: [16, 64, 100]),
    FilterCase(sort: "-latent.size", latents: [100, 64, 16]),
    FilterCase(sort: "d_loss", latents: [16, 100, 64]),
    FilterCase(sort: "-started", latents: [64, 100, 16]),
  ])
  func whereAndSortTakeKeysOfTheSpecLossesAndFactsOfTheRun(_ test: FilterCase) throws {
    for (index, latent) in [16, 100, 64].enumerated() {
      var shape = SampleRuns.Shape()
      shape.id = "20261121T0\(index)00-aaaaaa"
      shape.started = "2026-11-21T0\(index):00:00Z"
      (shape.latent, shape.finalLoss) = (latent, 0.6 + Double(index) / 10)
      if latent == 64 { shape.state = "diverged" }
      if latent == 100 { shape.loss = "hinge" }
      samples.add(shape)
    }
    let scan = RunScan([samples.path], reader: SampleRuns.reader)
    let list = try RunList(scan, filter: RunFilter(where: test.condition, sort: test.sort))
    let latents = list.runs.map { run in
      (try? run.run.settings())?["latent.size"].flatMap { Int($0) }
    }
    #expect(latents == test.latents)
  }

  @Test(arguments: [
    ("latent.sise > 3", "did you mean `latent.size`?"), ("latent.size >", "ends too early"),
    ("latent.size", "is no condition"), ("latent.size > 'a'", "wants two numbers"),
    ("zebra == 1", "keys are those of the spec"),
  ])
  func aConditionThatCannotBeIsRefusedWithWhatWasProbablyMeant(_ text: String, _ words: String) {
    samples.add(SampleRuns.Shape())
    let scan = RunScan([samples.path], reader: SampleRuns.reader)
    do throws(ReferenceError) {
      _ = try RunList(scan, filter: RunFilter(where: text, sort: nil))
      Issue.record("was taken")
    } catch {
      #expect(error.description.contains(words), "\(error)")
    }
  }

  @Test func aNetworkThatDiffersInManyLayersIsOneColumnAndOneThatDiffersInOneKeyIsThatKey() {
    func settings(_ layers: String) -> Settings {
      (try? Settings(text: "name: x\narchitecture:\n  generator:\n\(layers)")) ?? .none
    }
    let a = settings("    - linear: {units: 128, bias: true}\n    - relu\n")
    let b = settings("    - linear: {units: 256, bias: true}\n    - relu\n")
    let c = settings("    - conv: {channels: 8, kernel: 3}\n    - tanh\n    - flatten\n")
    let small = SettingDifferences([a, b])
    #expect(small.keys == ["architecture.generator[0].linear.units"])
    let large = SettingDifferences([a, c])
    #expect(large.keys == ["architecture.generator"])
    #expect(large.texts(0) == ["linear 128, relu"])
    #expect(large.texts(1) == ["conv 8, tanh, flatten"])
  }

  @Test func diffOfTwoRunsNamesExactlyTheKeyThatDiffered() {
    let old = Run(
      samples.add(SampleRuns.Shape(id: "20261121T0200-aaaaaa")), reader: SampleRuns.reader)
    var shape = SampleRuns.Shape(id: "20261121T0300-bbbbbb")
    // Another time of day is no difference.
    shape.started = "2026-11-21T02:59:00Z"
    let same = Run(samples.add(shape), reader: SampleRuns.reader)
    #expect(RunDifference(old, same).isEmpty)

    shape.id = "20261121T0400-cccccc"
    shape.rate = "1e-4"
    let other = RunDifference(old, Run(samples.add(shape), reader: SampleRuns.reader))
    #expect(other.sections.map(\.title) == ["spec"])
    #expect(
      other.sections.first?.changes == [
        RunDifference.Change(key: "optimizer.learning_rate", old: "2e-4", new: "1e-4")
      ])
    #expect(other.text == "spec\n  optimizer.learning_rate  2e-4 → 1e-4\n")

    shape.id = "20261121T0500-dddddd"
    (shape.rate, shape.finalLoss, shape.host) = ("2e-4", 0.25, "shelf")
    let numbers = RunDifference(old, Run(samples.add(shape), reader: SampleRuns.reader))
    #expect(numbers.sections.map(\.title) == ["environment", "outcome"])
    #expect(numbers.text.contains("d_loss  0.7 → 0.25"))
  }

  @Test func originsComeFromTheCommandLineTheLineOfTheFileOrTheDefaults() throws {
    let run = Run(samples.add(SampleRuns.Shape()), reader: SampleRuns.reader)
    let origins = Origins(run)
    let settings = try run.settings()
    let expected = [
      ("latent.size", "--set"), ("latent.distribution", "default"), ("data.batch", "spec.yaml:4"),
      ("loss.kind", "spec.yaml:10"), ("optimizer.generator.learning_rate", "spec.yaml:11"),
      ("optimizer.generator.betas", "default"),
      ("architecture.generator[0].linear.units", "spec.yaml:8"),
      ("architecture.generator[0].linear.bias", "default"),
    ]
    for (key, origin) in expected {
      #expect(origins.origin(of: key, text: settings[key] ?? "") == origin, "\(key)")
    }
  }

  @Test func behindALoopValuesComeFromTheListsLine() throws {
    let spec = try Settings(
      text: """
        extends: base.yaml
        architecture:
          generator:
            - for: {width: [8, 16]}
              do: [{linear: "${width}"}, relu]
            - tanh
        """)
    let resolved = "latent:\n  size: 64          # base.yaml:7\n"
    let origins = Origins(
      resolved: resolved, spec: spec.entries,
      command: [
        "--set=seed=3", "--set", "record.checkpoint={every: 5 steps}", "--set", "loss=hinge",
        "--set", "optimizer.learning_rate=1e-3",
        "--set", "architecture.discriminator=[{for: {width: [8]}, do: [{linear: 8}]}]",
      ])
    #expect(origins.origin(of: "latent.size", text: "64") == "base.yaml:7")
    #expect(origins.origin(of: "seed", text: "3") == "--set")
    #expect(
      origins.origin(of: "architecture.generator[2].linear.units", text: "16") == "spec.yaml:4")
    #expect(origins.origin(of: "data.batch", text: "8") == "extends or default")
    // What a map sets, and what it leaves alone.
    #expect(origins.origin(of: "record.checkpoint.every", text: "5 steps") == "--set")
    #expect(
      origins.origin(of: "record.checkpoint.keep.last", text: "2") == "extends or default")
    #expect(origins.origin(of: "loss.kind", text: "hinge") == "--set")
    #expect(origins.origin(of: "loss.margin", text: "1") == "extends or default")
    #expect(origins.origin(of: "optimizer.generator.learning_rate", text: "0.001") == "--set")
    #expect(
      origins.origin(of: "architecture.discriminator[1].linear.units", text: "8") == "--set")
  }

  @Test func gridsStandSideBySideAtTheLastStepThatAllRunsHave() throws {
    let runs = family()
    let sheet = GridSheet(Comparison(LoadedRun.load(runs)))
    #expect(
      sheet.tiles.map { $0.label.split(separator: "\n").last }
        == Array(repeating: "step 1000", count: 4))
    let early = GridSheet(Comparison(LoadedRun.load(runs)), at: 600)
    #expect(early.tiles.allSatisfy { $0.label.hasSuffix("step 500") })
    let raster = try #require(sheet.raster())
    #expect(raster.width >= 2 * 34 && raster.height >= 2 * 26)
    // The pixels of the first tile are those of its file.
    let tile = sheet.tiles[0].picture
    let row = Array(tile.pixels[..<tile.width])
    let found = (0..<raster.height).contains { y in
      let line = Array(raster.pixels[y * raster.width..<(y + 1) * raster.width])
      return (0...(line.count - row.count)).contains { Array(line[$0..<$0 + row.count]) == row }
    }
    #expect(found)
  }

  @Test func curvesOfReplicatesAreTheirMeanWithTheRangeTheySpan() {
    let chart = Comparison(LoadedRun.load(family())).curves(title: "family <1>")
    #expect(chart.panels.map(\.title) == ["d_loss", "g_loss"])
    #expect(chart.panels[0].curves.count == 4)
    let last = chart.panels[0].curves[0].points.last
    #expect(last?.x == 1000)
    #expect(last.map { abs($0.value - 0.72) < 1e-9 && abs($0.low - 0.71) < 1e-9 } == true)
    let svg = chart.svg
    #expect(svg.contains("family &lt;1&gt;"))
    #expect(svg.contains("class=\"c0 band\""))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }
}
