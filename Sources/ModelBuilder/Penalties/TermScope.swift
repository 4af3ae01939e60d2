import Spec
import TensorCore

/// What a term may look at.
package struct TermScope {
  /// Whose loss the term is added to; nil in a step of its own.
  package let player: Player?
  package let real: ImageBatch
  package let fake: ImageBatch
  package let scores: Scores
  /// Class labels of the real and of the generated images.
  let labels: (real: Value?, fake: Value?)
  /// The first latent that the fakes are made of: `[batch, width]`, codes included, and what it is; nil
  /// where there is none.
  let latent: (value: Value, section: LatentSection)?
  /// Of the player, with their newest values.
  let parameters: [(declaration: StateDeclaration, value: Value)]
  /// Its name among the round's random numbers.
  let name: String
  let draws: Draws
  let held: [Value]
  let critic: (_ images: ImageBatch, _ pass: String) -> Score

  package var builder: GraphBuilder { real.value.builder }

  /// The critic's score of images that stand between real and generated ones.
  package func score(of images: ImageBatch) -> Score {
    builder.hide(images.value)
    return critic(images, name)
  }

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
