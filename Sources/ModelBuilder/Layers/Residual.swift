import Spec
import TensorCore

/// `y = x + f(x)` (He et al. 2016).
package struct Residual: Layer {
  static let layers = Field.layers("layers", "The branch f; its result has the shape of its input")
  package static let declaration = Declaration(
    "residual", "Adds a branch to what came in: y = x + f(x)",
    details: "He et al. 2016. The branch's layers are named `5.0`, `5.1` …",
    fields: [layers.declaration], shorthand: "layers",
    example: "residual: [{conv: {channels: 64, padding: 1}}, batch_norm, relu]")

  let branch: LayerList

  package init(_ record: Record) { branch = LayerList(record[Self.layers]) }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let result = try branch.apply(input, in: scope)
    guard result.shape == input.shape else {
      throw LayerMisfit(
        "the branch makes \(described(result.shape)) of \(described(input.shape)): "
          + "the two cannot be added",
        advice: "close the branch with a layer that restores the shape")
    }
    return input + result
  }
}
