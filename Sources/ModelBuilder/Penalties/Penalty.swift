import Spec
import TensorCore

/// Something that is asked of a network besides its loss: a term of the loss, or a limit that its
/// parameters are brought back to after every step.
package protocol Penalty: Sendable {
  static var declaration: Declaration { get }
  init(_ record: Record)
  /// The networks it is asked of.
  var players: Set<Player> { get }
  /// Whether it keeps the critic's slope in bounds.
  var boundsSlope: Bool { get }
  /// Whether it is about what the critic says of one sample, and its paper has no norm over the batch in
  /// the critic, which would make that depend on the other samples.
  var judgesSamplesAlone: Bool { get }
  /// What of the critic's answer it takes the slope of; nil: it takes none.
  var slopeSource: SlopeSource? { get }
  /// How both networks step down the term alone, at the end of each round; nil: they do not, and the
  /// term is part of the losses of `players`.
  var ownOptimizer: Choice? { get }
  /// Why it cannot be asked in a game, and what to do; nil if it can.
  func misfit(with game: GameTraits) -> LayerMisfit?
  /// A scalar to be added to the loss of `scope.player`, weight included; nil for none.
  func term(in scope: PenaltyScope) -> Value?
  /// A parameter as it may be, of one that has just moved.
  func constrained(_ parameter: Value) -> Value
}

extension Penalty {
  package var ownOptimizer: Choice? { nil }
  package var boundsSlope: Bool { false }
  package var judgesSamplesAlone: Bool { false }
  package var slopeSource: SlopeSource? { nil }
  package func misfit(with game: GameTraits) -> LayerMisfit? { nil }
  package func term(in scope: PenaltyScope) -> Value? { nil }
  package func constrained(_ parameter: Value) -> Value { parameter }
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

/// What a penalty may look at.
package struct PenaltyScope {
  /// Whose loss the term is added to; nil in a step of the penalty's own.
  package let player: Player?
  package let real: ImageBatch
  package let fake: ImageBatch
  package let scores: Scores
  /// Class labels of the real and of the generated images.
  let labels: (real: Value?, fake: Value?)
  /// `[batch, width]`, codes included, and what they are made of.
  let latents: Value
  let latent: LatentSection
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
    images.value.slope(of: score, holding: held)
  }
}

extension Value {
  /// The gradient of `score` here. Where this value only has its elements in another order it is taken
  /// of what they are taken from: a generator that ends in `image` and a critic that begins with
  /// `flatten` are one reshape to a graph, past this value.
  fileprivate func slope(of score: Value, holding held: [Value]) -> Value {
    if case .reshape = node.op {
      return operands[0].slope(of: score, holding: held).reshape(shape)
    }
    if case .transpose(let permutation) = node.op {
      return operands[0].slope(of: score, holding: held).transpose(permutation)
    }
    return builder.gradient(of: score, withRespectTo: [self], holding: held)[0]
  }

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
