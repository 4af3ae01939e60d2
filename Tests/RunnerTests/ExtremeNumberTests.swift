import Foundation
import Images
import ModelBuilder
import RunFormat
import Spec
import Testing

@testable import Runner

/// Every number that a spec may say, as large, as small and as odd as a file can have it: each is
/// refused, or planned to the end. A trap would end the tests.
struct ExtremeNumberTests {
  private static let numbers = [
    "0", "1", "3", "0.5", "1e-30", "1e38", "1e308", "4096", "1000000", "2147483647", "4294967296",
    "9007199254740992", "9e15", "3037000500", "4611686018427387904", "9223372036854775807", "-1",
    "-9223372036854775808",
  ]
  private static let lengths = [
    "9223372036854775807 epochs", "1000000000000000 epochs", "9223372036854775807 steps",
    "1 steps", "9223372036854775807 images",
  ]

  /// `make soak` tries them all.
  private static let stride =
    ProcessInfo.processInfo.environment["GAN_EXP_SOAK"] == nil ? 37 : 1

  static let flat = """
    version: 1
    name: extreme
    data: {source: {synthetic: {of: digits, count: 40}}, batch: 8, size: 8}
    latent: {size: 4, codes: {categorical: [3], continuous: 2}}
    labels: {classes: 10}
    architecture:
      generator:
        - linear: 16
        - image: {channels: 4, size: 2}
        - conv_transpose: {channels: 4, kernel: 4, stride: 2, padding: 1}
        - conditional_batch_norm
        - leaky_relu: 0.1
        - residual: [{conv: {channels: 4, padding: 1}}, {prelu: {}}]
        - upsample: 2
        - self_attention
        - conv: {channels: 4, padding: 1, groups: 2}
        - pixel_norm
        - conv: {channels: 1, padding: 1, equalized: 1}
        - tanh
      discriminator:
        - conv: {channels: 4, stride: 2, padding: 1}
        - dropout: 0.2
        - group_norm: 2
        - elu: 1
        - average_pool: 2
        - minibatch_stddev
        - flatten
        - noise: 0.1
        - concat_label: {embedding: 3}
        - maxout: {units: 4, pieces: 2}
        - minibatch_discrimination: {units: 2, size: 3}
        - linear: {units: 4, spectral_norm: true}
        - heads:
            score: [{linear: 1}]
            class: [{linear: 10}]
            categorical: [{linear: 3}]
            continuous: [{linear: 2}]
      init: {conv: {normal: 0.02}, default: {orthogonal: {gain: 1}}}
    loss: {kind: cross_entropy, jitter: 0.1, flip: 0.1}
    penalties:
      - gradient_penalty: 10
      - dragan: {weight: 1}
      - classification: {weight: 1}
      - information: {optimizer: {kind: adam, learning_rate: 1e-3}}
      - orthogonal: {weight: 1e-4}
    augment: [{translation: {}}, {cutout: {}}, {color: {}}]
    optimizer: {kind: adam, learning_rate: 1e-3, clip_norm: 1, clip_value: 1}
    schedule:
      length: 3 epochs
      learning_rate: {linear_to: {to: 0, from: 0.5, warm_up: 3}}
      ema: {decay: 0.9, start: 2 steps, warm_up: true}
    record:
      samples: {every: 1 epochs, grid: 2x2}
      checkpoint: {every: 1 epochs, keep: {last: 2, best: 1, milestones: 2 epochs}}
      log: 1 steps
      histograms: 5 steps
    guards: {max_time: 1h, min_free_disk: 1MB}
    """

  /// Every place of the resolved spec that has a number or an amount in it, or could have.
  private static func places(_ node: Any, _ path: String, _ found: inout [(String, isAmount: Bool)])
  {
    switch node {
    case let map as [String: Any]:
      for key in map.keys.sorted() {
        places(map[key] as Any, path.isEmpty ? key : "\(path).\(key)", &found)
      }
    case let list as [Any]:
      for (index, item) in list.enumerated() { places(item, "\(path)[\(index)]", &found) }
    case let text as String:
      if text.first?.isNumber == true { found.append((path, true)) }
    case is NSNull: found.append((path, false))
    case is NSNumber: found.append((path, false))
    default: break
    }
  }

  private static func resolved(_ yaml: String, _ overrides: [String]) throws -> Experiment {
    let found = loadExperiment(
      text: yaml, overrides: overrides, vocabulary: TinyRun.vocabulary)
    switch found {
    case .success(let experiment): return experiment
    case .failure(let diagnostics): throw TestProblem(diagnostics.rendered())
    }
  }

  /// As far as `run` goes before it writes anything.
  private static func plan(_ experiment: Experiment) throws {
    let source = DatasetCatalog.source(experiment.data.source)
    guard let format = source.storedFormat?.resized(to: experiment.data.size) else { return }
    let program = try TrainingProgram(experiment, format: format)
    _ = program.warnings
    if program.problems(sampleCount: 40) == nil {
      let need = program.memoryNeed(sampleCount: 40)
      _ = (need.total, need.parts, ByteCount(need.total).description)
    }
    for count in [40, 60_000] {
      let timetable = try Timetable(program, imageCount: count)
      let levels = LevelTimetable(program, timetable)
      let record = experiment.record
      let periods = [
        record.log, record.samples?.every, record.checkpoint?.every, record.checkpoint?.milestones,
        record.histograms,
      ].compactMap(\.self)
      for round in [0, 1, timetable.rounds / 2, timetable.rounds - 1] where round >= 0 {
        _ = program.learningRates(round: round, of: timetable.rounds)
        _ = program.momenta(round: round)
        _ = (timetable.epochFraction(after: round), timetable.epoch(of: round))
        _ = timetable.places(ofBatch: timetable.batches(after: round))
        for period in periods { _ = timetable.isDueForSamples(period, after: round + 1) }
        _ = (levels?.moment(after: round), levels?.optimizersBegin(inRound: round))
      }
      _ = levels?.shortfall
    }
  }

  /// Networks of `TinyRun.growing`, for data whose size the spec says.
  static let growing = TinyRun.growing.yaml.replacingOccurrences(
    of: "{source: {synthetic: digits},", with: "{source: {synthetic: digits}, size: 4,")

  @Test(arguments: [flat, growing])
  func everyNumberIsRefusedOrPlanned(yaml: String) throws {
    let base = try Self.resolved(yaml, [])
    try Self.plan(base)
    let tree = try JSONSerialization.jsonObject(with: Data(base.resolvedJSON.utf8))
    var places: [(String, isAmount: Bool)] = []
    Self.places(tree, "", &places)
    var (planned, turn) = (0, 0)
    for (path, isAmount) in places {
      for value in isAmount ? Self.lengths : Self.numbers + Self.lengths.prefix(1) {
        turn += 1
        // Every number has its turn at some place, and every place some number.
        guard turn % Self.stride == 0 else { continue }
        guard let experiment = try? Self.resolved(yaml, ["\(path)=\(value)"]) else { continue }
        if (try? Self.plan(experiment)) != nil { planned += 1 }
      }
    }
    #expect(
      places.count > 50 && planned > 400 / Self.stride, "\(places.count) places, \(planned) plans")
  }
}
