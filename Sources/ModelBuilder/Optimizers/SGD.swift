import Spec
import TensorCore

/// Stochastic gradient descent with momentum, as in PyTorch (Sutskever et al. 2013 with the learning
/// rate outside the velocity).
package struct SGD: Optimizer {
  static let learningRate = Field.number("learning_rate", in: .atLeast(0), "Step size")
  static let momentum = Field.number(
    "momentum", default: 0, in: .within(0...1), "Share of the velocity that is kept")
  static let dampening = Field.number(
    "dampening", default: 0, in: .within(0...1), "Share of the gradient kept from the velocity")
  static let nesterov = Field.flag(
    "nesterov", default: false, "Look ahead along the velocity (needs momentum, no dampening)")
  static let weightDecay = Field.number(
    "weight_decay", default: 0, in: .atLeast(0),
    "L2 penalty, added to the gradient of every parameter of the network that moves: one that the "
      + "loss does not reach has gradient 0 and still decays (in PyTorch one without a gradient stays)"
  )
  package static let declaration = Declaration(
    "sgd", "Gradient descent, with or without momentum",
    details: "PyTorch: `optim.SGD`.",
    fields: [
      learningRate.declaration, momentum.declaration, dampening.declaration, nesterov.declaration,
      weightDecay.declaration,
    ] + GradientClipping.fields,
    example: "optimizer: {kind: sgd, learning_rate: 0.1, momentum: 0.5}")

  package let learningRate: Double
  package let momentum: Double?
  let dampening: Double
  let nesterov: Bool
  let weightDecay: Double

  package init(_ record: Record) {
    learningRate = record[Self.learningRate]
    momentum = record[Self.momentum]
    dampening = record[Self.dampening]
    nesterov = record[Self.nesterov]
    weightDecay = record[Self.weightDecay]
  }

  package func step(_ parameter: Value, gradient: Value, memory: OptimizerMemory) -> Value {
    let gradient = weightDecay == 0 ? gradient : gradient + parameter * weightDecay
    guard let momentum = memory.momentum(or: momentum) else {
      return parameter - gradient * memory.learningRate
    }
    let slot = memory.slot("velocity")
    var velocity = slot.value * momentum + gradient * (1 - dampening)
    if dampening != 0 {
      // PyTorch's first velocity is the whole gradient.
      let isFirst = memory.count.compared(.equal, to: 1).broadcast(to: parameter.shape)
      velocity = isFirst.select(gradient, else: velocity)
    }
    slot.update(velocity)
    let direction = nesterov ? gradient + velocity * momentum : velocity
    return parameter - direction * memory.learningRate
  }
}
