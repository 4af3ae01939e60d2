import Spec
import TensorCore

/// `log(1 + eˣ)` (Dugas et al. 2001).
package struct Softplus: Layer {
  package static let declaration = Declaration(
    "softplus", "log(1 + eˣ): a smooth relu",
    details: "Dugas et al. 2001. PyTorch: `nn.Softplus`.", fields: [], example: "softplus")

  package init(_ record: Record) {}

  package func span(of input: Span) -> Span { Span(0, .infinity) }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    input.softplus
  }
}
