import CPUBackend
import Foundation
import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// What is observed of a round must not change it.
struct TraceBitsTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../PyTorch/games").standardized.path

  static let games =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted()

  private func game(_ file: String) throws -> (TrainingProgram, TrainingSources) {
    let experiment = try loadExperiment(
      path: "\(Self.folder)/\(file)", vocabulary: TinyRun.vocabulary
    ).get()
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
    return (
      try TrainingProgram(experiment, formats: formats),
      try TrainingSources(entries, epoch: experiment.schedule.epoch)
    )
  }

  @Test func thereAreGames() { #expect(Self.games.count >= 22) }

  @Test(arguments: games)
  func aTraceHasTheBitsOfTheRun(file: String) throws {
    let (program, data) = try game(file)
    let backend = CPUBackend(threads: 2)
    let scratch = try Scratch()
    let path = "\(scratch.path)/trace.safetensors"
    try trace(program, data: data, backend: backend, rounds: 2, to: path)
    let traced = try FileLayer().readSafetensors(path)
    let timetable = try Timetable(program, imageCount: data.sampleCount)
    let player = try RoundPlayer(program, data: data, timetable: timetable, backend: backend)
    var gradients = 0
    for round in 0..<2 {
      for move in try player.play(round: round) {
        let here = "round\(round)/\(move.name)"
        #expect(traced["\(here)/loss"]?.floats == [move.loss], "\(here)")
        #expect(traced["\(here)/gradient_norm"]?.floats.first == move.gradientNorm, "\(here)")
        gradients += traced.entries.count { $0.name.hasPrefix("\(here)/gradient/") }
      }
      for state in program.states where state.role != .optimizer {
        let name = "round\(round)/after/\(state.name)"
        let value = state.layout.toTorch(try player.read(state))
        #expect(traced[name] == value, "\(name)")
      }
    }
    #expect(gradients > 0)
  }
}
