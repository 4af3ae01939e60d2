import Spec
import TensorCore

/// Another network of the game, with the weights that are its own: how networks share a trunk (Liu and
/// Tuzel 2016).
package struct NetworkCall: Layer {
  static let name = Field.name("name", of: .network, "The network, one of `networks`")
  package static let declaration = Declaration(
    "network", "Another network in this place, with its own weights: a shared trunk",
    details:
      "Liu and Tuzel 2016 (CoGAN): several networks that call one share its weights, and each move "
      + "of it takes the gradients of all of them. Its parameters are named after itself, and a move "
      + "that is to step them names it. Only in the general form; its inputs behind the first, if it "
      + "has some, are those of the network around it.",
    fields: [name.declaration], shorthand: "name", example: "network: trunk")

  let name: String

  package init(_ record: Record) { name = record[Self.name] }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    guard let call = scope.pass.call else {
      throw LayerMisfit(
        "there is no network `\(name)`",
        advice: "networks call each other in the general form, under `networks`")
    }
    return try call(name, input, scope)
  }
}
