import Spec
import TensorCore

/// What an adversarial loss makes of a critic's scores. Both sides are scalars to be made small.
package protocol Loss: Word {
  /// What it asks of the critic, and what makes sense of it.
  var demands: LossDemands { get }
  /// The side of the critic.
  func critic(_ scores: Scores) -> Value
  /// The side of whoever makes what the critic is to take for real.
  func generator(_ scores: Scores) -> Value
  /// The side of whoever makes what the critic is to take for fake, of what is called real (Donahue et
  /// al. 2017, equation 3); nil: the paper has none.
  func makerOfReal(_ real: Score) -> Value?
  /// One number for a batch, which losses.csv has of real and of generated samples.
  func level(of score: Score) -> Value
}

extension Loss {
  package var demands: LossDemands { LossDemands() }
  package func level(of score: Score) -> Value { score.realness.mean() }
  package func makerOfReal(_ real: Score) -> Value? { nil }
}

/// A loss that keeps its two sides in balance by a number of its own, which each of the critic's moves
/// changes.
package protocol BalancedLoss: Loss {
  /// What it measures of the critic's move, after it, for losses.csv.
  func measured(_ scores: Scores) -> [(name: String, value: Value)]
  /// Numbers whose sign decides its slope, as `trace` tells of them.
  func kink(of score: Score) -> Value
}

/// What a loss asks of a game.
package struct LossDemands: Sendable {
  /// What the critic has to say of a sample.
  package var critic = CriticKind.scores(1)
  /// Whether it takes scores as they come out of the critic and means nothing where a closing layer
  /// bounds them.
  package var unboundedScores = false
  /// Whether its generator's side looks at what is real too, and so moves whoever makes that.
  package var generatorSeesReal = false
  /// Whether it means something only while the critic's slope is held in bounds.
  package var boundedSlope = false
}

package enum CriticKind: Hashable, Sendable {
  /// So many numbers of a sample (or of a patch).
  case scores(Int)
  /// The images themselves: an autoencoder.
  case reconstruction
}

/// What a loss may look at.
package struct Scores {
  package let fake: Score
  /// Scores of real images. A generator's loss that asks for them makes the critic look at real
  /// images in the generator's move too.
  package var real: Score { realScore.value }
  package let draws: Draws
  private let realScore: FirstAsked
  private let states: StateTable
  private let keeper: StateKeeper

  init(
    real: @escaping () -> Score, fake: Score, draws: Draws, states: StateTable, keeper: StateKeeper
  ) {
    realScore = FirstAsked(real)
    self.fake = fake
    self.draws = draws
    self.states = states
    self.keeper = keeper
  }

  /// A number that the loss keeps from move to move: `loss.NAME`; where there are several such terms,
  /// `loss.TERM.NAME`.
  func controller(_ name: String, initial: Double) -> Controller {
    Controller(
      states: states,
      declaration: StateDeclaration(
        name: "loss.\(keeper.prefix)\(name)", network: keeper.network, role: .controller,
        type: TensorType(.scalar), layout: .plain, initial: .constant(initial)))
  }

  /// `value` as a number that no gradient passes. It must be a node of its own: what else is computed
  /// from an equal one would be cut off too.
  func held(_ value: Value) -> Value { states.hold(value) }
}

/// Whose states a loss's are.
struct StateKeeper {
  /// The critic.
  let network: String
  /// `TERM.`, or nothing.
  let prefix: String
}

/// A scalar state of a loss.
struct Controller {
  fileprivate let states: StateTable
  fileprivate let declaration: StateDeclaration

  /// As the last move left it.
  var value: Value { states.read(declaration) }
  func update(_ value: Value) { states.write(declaration, states.hold(value)) }
}

/// A score that is made when it is first asked for: the critic looks at a batch once a move, however
/// often a loss and its penalties come back to what it said.
private final class FirstAsked {
  private let make: () -> Score
  private(set) lazy var value = make()

  init(_ make: @escaping () -> Score) { self.make = make }
}
