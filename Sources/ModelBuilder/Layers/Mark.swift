import Spec
import TensorCore

/// Gives what passes a name by which formulas can ask for it: `critic(faces).features`. It changes
/// nothing.
package struct Mark: Layer {
  static let name = Field.text("name", "What the place is called")
  package static let declaration = Declaration(
    "mark", "Gives a place within a network a name, for formulas",
    details: "Nothing changes on the way. `{mark: features}` in the network `critic` is "
      + "`critic(faces).features` in a formula. PyTorch: `nn.Identity`.",
    fields: [name.declaration], shorthand: "name", example: "mark: features",
    check: { record in
      Mark.isIdentifier(record[name])
        ? []
        : [
          Objection(
            "name", "`\(record[name])` is no name: letters, digits and _, no digit first")
        ]
    })

  let name: String

  package init(_ record: Record) { name = record[Self.name] }

  package func span(of input: Span) -> Span { input }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    try scope.mark(name, input)
    return input
  }

  private static func isIdentifier(_ text: String) -> Bool {
    text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
  }
}
