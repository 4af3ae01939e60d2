/// The term with two sides: a critic tells real from made, and whoever makes it wants to be taken for
/// real.
package struct AdversarialTerm: Sendable {
  package enum CriticBatch: String, CaseIterable, Sendable { case separate, joint }

  /// What both sides minimise.
  package let loss: Choice
  /// The network that tells.
  package let critic: String
  package let real: Formula
  package let fake: Formula
  /// How many made samples are kept, of which the critic sees old ones too; nil: only new ones.
  package let pool: Int?
  /// Whether the critic's move shows it both one after the other or at once.
  package let criticBatch: CriticBatch

  package init(_ record: Record) {
    loss = record[Self.lossKey]
    critic = record[Self.criticKey]
    real = record[Self.realKey]
    fake = record[Self.fakeKey]
    pool = record[Self.seesKey].map { $0[Self.poolKey] }
    criticBatch = record[Self.criticBatchKey]
  }
}

extension AdversarialTerm {
  private static let lossKey = Field.choice("loss", from: .loss, "What each side minimises")
  private static let criticKey = Field<String>.name(
    "critic", of: .network, "The network that tells real from made")
  private static let realKey = Field<Formula>.formula("real", "What the critic is to take for real")
  private static let fakeKey = Field<Formula>.formula("fake", "What it is to take for made")
  private static let poolKey = Field.integer(
    "pool", in: .within(1...100_000),
    "Made samples that are kept; with a chance of ½ each the critic sees one of them, and the new one "
      + "takes its place")
  private static let seesKey = Field<Record?>.optionalSection(
    "critic_sees",
    Declaration(
      "critic_sees", "What the critic is shown besides what is made now",
      details: "Shrivastava et al. 2017, section 2.3: a buffer of what was made before.",
      fields: [poolKey.declaration], example: "{pool: 50}"),
    "What the critic is shown besides what is made now; `none`: nothing")
  private static let criticBatchKey = Field.choice(
    "critic_batch", of: CriticBatch.self, default: .separate,
    "In its own move, and in those of networks that make what is called real, the critic sees real and made samples "
      + "one after the other (`separate`) or as one batch (`joint`), whose statistics batch norm then takes over both"
  )

  package static let declaration = Declaration(
    "adversarial", "A critic tells real from made, and whoever makes it wants to be taken for real",
    details:
      "Goodfellow et al. 2014. A move of the critic steps down the critic's side of the loss; "
      + "every other move of networks that `real` or `fake` depend on steps down the other side. Where "
      + "the critic takes several inputs, `real` and `fake` are lists in parentheses.",
    fields: [
      lossKey.declaration, criticKey.declaration, realKey.declaration, fakeKey.declaration,
      seesKey.declaration, criticBatchKey.declaration,
    ],
    example: "adversarial: {loss: least_squares, critic: critic, real: photos, fake: painter(z)}")
}

extension AdversarialTerm {
  /// Of a penalty that may look at any value.
  package static let instead = Field<Formula?>.optionalFormula(
    "of", "A value that it looks at; `none`: what the adversarial term calls fake"
  ).unsaidByDefault()
}

extension Declaration {
  /// A penalty of two players as a term of any game: it watches an adversarial term, and has no step of
  /// its own, which is a move's business.
  ///
  /// - Parameter ofAnyValue: whether it may look at a value instead.
  package func asTerm(ofAnyValue: Bool) -> Declaration {
    let game = Field<String?>.optionalName(
      "game", of: .game, "The adversarial term that it watches; `none`: the only one")
    let of = ofAnyValue ? [AdversarialTerm.instead.declaration] : []
    return changed(
      { fields in
        fields.filter { $0.name != "optimizer" }.map { $0.name == "on" ? Self.network : $0 }
          + [game.declaration] + of
      },
      check: { record in
        guard ofAnyValue, record[AdversarialTerm.instead] != nil, record[game] != nil else {
          return []
        }
        return [
          Objection(
            "of", "the term looks at a value and watches an adversarial term",
            label: "keep `of` or `game`")
        ]
      })
  }

  /// A limit on the weights of two players as one of any network.
  package var asConstraint: Declaration { changed { $0.filter { $0.name != "on" } } }

  private static let network = Field<String>.name("on", of: .network, "Whose weights").declaration

  private func changed(
    _ change: ([FieldDeclaration]) -> [FieldDeclaration],
    check further: @escaping @Sendable (Record) -> [Objection] = { _ in [] }
  ) -> Declaration {
    let check = check
    return Declaration(
      name, summary, details: details, fields: change(fields), shorthand: shorthand,
      listForm: listForm, example: example, check: { check($0) + further($0) })
  }
}
