import Spec
import TensorCore

/// `x · sigmoid(x)`, also called swish (Elfwing et al. 2018).
package struct SiLU: Layer {
  package static let declaration = Declaration(
    "silu", "x · sigmoid(x), also called swish",
    details: "Elfwing et al. 2018. PyTorch: `nn.SiLU`.", fields: [], example: "silu")

  package init(_ record: Record) {}

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    input * input.sigmoid
  }
}
