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
    // The exponential never sees a large x, so neither branch can make a NaN for the other.
    let below = input.minimum(0).exponentialMinusOne * alpha
    return input.compared(.greater, to: 0).select(input, else: below)
  }
}
