import Spec
import Testing

@testable import ModelBuilder

/// Batches of which nothing can be learned by layers that look at the other samples.
struct SmallBatchCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var batch = 4
  var layers = "{linear: 4}, batch_norm"
  var critic = "[flatten, {linear: 1}]"
  var schedule = "{length: 1 epochs}"
  var samples = 64
  var data = ""
  var rest = ""
  /// A piece of what the first note says; nil: it can be played.
  var refused: String?

  static let all = [
    SmallBatchCase(testDescription: "four samples"),
    SmallBatchCase(testDescription: "one sample", batch: 1, refused: "data.batch is 1"),
    SmallBatchCase(testDescription: "two samples", batch: 2),
    SmallBatchCase(
      testDescription: "one sample and no norm over the batch", batch: 1,
      layers: "{linear: 4}, layer_norm"),
    SmallBatchCase(
      testDescription: "one picture, whose pixels are many", batch: 1,
      layers: "{linear: 4}, {image: {channels: 1, size: 2}}, batch_norm, flatten"),
    SmallBatchCase(
      testDescription: "one sample of the critic", batch: 1, layers: "{linear: 4}",
      critic: "[flatten, {linear: 3}, batch_norm, {linear: 1}]", refused: "data.batch is 1"),
    SmallBatchCase(
      testDescription: "one real and one generated sample of the critic", batch: 1,
      layers: "{linear: 4}", critic: "[flatten, {linear: 3}, batch_norm, {linear: 1}]",
      schedule: "{length: 1 epochs, critic_batch: joint}"),
    SmallBatchCase(
      testDescription: "a batch in parts of one", schedule: "{length: 1 epochs, accumulate: 4}",
      refused: "schedule.accumulate: 4 plays a batch of 4 in parts of one sample"),
    SmallBatchCase(
      testDescription: "a batch in parts of two", schedule: "{length: 1 epochs, accumulate: 2}"),
    SmallBatchCase(
      testDescription: "a last batch of one", samples: 65,
      refused: "65 samples in batches of 4: the last batch of an epoch has 1; data.batch: 3 has"),
    SmallBatchCase(testDescription: "a last batch of two", samples: 66),
    SmallBatchCase(
      testDescription: "a last batch of one that is left out", samples: 65,
      data: ", drop_last: true"
    ),
    SmallBatchCase(
      testDescription: "three samples in batches of two", batch: 2, samples: 3,
      refused: "the last batch of an epoch has 1; data.drop_last: true leaves it out"),
    SmallBatchCase(
      testDescription: "a last batch of three in parts",
      schedule: "{length: 1 epochs, accumulate: 2}",
      samples: 67, refused: "67 samples in batches of 4"),
    SmallBatchCase(
      testDescription: "a conditional norm", batch: 1,
      layers: "{linear: 4}, conditional_batch_norm", rest: "labels: {classes: 3}",
      refused: "data.batch is 1"),
  ]
}

struct SmallBatchTests {
  @Test(arguments: SmallBatchCase.all)
  func aNormOverOneSampleIsRefusedWithItsReason(_ test: SmallBatchCase) throws {
    let experiment = try loadExperiment(
      text: """
        version: 1
        name: test
        data: {source: nothing, batch: \(test.batch)\(test.data)}
        latent: {size: 3}
        architecture:
          generator: [\(test.layers), {image: {channels: 1, size: 2}}]
          discriminator: \(test.critic)
        loss: cross_entropy
        optimizer: {kind: sgd, learning_rate: 0.1}
        schedule: \(test.schedule)
        \(test.rest)
        """, vocabulary: vocabulary
    ).get()
    var found: [Diagnostic] = []
    do throws(Diagnostics) {
      let program = try TrainingProgram(experiment, images: smallImages)
      found = program.problems(sampleCount: test.samples)?.entries ?? []
    } catch {
      found = error.entries
    }
    guard let refused = test.refused else {
      #expect(found.map(\.message) == [])
      return
    }
    let problem = try #require(found.first)
    #expect(problem.message == "batch norm over one sample makes every number 0")
    #expect(problem.notes.first?.contains(refused) == true, "\(problem.notes)")
    #expect(problem.notes.last == "a larger data.batch, or `layer_norm` in its place")
  }
}
