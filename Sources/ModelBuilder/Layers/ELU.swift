import Spec
import TensorCore

/// `x` where positive, `α (eˣ − 1)` elsewhere (Clevert et al. 2016).
package struct ELU: Layer {
  static let alpha = Field.number(
    "alpha", default: 1, in: .atLeast(0), "Limit far below zero, negated")
  package static let declaration = Declaration(
    "elu", "x where positive, α (eˣ − 1) elsewhere",
    details: "Clevert et al. 2016. PyTorch: `nn.ELU`.", fields: [alpha.declaration],
    shorthand: "alpha", example: "elu: 1.0")

  let alpha: Double

  package init(_ record: Record) { alpha = record[Self.alpha] }

  package func span(of input: Span) -> Span { Span(-alpha, .infinity) }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let output = input.exponentialLinear
    if alpha == 1 { return output }
    return output.compared(.greater, to: 0).select(output, else: output * alpha)
  }
}
