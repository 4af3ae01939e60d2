import Spec
import TensorCore

/// Something that is asked of one network besides its loss: a term of the loss, or a limit that its
/// parameters are brought back to after every step.
package protocol Penalty: Sendable {
  static var declaration: Declaration { get }
  init(_ record: Record)
  /// The network it is asked of.
  var player: Player { get }
  /// A scalar to be added to the player's loss, weight included; nil for none.
  func term(in scope: PenaltyScope) -> Value?
  /// A parameter as it may be, of one that has just moved.
  func constrained(_ parameter: Value) -> Value
}

extension Penalty {
  package func term(in scope: PenaltyScope) -> Value? { nil }
  package func constrained(_ parameter: Value) -> Value { parameter }
}

/// What a penalty may look at.
package struct PenaltyScope {
  package let real: ImageBatch
  package let fake: ImageBatch
  package let scores: Scores
  /// Of the player, with their newest values.
  let parameters: [(declaration: StateDeclaration, value: Value)]
  /// Its name among the round's random numbers.
  let name: String
  let draws: Draws
  let held: [Value]
  let critic: (_ images: ImageBatch, _ pass: String) -> Score

  package var builder: GraphBuilder { real.value.builder }

  /// The critic's score of images that stand between real and generated ones.
  package func score(of images: ImageBatch) -> Score { critic(images, name) }

  /// Uniform numbers on [0, 1), anew in every execution.
  package func uniform(_ name: String, _ shape: Shape) -> Value {
    draws.observedDraw(.uniform, "\(self.name)/\(name)", shape)
  }

  /// The same, one for each number of an image.
  package func uniform(_ name: String, like images: ImageBatch) -> Value {
    draws.observedNoise(.uniform, "\(self.name)/\(name)", like: images.value)
  }

  /// Gradient of what the critic says of each sample in that sample: shaped like `images`.
  package func slope(of score: Value, at images: ImageBatch) -> Value {
    builder.gradient(of: score, withRespectTo: [images.value], holding: held)[0]
  }
}

extension Value {
  /// Sum of squares over everything but the batch: `[batch]`.
  var squaredNorms: Value { squared.sum(axes: Array(1..<shape.rank)) }

  /// Euclidean norm over everything but the batch: `[batch]`. Its gradient at 0 is 0, as PyTorch's.
  var norms: Value {
    let squares = squaredNorms
    let isPositive = squares.compared(.greater, to: 0)
    let root = isPositive.select(squares, else: builder.constant(1)).squareRoot
    return isPositive.select(root, else: builder.constant(0))
  }
}
