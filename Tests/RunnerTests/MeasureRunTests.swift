import CPUBackend
import Images
import Metrics
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// A classifier whose answers are known: it learns of black pictures, from which nothing comes, so that its
/// weights stay 0 and it takes everything for the first class.
@Suite struct MeasureRunTests {
  private static let vocabulary = Catalog.vocabulary(
    sources: DatasetCatalog.declarations, metrics: MetricCatalog.declarations)

  private func set(_ name: String, _ count: Int, pixel: (Int) -> UInt8) -> ImageSet {
    ImageSet(
      name: name, count: count, height: 2, width: 2, channels: 1,
      pixels: (0..<count * 4).map(pixel), labels: (0..<count).map { Int32($0 % 3) },
      classNames: ["ant", "bee", "cat"])
  }

  private static func pixel(_ place: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: place &* place &* 37)
  }

  private func setup(_ results: String, metrics: String, epoch: String = "") throws -> RunSetup {
    let experiment = try loadExperiment(
      text: """
        version: 1
        name: known
        data:
          batch: 4
          range: [0, 1]
          sources:
            test: {source: {synthetic: digits}, classes: 3}
            digits: {source: {synthetic: digits}, classes: 3}
            dark: {of: test, invert: true}
        networks: {net: [flatten, {linear: {units: 3, bias: false}}]}
        init: {linear: {weight: {constant: 0}}}
        terms: {names: {class: {of: net(digits), label: digits.label}}}
        moves: [{networks: [net]}]
        optimizer: {kind: sgd, learning_rate: 1}
        schedule: {length: 2 epochs\(epoch)}
        record: {log: 1 steps, samples: none}
        metrics: \(metrics)
        """, name: "known.yaml", vocabulary: Self.vocabulary
    ).get()
    let images = ImageFormat(channels: 1, height: 2, width: 2)
    let program = try TrainingProgram(experiment, images: images)
    let sets = [set("test", 7, pixel: Self.pixel), set("digits", 5) { _ in 0 }]
    let entries = try sets.map { set in
      TrainingSources.Entry(
        name: set.name,
        data: try TrainingData(
          set, samples: try set.store(size: nil, range: experiment.data.range),
          classes: AskedClasses(experiment.game.sources[0]), of: set.name))
    }
    var setup = RunSetup(
      program: program,
      data: try TrainingSources(
        entries, epoch: experiment.schedule.epoch, played: program.playedSources),
      backend: CPUBackend(threads: 1), results: results,
      context: RunContext(
        programVersion: "0.0", numericsVersion: 1, device: "cpu", threads: 1, libraries: [],
        commandLine: []))
    setup.interrupt = { 0 }
    return setup
  }

  private func rows(_ directory: String) throws -> [MetricsRow] {
    MetricsRow.rows(of: try FileLayer().read("\(directory)/metrics.csv"))
  }

  @Test func everySampleOfTheSourceCountsOnce() throws {
    let scratch = try Scratch()
    let setup = try setup(
      scratch.path,
      metrics: """
        {every: 1 epochs, of: [
          {accuracy: {of: net(test), label: test.label}},
          {accuracy: {of: net(test), label: test.label, samples: 5, name: of_five}},
          {accuracy: {of: net(digits), label: digits.label, samples: 100, name: of_digits}},
          {difference: {of: test, from: dark}},
          {difference: {of: test, from: dark, norm: l2, samples: 6, name: squares}}],
          objective: {maximize: accuracy}}
        """)
    let outcome = try train(setup)
    #expect(outcome.exitCode == 0)
    // Five samples in batches of four: the seven of `test`, which no move looks at, are no epoch.
    #expect(outcome.step == 4)
    let rows = try rows(outcome.directory)
    let names = ["accuracy", "of_five", "of_digits", "difference", "squares"]
    #expect(rows.map(\.metric) == names + names)
    #expect(rows.map(\.step) == [2, 2, 2, 2, 2, 4, 4, 4, 4, 4])
    #expect(rows.prefix(5).map(\.samples) == [7, 5, 5, 7, 6])
    #expect(rows.prefix(5).map(\.split) == ["test", "test", "digits", "test", "test"])
    // Classes 0, 1, 2, 0, 1, 2, 0: the means of batches of four and of three would give 5/12.
    let doubled = (0..<28).map { abs(2 * Double(Self.pixel($0)) / 255 - 1) }
    let wanted = [
      3.0 / 7, 2.0 / 5, 2.0 / 5, doubled.reduce(0, +) / 28,
      doubled.prefix(24).map { $0 * $0 }.reduce(0, +) / 24,
    ]
    for (row, value) in zip(rows, wanted + wanted) {
      #expect(abs(row.value - value) < 1e-6, "\(row.metric)")
    }
    #expect(rows[0].settings == "of=net(test)")
    #expect(rows[4].settings == "of=test from=dark norm=l2")
    let best = ObjectiveValues(
      .init(metric: "accuracy", minimizes: false),
      csv: try FileLayer().read("\(outcome.directory)/metrics.csv"))
    #expect(best.all.map(\.step) == [2, 4])
  }

  @Test func anEpochMayBeThatOfASourceThatNoMoveLooksAt() throws {
    let scratch = try Scratch()
    let setup = try setup(
      scratch.path, metrics: "{of: [{accuracy: {of: net(test), label: test.label}}]}",
      epoch: ", epoch: test")
    #expect(setup.data.sampleCount == 7 && setup.data.played.map(\.name) == ["digits"])
    #expect(try train(setup).exitCode == 0)
  }

  @Test func numbersOfMetricsHaveNamesOfTheirOwn() throws {
    let double =
      "{of: [{difference: {of: test, from: dark}}, {difference: {of: dark, from: test}}]}"
    let error = RunError.data("two numbers of metrics are called `difference`")
    #expect(throws: error) { try train(setup("/nowhere", metrics: double)) }
  }

  @Test func aGameWithoutSamplesHasNoMetricsOfThem() throws {
    let program = try setup("/nowhere", metrics: "{of: [sliced_wasserstein]}").program
    let error = #expect(throws: Diagnostics.self) { try MetricPlan(program.experiment, program) }
    #expect(
      error?.entries.map(\.message) == [
        "sliced_wasserstein is of samples like those of the first data source, and this game makes none"
      ])
  }

  private func program(_ tiny: TinyRun, _ metrics: String) throws -> TrainingProgram {
    let text = tiny.yaml.replacing(
      "guards:", with: "metrics: {every: 1 epochs, of: \(metrics)}\nguards:")
    let experiment = try loadExperiment(text: text, vocabulary: Self.vocabulary).get()
    return try TrainingProgram(experiment, format: TinyRun.format)
  }

  @Test func twoPlayersAreMeasuredByValuesToo() throws {
    let scratch = try Scratch()
    let tiny = TinyRun(labels: "{classes: 3}", length: "1 epochs")
    let program = try program(
      tiny,
      """
      [{difference: {of: images, from: fakes, norm: l2}},
       {difference: {of: 'generator(z, label: images.label)', from: fakes, samples: 5, name: nothing}},
       {difference: {of: z, from: z, samples: 6, name: of_latents}}]
      """)
    let plain = try tiny.setup(scratch.path)
    var setup = RunSetup(
      program: program, data: plain.data, backend: CPUBackend(threads: 1), results: scratch.path,
      context: plain.context)
    setup.interrupt = { 0 }
    let outcome = try train(setup)
    #expect(outcome.exitCode == 0)
    let rows = try rows(outcome.directory)
    #expect(
      rows.map(\.metric) == ["difference", "nothing", "of_latents"])
    #expect(rows.map(\.samples) == [10, 5, 6])
    #expect(rows.map(\.split) == ["images", "images", ""])
    #expect(rows[0].value > 0.01 && rows[1].value == 0 && rows[2].value == 0)
    #expect(rows[1].settings == "of=generator(z; label: images.label) from=fakes norm=l1")
  }

  @Test func classesThatAreDrawnAndThoseOfTheDataAreFedApart() throws {
    let tiny = TinyRun(labels: "{classes: 3, fake: random}")
    let program = try program(
      tiny, "[{difference: {of: images, from: 'generator(z, label: y)', samples: 3}}]")
    let formulas: [Formula] = [
      .name("fakes"),
      .call(network: "generator", [.name("z")], label: .part(.name("images"), "label")),
    ]
    let feeds = program.sampler(of: formulas, count: 2).inputs(.feed).map(\.name)
    #expect(Set(feeds) == ["latents", "drawn/labels", "labels"])
  }

  @Test func formulasOfTwoPlayersAreCheckedForTheirNames() throws {
    let text = TinyRun().yaml.replacing(
      "guards:", with: "metrics: {of: [{difference: {of: fakse, from: images}}]}\nguards:")
    guard case .failure(let found) = loadExperiment(text: text, vocabulary: Self.vocabulary) else {
      Issue.record("this is read")
      return
    }
    #expect(found.entries.map(\.message) == ["there is no value `fakse`"])
    #expect(found.entries.map(\.label) == ["did you mean `fakes`?"])
  }

  @Test func labelsOfSeveralLatentsAreDrawnApartAndEachWithinItsClasses() throws {
    let program = try LoadedGame(file: "everything-general.yaml").program
    let formulas: [Formula] = [
      .joined([.part(.name("y"), "one_hot"), .part(.name("v"), "one_hot")])
    ]
    let feeds = program.sampleFeeds(of: formulas)
    let grid = SampleGrid(rows: 200, columns: 1, seed: 3, rowClasses: nil)
    let drawn = SampleInputs(drawn: grid, feeds).tensors
    func classes(_ name: String) throws -> [Int32] {
      guard case .int32(let values)? = drawn["drawn/labels/\(name)"]?.elements else {
        throw TestProblem("no labels of \(name)")
      }
      return values
    }
    #expect(try classes("y") == (0..<200).map { Int32($0 % 10) })
    let other = try classes("v")
    #expect(Set(other) == [0, 1, 2, 3] && other != (0..<200).map { Int32($0 % 4) })
    // In a picture the rows show the classes of the first.
    let rows = SampleGrid(rows: 10, columns: 2, seed: 3, rowClasses: Array(0..<10))
    let shown = try SampleInputs(rows, program, formulas, data: nil).tensors
    #expect(shown["drawn/labels/y"] == rows.labels.map { HostTensor([20], $0) })
    guard case .int32(let values)? = shown["drawn/labels/v"]?.elements else {
      throw TestProblem("no labels of v")
    }
    #expect(values.allSatisfy { (0..<4).contains($0) })
  }
}
