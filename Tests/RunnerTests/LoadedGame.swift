import CPUBackend
import Foundation
import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore

@testable import Runner

/// An experiment on generated data, ready to be played.
struct LoadedGame {
  /// Where the small games are that PyTorch replays.
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../PyTorch/games").standardized.path
  /// Their names.
  static let files =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted()

  let program: TrainingProgram
  let data: TrainingSources

  init(_ experiment: Experiment) throws {
    var entries: [TrainingSources.Entry] = []
    var formats: [String: SampleFormat] = [:]
    for source in experiment.game.sources {
      guard case .stored(let choice) = source.kind else { continue }
      let set = try DatasetCatalog.source(choice).load(dataDirectory: [])
      let store = try set.store(size: source.size, range: experiment.data.range)
      formats[source.name] = set.format.resized(to: source.size)
      let classes = experiment.twoPlayers.map { $0.labels.map(AskedClasses.init) }
      entries.append(
        TrainingSources.Entry(
          name: source.name,
          data: try TrainingData(set, samples: store, classes: classes ?? AskedClasses(source))))
    }
    program = try TrainingProgram(experiment, formats: formats)
    data = try TrainingSources(
      entries, epoch: experiment.schedule.epoch, played: program.playedSources)
  }

  /// That of a file of `folder`.
  init(file: String) throws {
    try self.init(
      try loadExperiment(path: "\(Self.folder)/\(file)", vocabulary: TinyRun.vocabulary).get())
  }

  func setup(_ results: String, _ start: StartingWeights = StartingWeights()) -> RunSetup {
    let backend = CPUBackend(threads: 1)
    var setup = RunSetup(
      program: program, data: data, backend: backend, results: results,
      context: RunContext(
        programVersion: "0.0", numericsVersion: 1, device: backend.name, threads: 1,
        libraries: [("libtest", "1.2")], commandLine: ["gan-exp", "run", "game.yaml"]), start: start
    )
    setup.interrupt = { 0 }
    return setup
  }
}
