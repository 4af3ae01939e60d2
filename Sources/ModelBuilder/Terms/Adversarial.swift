import Spec
import TensorCore

/// The term with two sides: a critic is to tell what it calls real from what it calls fake, and whoever
/// makes them is to keep it from it (Goodfellow et al. 2014).
package struct Adversarial: Word {
  enum CriticBatch: String, CaseIterable, Sendable { case separate, joint }
  static let loss = Field.choice(
    "loss", from: .loss, "What both sides make of what the critic says")
  static let critic = Field.name("critic", of: .network, "The network that judges")
  static let real = Field.formula("real", "What it is to call real")
  static let fake = Field.formula("fake", "What it is to call fake")
  static let criticBatch = Field.choice(
    "critic_batch", of: CriticBatch.self, default: .separate,
    "In its own move the critic sees what is real and what is fake one after the other (`separate`) or "
      + "as one batch (`joint`), whose statistics batch norm then takes over both")
  static let pool = Field.optionalInteger(
    "pool", in: .within(1...10_000),
    "How many earlier fakes are kept, of which the critic is shown one in place of a new one half of the "
      + "time (Shrivastava et al. 2017, section 2.3); `none`: it is shown the new ones")
  static let sees = Field<Record>.section(
    "critic_sees",
    Declaration(
      "critic_sees", "What the critic is shown in its own move", fields: [pool.declaration]),
    "What the critic is shown in its own move")
  package static let declaration = Declaration(
    "adversarial",
    "A critic is to tell real from fake, and whoever makes them is to keep it from it",
    details:
      "Goodfellow et al. 2014. In a move that steps the critic its own side of the loss counts, in "
      + "every other the other side, which is differentiated through what is called fake and through "
      + "what is called real, where these depend on what moves (Donahue et al. 2017, section 3). "
      + "Several inputs of a critic are written in parentheses: `real: (digits, encoder(digits))`; a "
      + "list joins channels: `[labels, photos]`.",
    fields: [
      loss.declaration, critic.declaration, real.declaration, fake.declaration,
      criticBatch.declaration, sees.declaration,
    ],
    example:
      "adversarial: {loss: {kind: least_squares}, critic: critic, real: photos, fake: painted}")

  let loss: any Loss
  /// As the file has it.
  let choice: Choice
  let critic: String
  /// What goes into it as real and as fake; `inputs` where it has several.
  let real: Formula
  let fake: Formula
  /// Whether its move shows the critic both one after the other or at once.
  let criticBatch: CriticBatch
  /// Earlier fakes that are kept; nil: none are.
  let pool: Int?

  package init(_ record: Record) {
    choice = record[Self.loss]
    loss = Catalog.loss(choice)
    critic = record[Self.critic]
    real = record[Self.real]
    fake = record[Self.fake]
    criticBatch = record[Self.criticBatch]
    pool = record.has(Self.sees) ? record[Self.sees][Self.pool] : nil
  }
}

/// Which adversarial term a penalty is about, where there may be several.
enum WatchedGame {
  static let field = Field.optionalName(
    "game", of: .game, "The adversarial term that it watches; `none`: the only one there is")
}
