import Spec
import Testing

@testable import ModelBuilder

/// Games that can be played and are hardly meant, and their plain sisters.
struct OddityCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var last = ""
  var critic = "[flatten, {linear: 1}]"
  var loss = "cross_entropy"
  var rest = ""
  var range = "[-1, 1]"
  var initial = "{}"
  var latent = "{size: 3}"
  var schedule = "{length: 1 epochs}"
  /// A piece of the one message; nil: nothing is said.
  var said: String?
  /// What the place that the message is about says.
  var at: String?

  static let all = [
    OddityCase(testDescription: "tanh and [-1, 1]", last: "tanh"),
    OddityCase(testDescription: "sigmoid and [0, 1]", last: "sigmoid", range: "[0, 1]"),
    OddityCase(testDescription: "no last function"),
    OddityCase(testDescription: "a leaky relu at the end", last: "{leaky_relu: 0.2}"),
    OddityCase(
      testDescription: "sigmoid and [-1, 1]", last: "sigmoid",
      said: "cannot make some of the data's values: data.range is [-1, 1], sigmoid gives numbers "
        + "from 0 to 1", at: "sigmoid"),
    OddityCase(
      testDescription: "relu and [-1, 1]", last: "relu", said: "relu gives numbers from 0 up",
      at: "relu"),
    OddityCase(testDescription: "relu and [0, 1]", last: "relu", range: "[0, 1]"),
    OddityCase(
      testDescription: "tanh and [0, 1]", last: "tanh", range: "[0, 1]",
      said: "makes values that no picture of the data has", at: "tanh"),
    OddityCase(
      testDescription: "tanh and [0, 255]", last: "tanh", range: "[0, 255]",
      said: "cannot make some of the data's values", at: "tanh"),
    OddityCase(
      testDescription: "a relu that a tanh follows", last: "relu, {linear: 4}, tanh"),
    OddityCase(
      testDescription: "hinge on a sigmoid", critic: "[flatten, {linear: 1}, sigmoid]",
      loss: "hinge", said: "the loss hinge is for scores of any size", at: "sigmoid"),
    OddityCase(
      testDescription: "hinge on scores", critic: "[flatten, {linear: 1}]", loss: "hinge"),
    OddityCase(
      testDescription: "cross entropy on a sigmoid", critic: "[flatten, {linear: 1}, sigmoid]"),
    OddityCase(
      testDescription: "wasserstein with nothing that holds it", loss: "wasserstein",
      said: "means nothing for a critic whose slope nothing holds", at: "wasserstein"),
    OddityCase(
      testDescription: "wasserstein with a clip", loss: "wasserstein",
      rest: "penalties: [{clip: 0.01}]"),
    OddityCase(
      testDescription: "wasserstein with a clip of the other network", loss: "wasserstein",
      rest: "penalties: [{clip: {limit: 0.01, on: generator}}]", said: "means nothing",
      at: "wasserstein"),
    OddityCase(
      testDescription: "wasserstein with a gradient penalty", loss: "wasserstein",
      rest: "penalties: [gradient_penalty]"),
    OddityCase(
      testDescription: "wasserstein with spectral norm",
      critic: "[flatten, {linear: {units: 1, spectral_norm: true}}]", loss: "wasserstein"),
    OddityCase(
      testDescription: "a gradient penalty and batch norm",
      critic: "[flatten, {linear: 4}, batch_norm, {linear: 1}]",
      rest: "penalties: [gradient_penalty]", said: "batch norm makes what the critic says of one",
      at: "batch_norm"),
    OddityCase(
      testDescription: "a gradient penalty and layer norm",
      critic: "[flatten, {linear: 4}, layer_norm, {linear: 1}]",
      rest: "penalties: [gradient_penalty]"),
    OddityCase(
      testDescription: "the slope of an output that is a logit",
      rest: "penalties: [{gradient_penalty: {slope_of: output}}]",
      said: "gradient_penalty.slope_of: output changes nothing", at: "output"),
    OddityCase(
      testDescription: "the slope of a probability", critic: "[flatten, {linear: 1}, sigmoid]",
      rest: "penalties: [{gradient_penalty: {slope_of: output}}, {r1: {slope_of: output}}]"),
    OddityCase(
      testDescription: "labels that nobody uses", rest: "labels: {classes: 3}",
      said: "no layer, no penalty and no metric uses the labels", at: "labels"),
    OddityCase(
      testDescription: "labels that the critic uses",
      critic: "[flatten, {concat_label: 2}, {linear: 1}]", rest: "labels: {classes: 3}"),
    OddityCase(
      testDescription: "drawn labels that only the generator uses",
      last: "{concat_label: 2}, {linear: 4}", rest: "labels: {classes: 3, fake: random}"),
  ]

  /// Keys that decide nothing in such a game, and the places of such that do.
  static let idle = [
    OddityCase(
      testDescription: "a rule for convolutions and no convolution", initial: "{conv: he}",
      said: "`architecture.init.conv.weight` decides nothing", at: "he"),
    OddityCase(
      testDescription: "a rule for convolutions and a convolution",
      critic: "[{conv: {channels: 1, kernel: 1}}, flatten, {linear: 1}]", initial: "{conv: he}"),
    OddityCase(
      testDescription: "a rule for convolutions that the one convolution does not begin by",
      critic: "[{conv: {channels: 1, kernel: 1, weight_init: xavier}}, flatten, {linear: 1}]",
      initial: "{conv: {weight: he}}",
      said: "`architecture.init.conv.weight` decides nothing", at: "weight: he"),
    OddityCase(
      testDescription: "a rule for spectrally normalized weights",
      critic: "[flatten, {linear: {units: 1, spectral_norm: true}}]", initial: "{linear: he}"),
    OddityCase(
      testDescription: "a rule for biases that are not there",
      critic: "[{conv: {channels: 1, kernel: 1, bias: false}}, flatten, {linear: 1}]",
      initial: "{conv: {bias: {constant: 1}}}",
      said: "`architecture.init.conv.bias` decides nothing", at: "bias: {constant"),
    OddityCase(
      testDescription: "a rule for embeddings and none", initial: "{embedding: he}",
      said: "`architecture.init.embedding` decides nothing", at: "embedding"),
    OddityCase(
      testDescription: "a rule for norms, which those of vectors follow",
      critic: "[flatten, {linear: 4}, batch_norm, {linear: 1}]",
      initial: "{batch_norm: {normal: [1, 0.02]}}"),
    OddityCase(
      testDescription: "a rule for norms where those of vectors have their own",
      critic: "[flatten, {linear: 4}, batch_norm, {linear: 1}]",
      initial: "{batch_norm: {normal: [1, 0.02]}, batch_norm_1d: {normal: [1, 0.1]}}",
      said: "`architecture.init.batch_norm.scale` decides nothing", at: "{normal"),
    OddityCase(
      testDescription: "points of images", rest: "record: {samples: {points: 30}}",
      said: "`record.samples.points` decides nothing", at: "30"),
    OddityCase(
      testDescription: "as many as without a word", rest: "record: {samples: {points: 2500}}"),
    OddityCase(
      testDescription: "the best by nothing", rest: "record: {checkpoint: {keep: {best: 3}}}",
      said: "`record.checkpoint.keep.best` decides nothing", at: "3"),
    OddityCase(
      testDescription: "no best by nothing", rest: "record: {checkpoint: {keep: {best: 0}}}"),
    OddityCase(
      testDescription: "ends of no codes", latent: "{size: 3, codes: {categorical: [2], high: 3}}",
      said: "`latent.codes.high` decides nothing", at: "3"),
    OddityCase(
      testDescription: "an average that begins after the end",
      schedule: "{length: 5 steps, ema: {start: 5 steps}}",
      said: "`schedule.ema.start` decides nothing", at: "5 steps"),
    OddityCase(
      testDescription: "an average that begins before the end",
      schedule: "{length: 5 steps, ema: {start: 4 steps}}"),
  ]

  func experiment() throws -> Experiment {
    let layers = last.isEmpty ? "" : "\(last), "
    return try loadExperiment(
      text: """
        version: 1
        name: test
        data: {source: nothing, batch: 4, range: \(range)}
        latent: \(latent)
        architecture:
          generator: [{linear: 4}, \(layers){image: {channels: 1, size: 2}}]
          discriminator: \(critic)
          init: \(initial)
        loss: \(loss)
        optimizer: {kind: sgd, learning_rate: 0.1}
        schedule: \(schedule)
        \(rest)
        """, vocabulary: vocabulary
    ).get()
  }
}

struct OddityTests {
  @Test(arguments: OddityCase.all + OddityCase.idle)
  func whatIsHardlyMeantIsSaidAtItsPlace(_ test: OddityCase) throws {
    let warnings = try TrainingProgram(test.experiment(), images: smallImages).warnings
    guard let said = test.said, let at = test.at else {
      #expect(warnings.map(\.message) == [])
      return
    }
    let warning = try #require(warnings.first)
    #expect(warnings.count == 1)
    #expect(warning.severity == .warning)
    #expect(warning.message.contains(said), "\(warning.message)")
    let line = warning.origin.source.lines[warning.origin.mark.line - 1]
    #expect(line.dropFirst(warning.origin.mark.column - 1).hasPrefix(at), "\(line)")
    #expect(warning.label?.isEmpty == false)
  }
}
