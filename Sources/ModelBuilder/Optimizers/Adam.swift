import Foundation
import Spec
import TensorCore

/// Adam (Kingma and Ba 2015, algorithm 1), with PyTorch's placing of epsilon: outside the root, after
/// the bias correction.
package struct Adam: Optimizer {
  static let learningRate = Field.number(
    "learning_rate", default: 1e-3, in: .atLeast(0), "Step size")
  static let betas = Field.numbers(
    "betas", count: 2, default: [0.9, 0.999], in: .from(0, below: 1),
    "Decay of the mean of gradients and of their squares")
  static let epsilon = Field.number(
    "epsilon", default: 1e-8, in: .atLeast(0), "Added to the root of the mean square")
  static let weightDecay = Field.number(
    "weight_decay", default: 0, in: .atLeast(0),
    "L2 penalty, added to the gradient of every parameter of the network that moves: one that the "
      + "loss does not reach has gradient 0 and still decays (in PyTorch one without a gradient stays)"
  )
  package static let declaration = Declaration(
    "adam", "Adaptive moments", details: "Kingma and Ba 2015. PyTorch: `optim.Adam`.",
    fields: [
      learningRate.declaration, betas.declaration, epsilon.declaration, weightDecay.declaration,
    ] + GradientClipping.fields,
    example: "optimizer: {kind: adam, learning_rate: 2e-4, betas: [0.5, 0.999]}")

  package let learningRate: Double
  let betas: [Double]
  let epsilon: Double
  let weightDecay: Double

  package init(_ record: Record) {
    learningRate = record[Self.learningRate]
    betas = record[Self.betas]
    epsilon = record[Self.epsilon]
    weightDecay = record[Self.weightDecay]
  }

  package func step(_ parameter: Value, gradient: Value, memory: OptimizerMemory) -> Value {
    let gradient = weightDecay == 0 ? gradient : gradient + parameter * weightDecay
    let firstMoment = memory.slot("first_moment")
    let secondMoment = memory.slot("second_moment")
    let mean = firstMoment.value + (gradient - firstMoment.value) * (1 - betas[0])
    let square = secondMoment.value * betas[1] + gradient.squared * (1 - betas[1])
    firstMoment.update(mean)
    secondMoment.update(square)
    let stepSize = memory.learningRate / correction(betas[0], memory.count)
    let root = square.squareRoot * correction(betas[1], memory.count).reciprocalSquareRoot
    return parameter - mean * stepSize / (root + epsilon)
  }

  /// 1 − βᵗ. Written with expm1 because 1 − 0.999 has lost four digits in float32.
  private func correction(_ beta: Double, _ count: Value) -> Value {
    if beta == 0 { return count.builder.constant(1) }
    return (count * log(beta)).exponentialMinusOne.negated
  }
}
