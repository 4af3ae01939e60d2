import Spec
import TensorCore

/// Hyperbolic tangent: outputs in (-1, 1), the range of images scaled to `[-1, 1]`.
package struct Tanh: Layer {
  package static let declaration = Declaration(
    "tanh", "Hyperbolic tangent, into (-1, 1)", details: "PyTorch: `nn.Tanh`.",
    fields: [], example: "tanh")

  package init(_ record: Record) {}

  package func span(of input: Span) -> Span { Span(-1, 1) }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    input.tanh
  }
}
