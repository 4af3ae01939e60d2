import CLibrary
import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// Runs of games in the general form.
struct GeneralRunTests {
  /// Files in which a limit on weights stands before a penalty that draws. Random numbers of a penalty are named
  /// by its place among the penalties, limits included; in the general form limits stand with their networks, so
  /// that the penalty draws others.
  private static let drawnOtherwise = ["noisy-targets.yaml", "two-class.yaml"]

  /// What a run has come to: numbers, weights, and pictures.
  private func comparable(_ directory: String) throws -> [String: [UInt8]] {
    try Scratch().contents(of: directory).filter { name, _ in
      name == "losses.csv" || name.hasSuffix(".safetensors") || name.hasSuffix(".png")
    }
  }

  private func played(_ experiment: Experiment) throws -> [String: [UInt8]] {
    let scratch = try Scratch()
    let outcome = try train(try LoadedGame(experiment).setup(scratch.path))
    #expect(outcome.ending == .finished && outcome.step == 3)
    return try comparable(outcome.directory)
  }

  @Test(arguments: LoadedGame.files.filter { !drawnOtherwise.contains($0) })
  func theLongFormOfAFilePlaysToTheSameFiles(_ file: String) throws {
    let short = try loadExperiment(
      path: "\(LoadedGame.folder)/\(file)", overrides: ["schedule.length=3 steps"],
      vocabulary: TinyRun.vocabulary
    ).get()
    let long = try loadExperiment(text: short.gameYAML, vocabulary: TinyRun.vocabulary).get()
    #expect(long.twoPlayers == nil)
    let (first, second) = (try played(short), try played(long))
    #expect(Set(first.keys) == Set(second.keys))
    #expect(first.keys.contains("losses.csv"))
    for network in short.game.networks {
      #expect(first.keys.contains { $0.hasSuffix("step-00000003/\(network.name).safetensors") })
    }
    for (name, bytes) in first { #expect(second[name] == bytes, "\(name)") }
  }

  /// Two stored sources, of 10 and 7 samples: three batches an epoch, of which a round takes two; a pool, noise
  /// and an average go from round to round.
  private static let twoSources = """
    version: 1
    name: two-sources
    seed: 5
    data:
      size: 8
      batch: 4
      sources:
        digits: {synthetic: {of: digits, seed: 1, count: 10}}
        others: {source: {synthetic: {of: digits, seed: 2, count: 7}}, classes: 10}
        dark: {of: others, invert: true}
    latents: {z: {size: 3}}
    networks:
      painter:
        layers: [{conv: {channels: 2, kernel: 3, padding: 1}}, batch_norm, {dropout: 0.3}, relu, {conv: {channels: 1, kernel: 3, padding: 1}}, tanh]
        ema: {decay: 0.5, start: 2 steps}
      generator: [{concat_label: {embedding: 2}}, {linear: 64}, tanh, {image: {channels: 1, size: 8}}]
      critic: [{conv: {channels: 2, kernel: 4, stride: 2, padding: 1}}, {leaky_relu: 0.2}, flatten, {linear: 1}]
    values: {painted: painter(digits), made: 'generator(z, label: others.label)'}
    terms:
      game: {adversarial: {loss: hinge, critic: critic, real: dark, fake: painted, critic_sees: {pool: 5}}}
      near: {distance: {of: made, from: others, norm: l2}}
    moves:
      - {networks: [critic], times: 2, fresh: batch, columns: d}
      - {networks: [painter, generator], name: makers, columns: g}
    optimizer: {kind: adam, learning_rate: 1e-2}
    schedule: {length: 9 steps, learning_rate: {linear_to: {to: 0, from: 0.5}}}
    record: {log: 2 steps, samples: {every: 1 epochs, grid: 2x2, show: [digits, painted, made]}, checkpoint: {every: 2 steps, keep: {last: 2}}}

    """

  private func twoSources() throws -> LoadedGame {
    try LoadedGame(
      try loadExperiment(text: Self.twoSources, vocabulary: TinyRun.vocabulary).get())
  }

  /// What must be the same however often a run stopped.
  private func numbers(_ directory: String) throws -> [String: [UInt8]] {
    try comparable(directory).filter { name, _ in
      !name.hasPrefix("checkpoints/step-") || name.hasPrefix("checkpoints/step-00000009")
    }
  }

  @Test func aRunOfTwoSourcesThatStopsAndGoesOnIsOneThatNeverStopped() throws {
    let game = try twoSources()
    #expect(game.program.batchesPerRound == 2)
    #expect(game.data.sampleCount == 10)
    let whole = try Scratch()
    let undisturbed = try numbers(try train(game.setup(whole.path)).directory)
    for name in ["painter", "generator", "critic", "optimizer"] {
      #expect(undisturbed.keys.contains { $0.hasSuffix("/\(name).safetensors") }, "\(name)")
    }
    for step in [1, 2, 4, 5, 8] {
      let scratch = try Scratch()
      var setup = game.setup(scratch.path)
      let asked = Counter()
      setup.interrupt = { asked.next() < step ? 0 : SIGINT }
      let stopped = try train(setup)
      #expect(stopped.step == step)
      var again = game.setup("unused")
      again.directory = stopped.directory
      let outcome = try train(again)
      #expect(outcome.ending == .finished && outcome.step == 9)
      let seen = try numbers(stopped.directory)
      #expect(Set(seen.keys) == Set(undisturbed.keys), "stopped after \(step)")
      for (name, bytes) in undisturbed {
        #expect(seen[name] == bytes, "\(name), stopped after \(step)")
      }
    }
  }

  @Test(arguments: [
    "translation.yaml", "codes-judged.yaml", "both-ways.yaml", "shared-trunk.yaml",
    "side-by-side.yaml", "variational.yaml",
  ])
  func aSampleOfACheckpointIsThePictureOfTheRun(_ file: String) throws {
    let (scratch, game) = (try Scratch(), try LoadedGame(file: file))
    let outcome = try train(game.setup(scratch.path))
    #expect(outcome.ending == .finished)
    try expectSampleIsFinal(outcome.directory, game, SampleRequest(), "samples/final.png")
  }

  @Test func ofTwoSourcesAndAnAverageTheSampleIsThePictureOfTheRunToo() throws {
    let (scratch, game) = (try Scratch(), try twoSources())
    let outcome = try train(game.setup(scratch.path))
    try expectSampleIsFinal(outcome.directory, game, SampleRequest(), "samples/final.png")
    var request = SampleRequest()
    request.weights = .ema
    try expectSampleIsFinal(outcome.directory, game, request, "samples/ema/final.png")
    let files = FileLayer()
    #expect(
      try files.read("\(outcome.directory)/samples/final.png")
        != files.read("\(outcome.directory)/samples/ema/final.png"))
  }

  private func expectSampleIsFinal(
    _ directory: String, _ game: LoadedGame, _ request: SampleRequest, _ picture: String
  ) throws {
    let experiment = try loadExperiment(
      path: "\(directory)/resolved.yaml", vocabulary: TinyRun.vocabulary
    ).get()
    let setup = game.setup("unused")
    let sample = try sample(
      run: directory, experiment: experiment, request, backend: setup.backend, data: game.data)
    #expect(try encodePNG(sample.picture) == FileLayer().read("\(directory)/\(picture)"))
  }
}
