import Spec
import TensorCore

/// `y = s(x) + f(x)` (He et al. 2016), with the identity for `s` unless a shortcut is given.
package struct Residual: Layer {
  static let layers = Field.layers("layers", "The branch f")
  static let shortcut = Field.choices(
    "shortcut", from: .layer, default: [],
    "What x goes through on its way past the branch: a 1×1 `conv`, an `upsample`; empty: nothing")
  package static let declaration = Declaration(
    "residual", "Adds a branch to what came in: y = x + f(x)",
    details:
      "He et al. 2016. Both ways end in the same shape. The branch's layers are named `5.0`, "
      + "`5.1` …, the shortcut's `5.shortcut.0` ….",
    fields: [layers.declaration, shortcut.declaration], shorthand: "layers",
    example: "residual: [{conv: {channels: 64, padding: 1}}, batch_norm, relu]")

  let branch: LayerList
  let shortcut: LayerList

  package init(_ record: Record) {
    branch = LayerList(record[Self.layers])
    shortcut = LayerList(record[Self.shortcut])
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let result = try branch.apply(input, in: scope)
    let past = try shortcut.apply(input, in: scope.nested("shortcut"))
    guard result.shape == past.shape else {
      throw LayerMisfit(
        shortcut.entries.isEmpty
          ? "the branch makes \(described(result.shape)) of \(described(input.shape)): "
            + "the two cannot be added"
          : "the branch makes \(described(result.shape)), the shortcut "
            + "\(described(past.shape)): the two cannot be added",
        advice: shortcut.entries.isEmpty
          ? "close the branch with a layer that restores the shape, or give it a `shortcut`"
          : "let both end in the same shape")
    }
    return past + result
  }
}
