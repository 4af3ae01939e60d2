import Spec
import TensorCore

/// What each player wants of the critic's scores. Both results are scalars to be made small.
package protocol Loss: Sendable {
  static var declaration: Declaration { get }
  init(_ record: Record)
  /// What the critic has to say of an image.
  var critic: CriticKind { get }
  /// Whether it keeps a number that each of the critic's moves changes.
  var isControlled: Bool { get }
  func discriminator(_ scores: Scores) -> Value
  func generator(_ scores: Scores) -> Value
  /// One number for a batch, which losses.csv has of real and of generated images.
  func level(of score: Score) -> Value
  /// Names of what it measures in each of the critic's moves, for losses.csv.
  var measures: [String] { get }
  /// The scalars of these names, after the move.
  func measured(_ scores: Scores) -> [Value]
  /// Whether it takes scores as they come out of the critic and means nothing where a closing layer
  /// bounds them.
  var wantsUnboundedScores: Bool { get }
  /// Whether it means something only while the critic's slope is held in bounds.
  var wantsBoundedSlope: Bool { get }
  /// Numbers whose sign decides the slope of a loss with a kink at 0, as `trace` tells of them.
  func kink(of score: Score) -> Value?
}

package enum CriticKind: Hashable, Sendable {
  /// So many numbers of a sample (or of a patch).
  case scores(Int)
  /// The images themselves: an autoencoder.
  case reconstruction
}

extension Loss {
  package var critic: CriticKind { .scores(1) }
  package var isControlled: Bool { false }
  package func level(of score: Score) -> Value { score.realness.mean() }
  package var measures: [String] { [] }
  package func measured(_ scores: Scores) -> [Value] { [] }
  package var wantsUnboundedScores: Bool { false }
  package var wantsBoundedSlope: Bool { false }
  package func kink(of score: Score) -> Value? { nil }
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

  init(real: @escaping () -> Score, fake: Score, draws: Draws, states: StateTable) {
    realScore = FirstAsked(real)
    self.fake = fake
    self.draws = draws
    self.states = states
  }

  /// A number that the loss keeps from move to move: `loss.NAME`.
  func controller(_ name: String, initial: Double) -> Controller {
    Controller(
      states: states,
      declaration: StateDeclaration(
        name: "loss.\(name)", network: "discriminator", role: .controller,
        type: TensorType(.scalar), layout: .plain, initial: .constant(initial)))
  }

  /// `value` as a number that no gradient passes. It must be a node of its own: what else is computed
  /// from an equal one would be cut off too.
  func held(_ value: Value) -> Value { states.hold(value) }
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
