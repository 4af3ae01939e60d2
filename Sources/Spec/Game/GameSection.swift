/// The game of an experiment: what its leaves are, which networks there are, what is made of what, what is
/// to be small, and who moves.
package struct GameSection: Sendable {
  /// In the order of the file.
  package let sources: [SourceEntry]
  package let latents: [LatentEntry]
  package let networks: [NetworkEntry]
  package let values: [ValueEntry]
  package let terms: [TermEntry]
  /// Of one round.
  package let moves: [MoveEntry]

  /// What formulas are written of.
  var names: [String] {
    sources.map(\.name) + latents.map(\.name) + networks.map(\.name) + values.map(\.name)
  }
}

/// Something that the data give.
package struct SourceEntry: Sendable {
  package enum Kind: Sendable {
    /// Files, or generated numbers.
    case stored(Choice)
    /// Another source, changed by these one after the other: `{of: digits, invert: true}`.
    case derived(of: String, [Choice])
  }
  package let name: String
  package let kind: Kind
  /// Height and width to which images are resized; nil keeps them as they are.
  package let size: Int?
  /// How many classes its labels tell apart; nil: it has no labels.
  package let classes: Int?
  /// The key.
  package let origin: Origin
}

/// Something that is drawn.
package struct LatentEntry: Sendable {
  package enum Kind: Sendable {
    case vector(LatentSection)
    /// A class of so many, each of the same chance.
    case label(classes: Int)
  }
  package let name: String
  package let kind: Kind
  package let origin: Origin
}

package struct NetworkEntry: Sendable {
  package let name: String
  /// Those of the network that it is `like`, where it says so.
  package let layers: [Choice]
  package let like: String?
  /// Names of its inputs behind the first.
  package let inputs: [String]
  package let initializers: InitializersSection
  /// nil: no average of its weights is kept.
  package let averaging: AveragingSection?
  /// What its parameters are brought back to after each step.
  package let constraints: [Choice]
  /// What it starts from; nil: from drawn numbers.
  package let weights: WeightsSection?
  /// Whether it never moves, and answers as networks do when they do not learn.
  package let isFrozen: Bool
  package let origin: Origin
}

package struct ValueEntry: Sendable {
  package let name: String
  package let formula: Formula
  package let origin: Origin
}

package struct TermEntry: Sendable {
  package let name: String
  /// Of the category `term`.
  package let choice: Choice
  /// By which its random numbers are named; nil: its place among the terms that are not adversarial.
  package let place: Int?
  package let origin: Origin
}

/// One or more steps of some networks.
package struct MoveEntry: Sendable {
  /// What is drawn anew before it.
  package enum Fresh: String, CaseIterable, Sendable {
    case nothing
    case latents
    /// The data's next batch, and with it the latents.
    case batch
  }
  /// That of another entry only where both are the same move.
  package let name: String
  package let networks: [String]
  /// The terms it steps down, with a factor each; nil: all that depend on its networks.
  package let terms: [(name: String, factor: Double)]?
  /// Terms that do not count in it, of all that would.
  package let without: [String]
  package let optimizer: Choice
  package let fresh: Fresh
  /// How often it is made, one after the other.
  package let times: Int
  /// What its columns of losses.csv begin with.
  package let columns: String
  /// Whether `schedule.momentum_ramp` is for it.
  package let hasMomentumRamp: Bool
  package let origin: Origin
}
