import Spec
import TensorCore

/// `eˣ / Σ eˣ` over the units of a vector, or over the channels at each place of an image.
package struct Softmax: Layer {
  package static let declaration = Declaration(
    "softmax", "Positive shares that sum to 1, over units or channels",
    details: "PyTorch: `nn.Softmax(dim=1)`.", fields: [], example: "softmax")

  package init(_ record: Record) {}

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let (shape, last) = (input.shape, input.shape.rank - 1)
    let rows = Array(0..<last)
    let peak = input.reduceMaximum(axes: [last]).broadcast(to: shape, axes: rows)
    let powers = (input - peak).exponential
    return powers / powers.sum(axes: [last]).broadcast(to: shape, axes: rows)
  }
}
