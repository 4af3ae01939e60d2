import Spec
import TensorCore

/// One step of some networks down something: who moves, how, and down what.
struct Move: Sendable {
  /// Something it steps down, times a factor.
  struct Part: Sendable, Hashable {
    /// The place of a term among those of the game.
    let term: Int
    let factor: Double
  }
  /// No other move's: `discriminator`, `generator`; `information`.
  let name: String
  /// Those whose parameters step.
  let networks: [String]
  let parts: [Part]
  /// Whether it has been given its terms one by one.
  let choosesTerms: Bool
  let stepper: Stepper
  /// What its columns of losses.csv begin with.
  let columns: String
  /// Whether `schedule.momentum_ramp` is for it.
  let hasMomentumRamp: Bool
  let origin: Origin
}

/// How parameters step, and what their gradients are held to.
struct Stepper: Sendable {
  /// That of its move.
  let name: String
  /// As the file has it.
  let choice: Choice
  let optimizer: any Optimizer
  let clipping: GradientClipping
  /// Put before the parameter's in the names of what the optimizer keeps.
  let prefix: String

  /// - Parameter isSecond: whether an earlier move steps the same networks with an optimizer of its own.
  init(_ name: String, _ choice: Choice, isSecond: Bool = false) {
    (self.name, self.choice) = (name, choice)
    optimizer = Catalog.optimizer(choice)
    clipping = GradientClipping(choice.record)
    prefix = isSecond ? "\(name)." : ""
  }
}
