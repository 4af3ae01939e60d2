import Foundation
import TensorCore
import Testing

@testable import ModelBuilder

/// What the published code makes of images, its random numbers given.
struct AugmentationCase: Decodable, CustomTestStringConvertible {
  let augmentation: String
  let input: GoldenTensor
  /// In the order of use: a uniform number for each sample.
  let draws: [GoldenTensor]
  let output: GoldenTensor
  /// Of Σ cos(i + 1) · output, in the images.
  let gradient: GoldenTensor

  static let all: [AugmentationCase] = golden("augmentations")

  var testDescription: String { "\(augmentation) of \(input.shape)" }

  /// The graph of the images changed, and of the gradient.
  func graph() throws -> Graph {
    let builder = GraphBuilder()
    let draws = Draws(key: builder.feed("key", [3], .int32), move: "0")
    let input = builder.feed("input", Shape(self.input.activation.shape))
    let output = Catalog.augmentation(try choice("{\(augmentation)}", .augmentation)).apply(
      input, in: AugmentationScope(draws: draws, name: "augment/0", pass: "real"))
    let cotangent = builder.feed("cotangent", output.shape)
    let total = (output * cotangent).sum()
    let gradient = builder.gradient(of: total, withRespectTo: [input])[0]
    return builder.finish(
      outputs: [("output", output), ("total", total), ("gradient", gradient)], updates: []
    ).withDrawsFed()
  }

  var feeds: [String: [Double]] {
    var feeds = draws.asFeeds
    feeds["key"] = [0, 0, 0]
    feeds["input"] = input.activation.values
    feeds["cotangent"] = output.filled(cos).activation.values
    return feeds
  }
}

@Suite struct AugmentationTests {
  @Test(arguments: AugmentationCase.all)
  func imagesChangeAsInThePublishedCodeAndGradientsPass(
    _ augmentationCase: AugmentationCase
  ) throws {
    let graph = try augmentationCase.graph()
    #expect(graph.problems() == [])
    let outputs = try Reference.evaluate(graph, feeds: augmentationCase.feeds).outputs
    expectClose(outputs["output"], augmentationCase.output.activation.values, "output")
    expectClose(outputs["gradient"], augmentationCase.gradient.activation.values, "gradient")
  }

  @Test(arguments: AugmentationCase.all)
  func theGradientAgreesWithFiniteDifferences(
    _ augmentationCase: AugmentationCase
  ) throws {
    let (graph, feeds) = (try augmentationCase.graph(), augmentationCase.feeds)
    let gradient = try Reference.evaluate(graph, feeds: feeds).outputs["gradient"]
    func total(_ element: Int, _ offset: Double) throws -> Double {
      var moved = feeds
      moved["input"]?[element] += offset
      return try Reference.evaluate(graph, feeds: moved).outputs["total"]?[0] ?? .nan
    }
    let differences = try augmentationCase.input.values.indices.map {
      (try total($0, 1e-5) - total($0, -1e-5)) / 2e-5
    }
    expectClose(gradient, differences, tolerance: 1e-7, "gradient")
  }

  @Test func everyAugmentationIsHeldAgainstThePublishedCode() {
    let tested = Set(AugmentationCase.all.map { $0.augmentation.prefix { $0 != ":" } })
    #expect(Set(tested.map(String.init)) == Set(Catalog.augmentations.map { $0.declaration.name }))
  }

  @Test func everythingTheCriticSeesIsChangedByNumbersOfItsOwn() throws {
    let game = try smallGame(rest: "augment: [flip]\npenalties: [gradient_penalty, r1]")
    let graph = try TrainingProgram(game, images: smallImages)
      .round(batch: 4, observing: true).graphs[0]
    #expect(graph.problems() == [])
    let drawn = graph.outputs.map(\.name).filter { $0.contains("augment") }
    #expect(
      drawn == [
        "0/augment/0/flip/real", "0/augment/0/flip/fake", "0/augment/0/flip/penalty/0",
        "1/augment/0/flip/fake",
      ])
    let streams = graph.nodes.compactMap { node in
      if case .random(_, let stream, _) = node.op { stream } else { nil }
    }
    #expect(Set(streams).count == streams.count)
  }
}
