import Foundation
import TensorCore
import Testing

@testable import ModelBuilder

@Suite struct LayerTests {
  @Test(arguments: LayerCase.all)
  func aLayerIsPyTorchsWithFirstAndSecondDerivatives(_ layerCase: LayerCase) throws {
    let bench = try LayerBench(layerCase)
    #expect(bench.graph.problems() == [])
    let result = try bench.run()
    expectClose(result.outputs["output"], layerCase.output.activation.values, "output")
    for (kind, wanted) in [("gradient", layerCase.gradient), ("second", layerCase.second)] {
      for (name, tensor) in wanted {
        let isInput = name == "input" || name.hasPrefix("inputs/")
        let ours = isInput ? tensor.activation : tensor.ours(bench.layout(of: name))
        expectClose(result.outputs["\(kind)/\(name)"], ours.values, "\(kind) in \(name)")
      }
    }
  }

  @Test(arguments: LayerCase.all)
  func aPassLeavesPyTorchsStatistics(_ layerCase: LayerCase) throws {
    let updates = try LayerBench(layerCase).run().updates
    #expect(Set(updates.keys.map(LayerBench.short)) == Set(layerCase.after.keys))
    for (name, tensor) in layerCase.after {
      expectClose(updates["\(LayerBench.path).\(name)"], tensor.values, name)
    }
  }

  @Test(arguments: LayerCase.all)
  func theStatesOfALayerHavePyTorchsNamesAndShapes(_ layerCase: LayerCase) throws {
    let states = try LayerBench(layerCase).states
    let seen = states.map { state in
      "\(LayerBench.short(state.name)) \(state.layout.torchShape(of: state.type.shape))"
    }
    let wanted = layerCase.states.map { "\($0) \(Shape($1.shape))" }
    #expect(Set(seen) == Set(wanted))
  }

  /// The vectors of spectral norm count as given, which differences cannot know in training.
  static let plain = LayerCase.all.filter {
    !($0.layer.contains("spectral_norm") && $0.mode == "training")
  }

  @Test(arguments: plain)
  func bothDerivativesAgreeWithFiniteDifferences(_ layerCase: LayerCase) throws {
    let bench = try LayerBench(layerCase)
    let outputs = try bench.run().outputs
    for name in layerCase.gradient.keys {
      expectClose(
        outputs["gradient/\(name)"], try bench.differences(of: "total", in: name),
        tolerance: 1e-6, "gradient in \(name)")
      expectClose(
        outputs["second/\(name)"], try bench.differences(of: "directional", in: name),
        tolerance: 1e-6, "second derivative in \(name)")
    }
  }

  /// Where both sides of a kink disagree, and where they don't: `elu` had no slope there. And the slope's.
  @Test(
    arguments: [
      ("relu", [0, 0]), ("leaky_relu: 0.2", [0.2, 0]), ("elu", [1, 0]), ("elu: 0.3", [0.3, 0]),
      ("elu: 0", [0, 0]), ("softplus", [0.5, 0.25]), ("silu", [0.5, 0.5]), ("tanh", [1, 0]),
      ("sigmoid", [0.25, 0]),
    ] as [(String, [Double])])
  func theSlopeAtZeroIsPyTorchs(_ layer: String, _ slopes: [Double]) throws {
    let zero = GoldenTensor(shape: [1, 1], values: [0])
    let bench = try LayerBench(
      LayerCase(
        layer: layer, mode: "training", input: zero, labels: nil, inputs: nil, draws: nil,
        states: [:], output: zero, gradient: [:], second: [:], after: [:]))
    let outputs = try bench.run().outputs
    // What is differentiated is cos 1 times the output, and sin 1 times the gradient.
    expectClose(outputs["gradient/input"], [slopes[0] * cos(1)], layer)
    expectClose(outputs["second/input"], [slopes[1] * cos(1) * sin(1)], layer)
  }
}
