import CLibrary
import Images
import ModelBuilder
import RunFormat
import Spec
import TensorCore
import Testing

@testable import Runner

/// A game so small that the reference interpreter plays a round in milliseconds.
struct TinyRun {
  static let vocabulary = Catalog.vocabulary(sources: DatasetCatalog.declarations)

  var labels = "none"
  var imageCount = 10
  var batch = 4
  var dropLast = false
  var length = "3 epochs"
  var log = "2 steps"
  var samples = "{every: 2 epochs, grid: 2x3, seed: 7}"
  var checkpoint = "{every: 1 epochs, keep: {last: 2}}"
  var learningRate = "1e-3"
  var schedule = ""
  var guards = "{non_finite: stop}"
  var name = "tiny"
  var generatorLayer = "batch_norm"
  /// The end of the critic, and of the spec's game.
  var critic = "linear: 1"
  var loss = "{kind: least_squares}"
  var latent = "{size: 3, distribution: uniform, low: 0, high: 1}"
  var penalties = "[]"
  /// Of `record`, besides those above: `, tensorboard: true`.
  var record = ""
  /// `architecture`, where it is not that of these words.
  var architecture: String?
  var height = 3

  var yaml: String {
    """
    version: 1
    name: \(name)
    seed: 5
    data: {source: {synthetic: digits}, batch: \(batch), drop_last: \(dropLast), range: [-1, 1]}
    latent: \(latent)
    labels: \(labels)
    architecture:
    \(architecture ?? plainArchitecture)
    loss: \(loss)
    penalties: \(penalties)
    optimizer: {kind: adam, learning_rate: \(learningRate)}
    schedule: {length: \(length)\(schedule)}
    record: {log: \(log), samples: \(samples), checkpoint: \(checkpoint)\(record)}
    guards: \(guards)

    """
  }

  private var plainArchitecture: String {
    let label = labels == "none" ? "" : "concat_label: {embedding: 2}"
    return """
        generator:
      \(label.isEmpty ? "" : "    - \(label)")
          - linear: 4
          - \(generatorLayer)
          - linear: 12
          - tanh
          - image: {channels: 1, size: [3, 4]}
        discriminator:
          - flatten
      \(label.isEmpty ? "" : "    - \(label)")
          - linear: 4
          - leaky_relu: 0.2
          - \(critic)
      """
  }

  func experiment() throws -> Experiment {
    switch loadExperiment(text: yaml, name: "tiny.yaml", vocabulary: Self.vocabulary) {
    case .success(let experiment): return experiment
    case .failure(let diagnostics):
      throw TestProblem(diagnostics.rendered())
    }
  }

  /// Pictures of `height`×4 pixels in three classes, each pixel another one.
  var set: ImageSet {
    ImageSet(
      name: "tiny", count: imageCount, height: height, width: 4, channels: 1,
      pixels: (0..<(imageCount * height * 4)).map { UInt8(truncatingIfNeeded: $0 &* 37) },
      labels: (0..<imageCount).map { Int32($0 % 3) }, classNames: ["ant", "bee", "cat"])
  }

  func data() throws -> TrainingSources {
    let experiment = try experiment()
    return TrainingSources(
      try TrainingData(
        set, samples: try set.store(size: nil, range: experiment.data.range),
        labels: experiment.twoPlayers!.labels))
  }

  static let format = SampleFormat.image(ImageFormat(channels: 1, height: 3, width: 4))

  func program() throws -> TrainingProgram {
    try TrainingProgram(
      try experiment(), format: .image(ImageFormat(channels: 1, height: height, width: 4)))
  }

  func setup(_ results: String, backend: any Backend = ReferenceBackend()) throws -> RunSetup {
    var setup = RunSetup(
      program: try program(), data: try data(), backend: backend, results: results,
      context: RunContext(
        programVersion: "0.0", numericsVersion: 1, device: backend.name, threads: 1,
        libraries: [("libtest", "1.2")], commandLine: ["gan-exp", "run", "tiny.yaml"]))
    setup.interrupt = { 0 }
    return setup
  }
}

struct TestProblem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A folder that is gone after the test.
final class Scratch {
  let path: String

  /// - Parameter inMemory: on no disk, where the system has such a place: for tests that synchronize
  ///   thousands of times.
  init(inMemory: Bool = false) throws {
    let folder = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    var template = Array("\(folder)/gan-exp-runner-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestProblem("no temporary folder") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { try? FileLayer().remove(path) }

  /// Every file below, with its content.
  func contents(of folder: String? = nil) throws -> [String: [UInt8]] {
    let files = FileLayer()
    let start = folder ?? path
    var found: [String: [UInt8]] = [:]
    func walk(_ folder: String, _ prefix: String) throws {
      for name in try files.list(folder) {
        if files.isDirectory("\(folder)/\(name)") {
          try walk("\(folder)/\(name)", "\(prefix)\(name)/")
        } else {
          found["\(prefix)\(name)"] = try files.read("\(folder)/\(name)")
        }
      }
    }
    try walk(start, "")
    return found
  }
}

func text(_ path: String) throws -> String {
  String(decoding: try FileLayer().read(path), as: UTF8.self)
}

func json(_ path: String) throws -> JSON {
  try JSON(parsing: try FileLayer().read(path))
}

extension TinyRun {
  /// Three levels, 1×1 to 4×4: in its nine rounds, of 4, 4, 2, 4, … images, it plays the first one for
  /// two, and each next one for two while it fades in.
  static let growing = TinyRun(
    schedule: ", growing: {fade: 6 images, stable: 5 images}, ema: {decay: 0.5, start: 2 steps}",
    architecture: """
        generator:
          - linear: 3
          - tanh
          - image: {channels: 3, size: 1}
          - grow: {to_image: [{conv: {channels: 1, kernel: 1}}]}
          - grow:
              layers: [upsample, {conv: {channels: 2, padding: 1}}, batch_norm, {leaky_relu: 0.2}]
              to_image: [{conv: {channels: 1, kernel: 1}}]
          - grow:
              layers: [upsample, {conv: {channels: 2, padding: 1}}, tanh]
              to_image: [{conv: {channels: 1, kernel: 1}}]
        discriminator:
          - grow:
              from_image: [{conv: {channels: 2, kernel: 1}}]
              layers: [{conv: {channels: 3, padding: 1}}, {leaky_relu: 0.2}, average_pool]
          - grow: {from_image: [{conv: {channels: 3, kernel: 1}}, tanh], layers: [average_pool]}
          - grow: {from_image: [{conv: {channels: 3, kernel: 1}}]}
          - flatten
          - linear: 1
      """, height: 4)

  /// BEGAN: its k is a state of its own.
  static let autoencoder = TinyRun(
    critic: "heads: {reconstruction: [{linear: 12}, {image: {channels: 1, size: [3, 4]}}]}",
    loss: "{kind: began, gain: 0.1, k: 0.2}")

  /// InfoGAN: a third move with an optimizer of its own.
  static let codes = TinyRun(
    critic: "heads: {score: [{linear: 1}], categorical: [{linear: 2}], continuous: [{linear: 1}]}",
    latent: "{size: 2, codes: {categorical: [2], continuous: 1}}",
    penalties: "[{information: {optimizer: {kind: adam, learning_rate: 1e-3}}}]")
}
