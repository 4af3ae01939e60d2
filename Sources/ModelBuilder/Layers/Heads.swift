import Spec
import TensorCore

/// Closes a critic that says several things: each head is a list of layers of its own behind what the
/// layers before make of an image.
package struct Heads: Layer {
  static let lists: [(head: CriticHead, field: Field<[Choice]>)] = [
    (.score, list(.score, "How real an image looks")),
    (.reconstruction, list(.reconstruction, "The image again: instead of `score`")),
    (.class, list(.class, "One number for each of the data's classes (penalty `classification`)")),
    (
      .categorical,
      list(.categorical, "One for each value of the categorical codes (penalty `information`)")
    ),
    (.continuous, list(.continuous, "One for each continuous code (penalty `information`)")),
  ]

  private static func list(_ head: CriticHead, _ summary: String) -> Field<[Choice]> {
    .choices(head.rawValue, from: .layer, default: [], summary)
  }

  package static let declaration = Declaration(
    "heads", "Closes a critic that says several things of an image",
    details:
      "The last entry of `architecture.discriminator`. Every head begins with what the layers before "
      + "it make of an image. An autoencoder with a `reconstruction` head has its code there, which "
      + "the penalty `pull_away` looks at. Parameters are named `12.class.0.weight`.",
    fields: lists.map(\.field.declaration),
    example: "heads: {score: [{linear: 1}, sigmoid], class: [{linear: 10}, softmax]}",
    check: { record in
      let present = lists.filter { !record[$0.field].isEmpty }.map(\.head)
      switch (present.contains(.score), present.contains(.reconstruction)) {
      case (true, false), (false, true): return []
      case (false, false):
        return [Objection("score", "heads needs a `score` or a `reconstruction`")]
      case (true, true):
        return [
          Objection("reconstruction", "heads has a `score` or a `reconstruction`, not both")
        ]
      }
    })

  let lists: [(head: CriticHead, layers: LayerList)]

  /// The head that the loss looks at.
  var main: CriticHead { lists.contains { $0.head == .score } ? .score : .reconstruction }

  package init(_ record: Record) {
    lists = Self.lists.compactMap { head, field in
      record[field].isEmpty ? nil : (head, LayerList(record[field]))
    }
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    throw LayerMisfit(
      "heads close a discriminator; here there is one way only",
      advice: "make it the last entry of `architecture.discriminator`")
  }
}
