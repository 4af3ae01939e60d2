import Spec

/// What PyTorch's layers do by themselves: linear and convolution weights and biases uniform on
/// ±1/√fan_in, batch norm 1 and 0, embeddings standard normal.
package struct TorchDefault: Initializer {
  package static let declaration = Declaration(
    "torch", "PyTorch's own defaults for each layer",
    details: "Linear and convolution, weight and bias: uniform ±1/√fan_in; batch norm: 1 and 0; "
      + "embedding: normal(0, 1).",
    fields: [], example: "default: torch")

  package init(_ record: Record) {}

  package func initialValue(of kind: ParameterKind, _ fans: Fans) -> InitialValue {
    switch kind {
    case .linear, .convolution:
      let bound = 1 / Double(fans.input).squareRoot()
      return .uniform(low: -bound, high: bound)
    case .batchNorm(.weight), .batchNorm1D(.weight): return .constant(1)
    case .batchNorm(.bias), .batchNorm1D(.bias): return .constant(0)
    case .embedding: return .normal(mean: 0, standardDeviation: 1)
    }
  }
}
