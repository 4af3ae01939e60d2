import Spec
import TensorCore

/// One step on one parameter, as a formula.
package protocol Optimizer: Word {
  /// The step size that the spec asks for, before any schedule.
  var learningRate: Double { get }
  /// Share of its velocity that a step keeps, where that is a number of the spec's; nil where a ramp
  /// of it would mean nothing.
  var momentum: Double? { get }
  /// The parameter's new value. The step size is `memory.learningRate`.
  func step(_ parameter: Value, gradient: Value, memory: OptimizerMemory) -> Value
}

extension Optimizer {
  package var momentum: Double? { nil }
}

/// What an optimizer keeps between steps.
package struct OptimizerMemory {
  let states: StateTable
  let parameter: StateDeclaration
  /// Of the names of what is kept: nothing for a player's own optimizer.
  var prefix = ""
  /// How many steps this player has made, this one included: float32 scalar.
  package let count: Value
  /// The step size now: float32 scalar.
  package let learningRate: Value
  /// The momentum now, float32 scalar; nil: the optimizer's own.
  package let momentum: Value?

  /// The share of a velocity that is kept; nil where none is.
  func momentum(or own: Double?) -> Value? {
    if let momentum { return momentum }
    guard let own, own > 0 else { return nil }
    return count.builder.constant(own)
  }

  /// A slot shaped like the parameter, from zeros.
  package func slot(_ name: String) -> OptimizerSlot {
    OptimizerSlot(
      states: states,
      declaration: StateDeclaration(
        name: "optimizer.\(prefix)\(parameter.name).\(name)", network: parameter.network,
        role: .optimizer,
        type: parameter.type, layout: parameter.layout, initial: .constant(0)))
  }
}

package struct OptimizerSlot {
  let states: StateTable
  let declaration: StateDeclaration

  package var value: Value { states.read(declaration) }
  package func update(_ value: Value) { states.write(declaration, value) }
}
