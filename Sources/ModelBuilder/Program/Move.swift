import Spec
import TensorCore

/// One step of some networks down something: who moves, how, and down what.
struct Move: Sendable {
  /// What the networks step down.
  enum Goal: Hashable, Sendable {
    /// A side of the loss, and the penalties that are asked of that player.
    case loss(of: Player)
    /// The term at this place of the spec's list, alone.
    case term(Int)
  }
  /// No other move's: `discriminator`, `generator`; that of a term alone is named after it,
  /// `information`.
  let name: String
  /// Those whose parameters step.
  let networks: [String]
  let goal: Goal
  let stepper: Stepper
  /// Whether the next batch of the data goes in.
  let takesBatch: Bool
  /// Whether `schedule.momentum_ramp` is for it.
  let hasMomentumRamp: Bool
}

/// How parameters step, and what their gradients are held to.
struct Stepper: Sendable {
  /// That of its move.
  let name: String
  let optimizer: any Optimizer
  let clipping: GradientClipping
  /// Put before the parameter's in the names of what the optimizer keeps.
  let prefix: String

  init(_ name: String, _ choice: Choice, isOwn: Bool = false) {
    self.name = name
    optimizer = Catalog.optimizer(choice)
    clipping = GradientClipping(choice.record)
    prefix = isOwn ? "\(name)." : ""
  }
}
