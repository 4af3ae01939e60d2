import Spec
import TensorCore

/// `max(x, 0)` (Nair and Hinton 2010). Its slope at 0 is 0, as in PyTorch.
package struct ReLU: Layer {
  package static let declaration = Declaration(
    "relu", "max(x, 0)", details: "Nair and Hinton 2010. PyTorch: `nn.ReLU`.",
    fields: [], example: "relu")

  package init(_ record: Record) {}

  package func span(of input: Span) -> Span { Span(max(0, input.low), max(0, input.high)) }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    scope.observeKink(input)
    return input.maximum(0)
  }
}
