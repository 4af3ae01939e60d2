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

  var adversarial: Adversarial? {
    if case .adversarial(let game) = kind { game } else { nil }
  }
}

extension Game {
  /// The networks that a term depends on.
  func reach(of term: GameTerm) -> Set<String> {
    switch term.kind {
    case .adversarial(let game): makers(of: game).union([game.critic])
    case .watching(_, let place):
      terms[place].adversarial.map { makers(of: $0).union([$0.critic]) } ?? []
    case .value(let value): value.formulas.reduce(into: []) { $0.formUnion(reach(of: $1)) }
    }
  }

  /// Those that what a critic judges depends on.
  func makers(of game: Adversarial) -> Set<String> {
    reach(of: game.real).union(reach(of: game.fake))
  }

  /// Whether a term counts in a step of these networks that is given no terms.
  func counts(_ term: GameTerm, for networks: [String]) -> Bool {
    switch term.kind {
    case .adversarial, .value: return networks.contains(where: reach(of: term).contains)
    case .watching(let watcher, let place):
      guard let game = terms[place].adversarial,
        let side = game.side(of: networks, makers: makers(of: game))
      else { return false }
      return watcher.players.contains(side)
    }
  }
}
