import Foundation
import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// One layer of one setting in PyTorch.
struct LayerCase: Decodable, CustomTestStringConvertible {
  let layer: String
  let mode: String
  let input: GoldenTensor
  let labels: [Double]?
  /// What goes into the network besides.
  let inputs: [String: GoldenTensor]?
  /// Normal numbers that the layer drew.
  let draws: [GoldenTensor]?
  /// By PyTorch's names within the layer: `weight`, `0.weight`, `running_mean`.
  let states: [String: GoldenTensor]
  let output: GoldenTensor
  /// Of Σ cos(i + 1) · output, in `input`, in each parameter and in each of `inputs`: `inputs/NAME`.
  let gradient: [String: GoldenTensor]
  /// Of Σ sin(i + 1) · gradient/input.
  let second: [String: GoldenTensor]
  /// Statistics that one pass changes.
  let after: [String: GoldenTensor]

  static let all: [LayerCase] = golden("layers")

  var testDescription: String { "\(layer), \(mode), \(input.shape)" }
}

/// The graph of a layer case: its output and both derivatives.
struct LayerBench {
  let graph: Graph
  let states: [StateDeclaration]
  private(set) var feeds: [String: [Double]]
  private(set) var values: [String: [Double]]

  static let path = "layer"

  init(_ layerCase: LayerCase) throws {
    let builder = GraphBuilder()
    let table = StateTable(builder: builder)
    let pass = Pass(
      states: table, mode: layerCase.mode == "training" ? .training : .inference,
      labels: layerCase.labels.map { builder.feed("labels", [$0.count], .int32) }, classes: 4,
      initializers: InitializerSet(try smallGame().twoPlayers!.architecture.initializers),
      draws: Draws(key: builder.feed("key", [3], .int32), move: "move"))
    let inputs = (layerCase.inputs ?? [:]).map { name, tensor in
      (name: name, tensor: tensor.activation)
    }
    for (name, tensor) in inputs {
      pass.inputs[name] = builder.feed("inputs/\(name)", Shape(tensor.shape))
    }
    let scope = LayerScope(pass: pass, network: "generator", path: Self.path)
    let given = layerCase.input.activation
    let input = builder.feed("input", Shape(given.shape))
    let output = try Catalog.layer(choice("{\(layerCase.layer)}", .layer)).apply(input, in: scope)
    let parameters = table.parameters(of: "generator")
    let targets = [input] + parameters.map(\.value) + inputs.compactMap { pass.inputs[$0.name] }
    let cotangent = builder.feed("cotangent", output.shape)
    let direction = builder.feed("direction", input.shape)
    let total = (output * cotangent).sum()
    let gradient = builder.gradient(of: total, withRespectTo: targets, holding: table.held)
    let directional = (gradient[0] * direction).sum()
    let second = builder.gradient(of: directional, withRespectTo: targets, holding: table.held)
    let names =
      ["input"] + parameters.map { Self.short($0.declaration.name) }
      + inputs.map { "inputs/\($0.name)" }
    graph = builder.finish(
      outputs: [("output", output), ("total", total), ("directional", directional)]
        + zip(names, gradient).map { ("gradient/\($0)", $1) }
        + zip(names, second).map { ("second/\($0)", $1) },
      updates: table.updates
    ).withDrawsFed()
    states = table.declarations
    feeds = [
      "input": given.values, "key": [1, 2, 3],
      "cotangent": layerCase.output.filled(cos).activation.values,
      "direction": layerCase.input.filled(sin).activation.values,
    ]
    if let labels = layerCase.labels { feeds["labels"] = labels }
    for (name, tensor) in inputs { feeds["inputs/\(name)"] = tensor.values }
    feeds.merge((layerCase.draws ?? []).asFeeds) { $1 }
    values = [:]
    for state in states {
      guard let given = layerCase.states[Self.short(state.name)] else { continue }
      values[state.name] = given.ours(state.layout).values
    }
  }

  static func short(_ name: String) -> String { String(name.dropFirst(path.count + 1)) }

  func layout(of name: String) -> TensorLayout {
    states.first { Self.short($0.name) == name }?.layout ?? .plain
  }

  func run() throws -> Reference.Result {
    try Reference.evaluate(graph, feeds: feeds, states: values)
  }

  /// Central differences of the scalar `output` in `target`: the input or a parameter.
  func differences(of output: String, in target: String) throws -> [Double] {
    let step = 1e-5
    var bench = self
    func value(_ element: Int, _ offset: Double) throws -> Double {
      bench = self
      bench.feeds[target]?[element] += offset
      bench.values["\(Self.path).\(target)"]?[element] += offset
      return try bench.run().outputs[output]?[0] ?? .nan
    }
    let count = (feeds[target] ?? values["\(Self.path).\(target)"] ?? []).count
    return try (0..<count).map { (try value($0, step) - value($0, -step)) / (2 * step) }
  }
}
