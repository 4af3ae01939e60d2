import Spec
import TensorCore

/// `eˣ / Σ eˣ` over the units of a vector, or over the channels at each place of an image.
package struct Softmax: Layer {
  package static let declaration = Declaration(
    "softmax", "Positive shares that sum to 1, over units or channels",
    details: "PyTorch: `nn.Softmax(dim=1)`.", fields: [], example: "softmax")

  package init(_ record: Record) {}

  package func span(of input: Span) -> Span { Span(0, 1) }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    input.softmax(axis: input.shape.rank - 1)
  }
}

extension Value {
  func softmax(axis: Int) -> Value {
    let others = shape.extents.indices.filter { $0 != axis }
    let peak = reduceMaximum(axes: [axis]).broadcast(to: shape, axes: others)
    let powers = (self - peak).exponential
    return powers / powers.sum(axes: [axis]).broadcast(to: shape, axes: others)
  }
}
