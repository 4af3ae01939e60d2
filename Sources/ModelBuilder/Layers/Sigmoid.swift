import Spec
import TensorCore

/// `1 / (1 + e⁻ˣ)`. At the end of a critic, logarithmic losses are computed from what goes into it.
package struct Sigmoid: Layer {
  package static let declaration = Declaration(
    "sigmoid", "1 / (1 + e⁻ˣ), into (0, 1)", details: "PyTorch: `nn.Sigmoid`.",
    fields: [], example: "sigmoid")

  package init(_ record: Record) {}

  package func span(of input: Span) -> Span { Span(0, 1) }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    input.sigmoid
  }
}
