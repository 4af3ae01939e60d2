import Spec
import TensorCore
import Testing

@testable import ModelBuilder

struct InitializerCase: Decodable, CustomTestStringConvertible {
  let `init`: String
  let layer: String
  /// Of one sample in PyTorch's order.
  let shape: [Int]
  let torchShape: [Int]
  let weight: [String: [Double]]

  static let all: [InitializerCase] = golden("initializers")

  var testDescription: String { "\(`init`) of \(layer)" }
}

extension InitialValue {
  /// The distribution's name and numbers, as in the golden file.
  var written: (name: String, numbers: [Double]) {
    switch self {
    case .constant(let value): ("constant", [value])
    case .uniform(let low, let high): ("uniform", [low, high])
    case .normal(let mean, let deviation): ("normal", [mean, deviation])
    case .orthogonal(let gain): ("orthogonal", [gain])
    }
  }
}

@Suite struct InitializerTests {
  /// The states of one layer with a section `init`.
  private func states(
    of layer: String, input: Shape, _ initializers: String, labels: Bool = false
  ) throws -> [String: StateDeclaration] {
    let section = try smallGame(initializers: initializers).twoPlayers!.architecture.initializers
    let builder = GraphBuilder()
    let table = StateTable(builder: builder)
    let pass = Pass(
      states: table, mode: .training, labels: labels ? builder.feed("labels", [2], .int32) : nil,
      classes: 4, initializers: InitializerSet(section), draws: nil)
    _ = try Catalog.layer(choice("{\(layer)}", .layer)).apply(
      builder.feed("input", input),
      in: LayerScope(pass: pass, network: "generator", path: "layer"))
    return Dictionary(
      uniqueKeysWithValues: table.declarations.map { (String($0.name.dropFirst(6)), $0) })
  }

  @Test(arguments: InitializerCase.all)
  func firstWeightsHaveTorchNnInitsDistribution(_ initCase: InitializerCase) throws {
    let sample = initCase.shape
    let input = sample.count == 3 ? Shape([2, sample[1], sample[2], sample[0]]) : [2, sample[0]]
    let states = try states(
      of: initCase.layer, input: input, "{default: \(initCase.`init`)}", labels: true)
    let weight = try #require(states["weight"])
    #expect(weight.layout.torchShape(of: weight.type.shape).extents == initCase.torchShape)
    let (name, numbers) = weight.initial.written
    let wanted = try #require(initCase.weight[name], "\(name) is not the wanted distribution")
    expectClose(numbers, wanted, tolerance: 1e-10, name)
  }

  /// Section, layer, parameter, distribution: which of the keys rules which parameter.
  static let sections: [(String, String, String, InitialValue)] = [
    ("{}", "linear: 2", "bias", .uniform(low: -0.5, high: 0.5)),
    ("{}", "batch_norm", "weight", .constant(1)),
    ("{}", "batch_norm", "bias", .constant(0)),
    ("{}", "concat_label: 2", "weight", .normal(mean: 0, standardDeviation: 1)),
    // Rules for matrices say nothing of biases.
    ("{default: he}", "linear: 2", "bias", .constant(0)),
    ("{default: xavier}", "linear: 2", "bias", .constant(0)),
    ("{default: orthogonal}", "linear: 2", "bias", .constant(0)),
    ("{default: {normal: 0.02}}", "linear: 2", "bias", .normal(mean: 0, standardDeviation: 0.02)),
    // Batch norm begins as the identity unless it is named itself.
    ("{default: {normal: 0.02}}", "batch_norm", "weight", .constant(1)),
    ("{default: {normal: 0.02}}", "batch_norm", "bias", .constant(0)),
    (
      "{batch_norm: {scale: {normal: [1, 0.02]}, bias: {constant: 0.5}}}", "batch_norm", "weight",
      .normal(mean: 1, standardDeviation: 0.02)
    ),
    ("{batch_norm: {bias: {constant: 0.5}}}", "batch_norm", "bias", .constant(0.5)),
    // Of vectors, as here: by its own key, else as batch norms of images.
    ("{batch_norm_1d: {bias: {constant: 3}}}", "batch_norm", "bias", .constant(3)),
    (
      "{batch_norm: {scale: {constant: 2}}, batch_norm_1d: {bias: {constant: 3}}}", "batch_norm",
      "weight", .constant(2)
    ),
    (
      "{batch_norm: {scale: {constant: 2}}, batch_norm_1d: {scale: {constant: 4}}}",
      "conditional_batch_norm", "scale.weight", .constant(4)
    ),
    ("{linear: {normal: 3}}", "linear: 2", "weight", .normal(mean: 0, standardDeviation: 3)),
    ("{linear: {normal: 3}}", "linear: 2", "bias", .uniform(low: -0.5, high: 0.5)),
    ("{conv: {normal: 3}}", "linear: 2", "weight", .uniform(low: -0.5, high: 0.5)),
    ("{linear: {weight: he, bias: {constant: 2}}}", "linear: 2", "bias", .constant(2)),
    ("{embedding: {constant: 7}}", "concat_label: 2", "weight", .constant(7)),
    (
      "{default: {constant: 7}}", "concat_label: 2", "weight", .constant(7)
    ),
  ]

  @Test(arguments: sections)
  func eachKeyOfInitRulesItsOwnParameters(
    _ section: String, _ layer: String, _ parameter: String, _ wanted: InitialValue
  ) throws {
    let states = try states(of: layer, input: [2, 4], section, labels: true)
    #expect(states[parameter]?.initial == wanted)
  }
}
