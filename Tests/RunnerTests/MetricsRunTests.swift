import CPUBackend
import Images
import Metrics
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// A game over images of 7×7, whose samples are measured.
private struct MeasuredRun {
  var length = "6 epochs"
  var metrics =
    "{every: 1 epochs, of: [{sliced_wasserstein: {samples: 8, projections: 9, patches: 2}}],"
    + " objective: {minimize: sliced_wasserstein}}"
  var checkpoint = "{every: 100 epochs, keep: {last: 1, best: 1}}"
  var rate = "0.05"
  var more = ""

  private func experiment() throws -> Experiment {
    let yaml = """
      version: 1
      name: measured
      seed: 3
      data: {source: {synthetic: digits}, batch: 4, range: [-1, 1]}
      latent: {size: 3, distribution: normal}
      architecture:
        generator: [linear: 49, tanh, image: {channels: 1, size: 7}]
        discriminator: [flatten, linear: 4, {leaky_relu: 0.2}, linear: 1]
      loss: {kind: least_squares}
      optimizer: {kind: adam, learning_rate: \(rate)}
      schedule: {length: \(length)}
      record: {log: 2 steps, samples: none, checkpoint: \(checkpoint)\(more)}
      metrics: \(metrics)

      """
    let vocabulary = Catalog.vocabulary(
      sources: DatasetCatalog.declarations, metrics: MetricCatalog.declarations)
    return try loadExperiment(text: yaml, name: "measured.yaml", vocabulary: vocabulary).get()
  }

  func setup(_ results: String) throws -> RunSetup {
    let experiment = try experiment()
    let set = ImageSet(
      name: "blots", count: 10, height: 7, width: 7, channels: 1,
      pixels: (0..<490).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 37) })
    let data = TrainingSources(
      try TrainingData(
        set, samples: try set.store(size: nil, range: experiment.data.range), labels: nil))
    let format = SampleFormat.image(ImageFormat(channels: 1, height: 7, width: 7))
    var setup = RunSetup(
      program: try TrainingProgram(experiment, format: format), data: data,
      backend: CPUBackend(threads: 1), results: results,
      context: RunContext(
        programVersion: "0.0", numericsVersion: 1, device: "reference", threads: 1, libraries: [],
        commandLine: []))
    setup.interrupt = { 0 }
    return setup
  }
}

private func scores(_ run: String) throws -> ObjectiveValues {
  ObjectiveValues(
    .init(metric: "sliced_wasserstein", minimizes: true),
    csv: try FileLayer().read("\(run)/metrics.csv"))
}

private func checkpoints(_ run: String) throws -> [Int] {
  try CheckpointStore(run: run, files: FileLayer()).steps()
}

struct MetricsRunTests {
  @Test func eventFilesHaveEveryMeasurement() throws {
    let scratch = try Scratch()
    let outcome = try train(MeasuredRun(more: ", tensorboard: true").setup(scratch.path))
    let events = try ReadEvent.all(in: outcome.directory)
    let steps = events.filter { $0.tags == ["metrics/sliced_wasserstein"] }.map(\.step)
    #expect(steps == [3, 6, 9, 12, 15, 18])
  }

