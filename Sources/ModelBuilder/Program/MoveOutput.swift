import Spec
import TensorCore

/// Something that a move gives out besides what it changes.
package struct MoveOutput: Hashable, Sendable {
  package enum Role: Hashable, Sendable {
    /// A float32 scalar: a loss, a score, a norm, a penalty.
    case number
    /// What went into the move: latents, labels, random numbers, in PyTorch's order of axes.
    case input
    /// Random numbers shaped like an activation, in our own order.
    case activation
    /// The gradient in a state of this name, shaped like it.
    case gradient(of: String)
    /// Numbers, shaped like an activation, whose sign decides a slope.
    case kink
  }
  /// What it is called within its move: `loss`, `penalty/0`, `dropout/generator.1`.
  package let label: String
  /// Its name among the outputs of the graph.
  package let name: String
  package let role: Role
}

/// A move of one execution and what it gives out.
package struct RoundMove: Hashable, Sendable {
  /// `discriminator0`, `generator0`; a penalty's own step is named after it, `information0`.
  package let name: String
  /// The name without its number.
  package let mover: String
  package let outputs: [MoveOutput]
}
