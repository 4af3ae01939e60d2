import Spec
import TensorCore

/// Something that is asked of networks besides their loss: a ``Term`` of it, or a ``Constraint`` on
/// their parameters.
package protocol Penalty: Word {
  /// The networks it is asked of.
  var players: Set<Player> { get }
  var traits: PenaltyTraits { get }
  /// Why it cannot be asked in a game, and what to do; nil if it can.
  func misfit(with game: GameTraits) -> LayerMisfit?
}

extension Penalty {
  package var traits: PenaltyTraits { PenaltyTraits() }
  package func misfit(with game: GameTraits) -> LayerMisfit? { nil }
}

/// Something that is to be small besides a loss.
package protocol Term: Penalty {
  /// The network whose weights it is about; nil: it is about what a critic judges and says.
  var owner: String? { get }
  /// A scalar to be added to the loss of `scope.player`, weight included; nil for none.
  func value(in scope: TermScope) -> Value?
}

extension Term {
  package var owner: String? { nil }
}

/// A term that may be stepped down alone.
package protocol SteppingTerm: Term {
  /// How all networks step down the term alone, at the end of each round; nil: they do not, and it is part
  /// of the losses of `players`.
  var ownOptimizer: Choice? { get }
}

/// A limit that parameters are brought back to after every step.
package protocol Constraint: Penalty {
  /// A parameter as it may be, of one that has just moved.
  func constrained(_ parameter: Value) -> Value
}

/// What a penalty is about.
package struct PenaltyTraits: Sendable {
  /// Whether it keeps the critic's slope in bounds.
  package var boundsSlope = false
  /// Whether it is about what the critic says of one sample, and its paper has no norm over the batch in
  /// the critic, which would make that depend on the other samples.
  package var judgesSamplesAlone = false
  /// What of the critic's answer it takes the slope of; nil: it takes none.
  package var slopeSource: SlopeSource?
}

/// What decides whether a penalty can be asked in a game.
package struct GameTraits {
  let critic: CriticKind
  /// Those of a critic with several.
  let heads: Set<CriticHead>
  /// 0 without labels.
  let classes: Int
  let codes: CodesSection?
  /// Rank of what a critic's heads look at: 2 of vectors, 4 of images; nil without heads.
  let features: Int?
  let format: SampleFormat

  /// What a penalty on the critic's slope has to say of an autoencoder.
  var lackOfSlope: LayerMisfit? {
    guard critic == .reconstruction else { return nil }
    return LayerMisfit(
      "an autoencoder critic gives images, not a score whose slope could be held",
      advice: "take the penalty out, or a loss that wants a score")
  }

  /// What a penalty has to say where the critic does not have a head.
  func lack(of head: CriticHead, _ example: String) -> LayerMisfit? {
    if heads.contains(head) { return nil }
    return LayerMisfit(
      "the critic has no head `\(head.rawValue)`",
      advice: "end architecture.discriminator with `heads: {score: […], \(head.rawValue): "
        + "[\(example)]}`")
  }
}