  @Test func everyNumberStandsBesideItsProtocol() throws {
    let scratch = try Scratch()
    let outcome = try train(MeasuredRun().setup(scratch.path))
    let lines = try text("\(outcome.directory)/metrics.csv").split(separator: "\n")
    #expect(lines[0] == "step,epoch,images,metric,value,samples,seed,split,weights,settings")
    #expect(lines.count == 7)
    for (index, line) in lines.dropFirst().enumerated() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      let step = (index + 1) * 3
      #expect(
        cells[..<4] == ["\(step)", "\(index + 1)", "\((index + 1) * 10)", "sliced_wasserstein"])
      #expect((Double(cells[4]) ?? -1) > 0)
      #expect(cells[5...] == ["8", "0", "train", "raw", "projections=9 patches=2"])
    }
    let again = try train(MeasuredRun().setup(scratch.path))
    #expect(
      try text("\(again.directory)/metrics.csv") == text("\(outcome.directory)/metrics.csv"))
  }

  @Test func numbersOfValuesStandAmongThemInTheOrderOfTheFile() throws {
    let scratch = try Scratch()
    var run = MeasuredRun(length: "1 epochs")
    let alone = try train(run.setup("\(scratch.path)/alone")).directory
    run.metrics = run.metrics.replacing(
      "of: [", with: "of: [{difference: {of: fakes, from: images}}, ")
    let path = try train(run.setup("\(scratch.path)/both")).directory
    let rows = MetricsRow.rows(of: try FileLayer().read("\(path)/metrics.csv"))
    #expect(rows.map(\.metric) == ["difference", "sliced_wasserstein"])
    #expect(rows.map(\.samples) == [10, 8] && rows.map(\.split) == ["images", "train"])
    #expect(rows[1] == MetricsRow.rows(of: try FileLayer().read("\(alone)/metrics.csv"))[0])
  }

  @Test func theBestCheckpointIsThatOfTheBestValue() throws {
    for direction in ["minimize", "maximize"] {
      let scratch = try Scratch()
      var run = MeasuredRun()
      run.metrics = run.metrics.replacing("minimize", with: direction)
      let path = try train(run.setup(scratch.path)).directory
      let all = try scores(path).all
      let values = all.map(\.value)
      let extreme = direction == "minimize" ? values.min() : values.max()
      let best = try #require(all.first { $0.value == extreme })
      #expect(try checkpoints(path) == (best.step == 18 ? [18] : [best.step, 18]))
      let store = CheckpointStore(run: path, files: FileLayer())
      #expect(try store.resolve(.best) == "\(store.path)/step-\(padded(best.step, 8))")
    }
  }

  @Test func milestonesStayForGood() throws {
    let scratch = try Scratch()
    var run = MeasuredRun()
    run.checkpoint = "{every: 3 steps, keep: {last: 2, best: 0, milestones: 2 epochs}}"
    let path = try train(run.setup(scratch.path)).directory
    #expect(try checkpoints(path) == [6, 12, 15, 18])
    #expect(throws: RunError.self) {
      try CheckpointStore(run: path, files: FileLayer()).resolve(.best)
    }
  }

  @Test(arguments: [1, 4, 9, 10, 13, 17])
  func aRunThatWasStoppedMeasuresWhatItWouldHave(_ stop: Int) throws {
    let scratch = try Scratch()
    let whole = try train(MeasuredRun().setup("\(scratch.path)/whole")).directory
    var setup = try MeasuredRun().setup("\(scratch.path)/cut")
    let rounds = Counter()
    setup.interrupt = { rounds.next() > stop ? 15 : 0 }
    let path = try train(setup).directory
    var rest = try MeasuredRun().setup(path)
    rest.directory = path
    #expect(try train(rest).exitCode == 0)
    for file in ["metrics.csv", "losses.csv", "checkpoints/best"] {
      let (own, other) = (try text("\(path)/\(file)"), try text("\(whole)/\(file)"))
      #expect(own == other, "\(file)")
    }
  }

  @Test func aLongerRunForgetsTheNumberOfTheFormerEnd() throws {
    let scratch = try Scratch()
    var run = MeasuredRun()
    run.metrics = run.metrics.replacing("every: 1 epochs", with: "every: 4 steps")
    run.length = "17 steps"
    let whole = try train(run.setup("\(scratch.path)/whole")).directory
    run.length = "10 steps"
    let path = try train(run.setup("\(scratch.path)/short")).directory
    #expect(try scores(path).all.map(\.step) == [4, 8, 10])
    run.length = "17 steps"
    var longer = try run.setup(path)
    longer.directory = path
    #expect(try train(longer).exitCode == 0)
    #expect(try text("\(path)/metrics.csv") == text("\(whole)/metrics.csv"))
    #expect(try scores(path).all.map(\.step) == [4, 8, 12, 16, 17])
  }

  @Test func whatIsNotMeasuredCannotBeTheObjective() throws {
    var run = MeasuredRun()
    run.metrics = "{of: [ms_ssim], objective: {maximize: ms_sim}}"
    #expect(throws: RunError.self) { try train(run.setup("/nowhere")) }
  }

  @Test func modesOfAMixtureAreCountedInARun() throws {
    let scratch = try Scratch()
    let yaml = """
      version: 1
      name: ring
      seed: 3
      data: {source: {synthetic: ring8}, batch: 32}
      latent: {size: 2, distribution: normal}
      architecture: {generator: [linear: 8, relu, linear: 2], discriminator: [linear: 1]}
      loss: {kind: least_squares}
      optimizer: {kind: adam, learning_rate: 0.001}
      schedule: {length: 4 steps}
      record: {log: 2 steps, samples: none, checkpoint: none}
      metrics: {every: 2 steps, of: [{modes: {samples: 100}}, sliced_wasserstein]}

      """
    let vocabulary = Catalog.vocabulary(
      sources: DatasetCatalog.declarations, metrics: MetricCatalog.declarations)
    let experiment = try loadExperiment(text: yaml, name: "ring.yaml", vocabulary: vocabulary).get()
    let mixture = GaussianMixture.ring8()
    let set = VectorSet(
      name: "ring8", length: 2, values: mixture.points(count: 400, seed: 1))
    var setup = RunSetup(
      program: try TrainingProgram(experiment, format: .vector(length: 2)),
      data: TrainingSources(
        try TrainingData(
          set, samples: set.store(size: nil, range: experiment.data.range), labels: nil)),
      backend: CPUBackend(threads: 1), results: scratch.path,
      context: RunContext(
        programVersion: "0.0", numericsVersion: 1, device: "reference", threads: 1, libraries: [],
        commandLine: []))
    setup.interrupt = { 0 }
    let outcome = try train(setup)
    #expect(outcome.exitCode == 0)
    let rows = try text("\(outcome.directory)/metrics.csv").split(separator: "\n")
    let names = rows.dropFirst().map { $0.split(separator: ",")[3] }
    #expect(names.prefix(3) == ["modes", "high_quality", "sliced_wasserstein"] && names.count == 6)
  }
}
