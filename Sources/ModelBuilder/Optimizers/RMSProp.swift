import Spec
import TensorCore

/// RMSprop (Tieleman and Hinton 2012, lecture 6e), with PyTorch's epsilon outside the root.
package struct RMSProp: Optimizer {
  static let learningRate = Field.number(
    "learning_rate", default: 1e-2, in: .atLeast(0), "Step size")
  static let alpha = Field.number(
    "alpha", default: 0.99, in: .from(0, below: 1), "Decay of the mean of squared gradients")
  static let epsilon = Field.number(
    "epsilon", default: 1e-8, in: .atLeast(0), "Added to the root of the mean square")
  static let momentum = Field.number(
    "momentum", default: 0, in: .within(0...1), "Share of the velocity that is kept")
  static let centered = Field.flag(
    "centered", default: false, "Subtract the squared mean gradient: divide by a standard deviation"
  )
  static let weightDecay = Field.number(
    "weight_decay", default: 0, in: .atLeast(0),
    "L2 penalty, added to the gradient of every parameter of the network that moves: one that the "
      + "loss does not reach has gradient 0 and still decays (in PyTorch one without a gradient stays)"
  )
  package static let declaration = Declaration(
    "rmsprop", "Gradient over the root of its mean square",
    details: "Tieleman and Hinton 2012. PyTorch: `optim.RMSprop`.",
    fields: [
      learningRate.declaration, alpha.declaration, epsilon.declaration, momentum.declaration,
      centered.declaration, weightDecay.declaration,
    ] + GradientClipping.fields, example: "optimizer: {kind: rmsprop, learning_rate: 5e-5}")

  package let learningRate: Double
  let alpha: Double
  let epsilon: Double
  package let momentum: Double?
  let centered: Bool
  let weightDecay: Double

  package init(_ record: Record) {
    learningRate = record[Self.learningRate]
    alpha = record[Self.alpha]
    epsilon = record[Self.epsilon]
    momentum = record[Self.momentum]
    centered = record[Self.centered]
    weightDecay = record[Self.weightDecay]
  }

  package func step(_ parameter: Value, gradient: Value, memory: OptimizerMemory) -> Value {
    let gradient = weightDecay == 0 ? gradient : gradient + parameter * weightDecay
    let squareSlot = memory.slot("mean_square")
    let square = squareSlot.value * alpha + gradient.squared * (1 - alpha)
    squareSlot.update(square)
    var spread = square
    if centered {
      let meanSlot = memory.slot("mean_gradient")
      let mean = meanSlot.value + (gradient - meanSlot.value) * (1 - alpha)
      meanSlot.update(mean)
      spread = square - mean.squared
    }
    let direction = gradient / (spread.squareRoot + epsilon)
    guard let momentum = memory.momentum(or: momentum) else {
      return parameter - direction * memory.learningRate
    }
    let slot = memory.slot("velocity")
    let velocity = slot.value * momentum + direction
    slot.update(velocity)
    return parameter - velocity * memory.learningRate
  }
}
