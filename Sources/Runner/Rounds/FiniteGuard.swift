import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// A number that should be finite and is not.
struct NonFinite: Hashable {
  /// `generator loss`, `discriminator.0.weight`.
  let name: String
  let value: Float

  init(name: String, value: Float) { (self.name, self.value) = (name, value) }

  /// The first among what the moves of a round came to.
  init?(in moves: [MoveResult]) {
    for move in moves {
      if !move.loss.isFinite {
        self.init(name: "\(move.mover) loss", value: move.loss)
        return
      }
      if let norm = move.gradientNorm, !norm.isFinite {
        self.init(name: "norm of the \(move.mover) gradient", value: norm)
        return
      }
    }
    return nil
  }

  /// The first in a state.
  init?(in tensor: HostTensor, of state: StateDeclaration) {
    guard case .float32(let values) = tensor.elements,
      let value = values.first(where: { !$0.isFinite })
    else { return nil }
    self.init(name: state.name, value: value)
  }
}

extension RoundPlayer {
  /// The first weight or statistic that is not finite.
  func findNonFiniteState() throws(RunError) -> NonFinite? {
    for state in program.states where state.role != .optimizer {
      if let found = NonFinite(in: try read(state), of: state) { return found }
    }
    return nil
  }
}
