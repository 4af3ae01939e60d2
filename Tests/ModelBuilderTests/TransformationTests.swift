import Foundation
import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// What PyTorch makes of images.
struct TransformationCase: Decodable, CustomTestStringConvertible {
  let transformation: String
  let range: [Double]
  let input: GoldenTensor
  let output: GoldenTensor
  /// Of Σ cos(i + 1) · output.
  let gradient: GoldenTensor

  static let all: [TransformationCase] = golden("transformations")

  var testDescription: String { "\(transformation) of \(input.shape) in \(range)" }
}

@Suite struct TransformationTests {
  private static let vocabulary = Vocabulary(
    [.augmentation: Catalog.transformations.map { $0.declaration }])

  private func load(_ text: String) -> Result<Choice, Diagnostics> {
    loadChoice(text.contains(":") ? "{\(text)}" : text, .augmentation, vocabulary: Self.vocabulary)
  }

  private func transformed(
    _ text: String, _ samples: Value, _ range: ValueRange = .standard
  ) throws -> Value {
    try Catalog.transformation(load(text).get()).apply(samples, range: range)
  }

  @Test(arguments: TransformationCase.all)
  func imagesChangeAsInPyTorchAndGradientsPass(_ transformationCase: TransformationCase) throws {
    let builder = GraphBuilder()
    let given = transformationCase.input.activation
    let input = builder.feed("input", Shape(given.shape))
    let output = try transformed(
      transformationCase.transformation, input,
      ValueRange(low: transformationCase.range[0], high: transformationCase.range[1]))
    let cotangent = builder.feed("cotangent", output.shape)
    let gradient = builder.gradient(of: (output * cotangent).sum(), withRespectTo: [input])[0]
    let graph = builder.finish(
      outputs: [("output", output), ("gradient", gradient)], updates: [])
    #expect(graph.problems() == [])
    let feeds = [
      "input": given.values,
      "cotangent": transformationCase.output.filled(cos).activation.values,
    ]
    let outputs = try Reference.evaluate(graph, feeds: feeds).outputs
    #expect(output.shape == Shape(transformationCase.output.activation.shape))
    expectClose(outputs["output"], transformationCase.output.activation.values, "output")
    expectClose(outputs["gradient"], transformationCase.gradient.activation.values, "gradient")
  }

  @Test func everyTransformationIsHeldAgainstPyTorch() {
    let tested = TransformationCase.all.map { $0.transformation.prefix { $0 != ":" } }
    #expect(
      Set(tested.map(String.init)) == Set(Catalog.transformations.map { $0.declaration.name }))
  }

  @Test(arguments: Catalog.transformations.indices)
  func theExampleOfEveryTransformationIsUnderstood(_ index: Int) throws {
    let example = try #require(Catalog.transformations[index].declaration.example)
    _ = try load(example).get()
  }

  /// What is written, images it is of, and what is said.
  static let misfits: [(String, Shape, String, String?)] = [
    ("invert", [2, 5], "invert is of images, and the samples are vectors of 5", "take it out"),
    (
      "grayscale", [2, 4, 4, 2],
      "grayscale is of 3 channels, red, green and blue, and the images have 2", "take it out"
    ),
    (
      "half: left", [2, 4, 5, 1], "a width of 5 has no halves",
      "give the source an even size: `size:`"
    ),
    (
      "half: top", [2, 7, 4, 1], "a height of 7 has no halves",
      "give the source an even size: `size:`"
    ),
    (
      "resize: 20", [2, 28, 28, 1], "1×28×28 images cannot be resized to 20×20 by whole factors",
      "take 14 or 28, or another `size` of the source"
    ),
    (
      "resize: 60", [2, 28, 28, 1], "1×28×28 images cannot be resized to 60×60 by whole factors",
      "take 56 or 84, or another `size` of the source"
    ),
    (
      "mask: {center: [2, 9]}", [2, 4, 8, 1],
      "a mask of 2×9 at [1, -1] does not lie within images of 4×8", "choose a smaller one"
    ),
    (
      "mask: {box: [3, 0, 2, 2]}", [2, 4, 4, 1],
      "a mask of 2×2 at [3, 0] does not lie within images of 4×4", "choose a smaller one"
    ),
    (
      "mask: {center: 2, value: 2}", [2, 4, 4, 1], "a mask of 2 is outside of data.range [-1, 1]",
      "choose a value within it"
    ),
  ]

  @Test(arguments: misfits.indices)
  func imagesThatItCannotBeDoneWithAreRefused(_ index: Int) throws {
    let (text, shape, message, advice) = Self.misfits[index]
    let samples = GraphBuilder().feed("samples", shape)
    let error = #expect(throws: LayerMisfit.self) { try transformed(text, samples) }
    #expect(error?.message == message)
    #expect(error?.advice == advice)
  }

  static let refused: [(String, String)] = [
    ("mask", "mask needs `box` or `center`"),
    ("mask: {value: 1}", "mask needs `box` or `center`"),
    ("mask: {box: [0, 0, 1, 1], center: 1}", "mask takes `box` or `center`"),
    ("mask: {box: [0, 0, 0, 1]}", "a mask is at least one pixel high and wide"),
  ]

  @Test(arguments: refused)
  func aMaskIsOneRectangle(_ text: String, _ said: String) {
    var messages: [String] = []
    if case .failure(let diagnostics) = load(text) {
      messages = diagnostics.entries.map(\.message)
    }
    #expect(messages == [said])
  }

  @Test func whatIsDoneTwiceIsUndone() throws {
    let builder = GraphBuilder()
    let samples = builder.feed("samples", [1, 1, 2, 1])
    let twice = try transformed("invert", transformed("invert", samples))
    let graph = builder.finish(outputs: [("twice", twice)], updates: [])
    let outputs = try Reference.evaluate(graph, feeds: ["samples": [-0.25, 0.5]]).outputs
    #expect(outputs["twice"] == [-0.25, 0.5])
  }
}
