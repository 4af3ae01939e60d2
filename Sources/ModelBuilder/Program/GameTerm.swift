import Spec

/// A term of the game by its name.
struct GameTerm: Sendable {
  enum Kind: Sendable {
    case adversarial(Adversarial)
    /// What is asked besides of what an adversarial term, which stands at this place, shows and hears.
    case watching(any Term, game: Int)
    case value(any ValueTerm)
  }
  let name: String
  /// As the file has it.
  let choice: Choice
  let kind: Kind
  /// Its name among the round's random numbers and what its moves give out: `penalty/0`.
  let stream: String
  /// The key.
  let origin: Origin

  var adversarial: Adversarial? {
    if case .adversarial(let game) = kind { game } else { nil }
  }
}

extension GameTerm {
  /// What it looks at as it is written.
  var formulas: [Formula] {
    switch kind {
    case .adversarial(let game): [game.real, game.fake]
    case .watching: []
    case .value(let value): value.formulas
    }
  }
}
