import Spec
import TensorCore

/// What each player wants of the critic's scores. Both results are scalars to be made small.
package protocol Loss: Sendable {
  static var declaration: Declaration { get }
  init(_ record: Record)
  func discriminator(_ scores: Scores) -> Value
  func generator(_ scores: Scores) -> Value
  /// How many numbers the critic gives of a sample (or of a patch).
  var scoreWidth: Int { get }
}

extension Loss {
  package var scoreWidth: Int { 1 }
}

/// What a loss may look at.
package struct Scores {
  package let fake: Score
  /// Scores of real images. A generator's loss that asks for them makes the critic look at real
  /// images in the generator's move too.
  package var real: Score { makeReal() }
  package let draws: Draws
  private let makeReal: () -> Score

  init(real: @escaping () -> Score, fake: Score, draws: Draws) {
    self.makeReal = real
    self.fake = fake
    self.draws = draws
  }
}
