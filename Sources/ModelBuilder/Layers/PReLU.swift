import Spec
import TensorCore

/// `x` where positive, `weight · x` elsewhere, with a slope that is learned (He et al. 2015, equation 1).
package struct PReLU: Layer {
  static let channels = Field.flag(
    "per_channel", default: false, "A slope for each channel instead of one for all")
  static let slope = Field.number("slope", default: 0.25, "First value of the slopes")
  package static let declaration = Declaration(
    "prelu", "x where positive, a learned slope · x elsewhere",
    details: "He et al. 2015. PyTorch: `nn.PReLU`.",
    fields: [slope.declaration, channels.declaration],
    shorthand: "slope", example: "prelu: {per_channel: true}")

  let slope: Double
  let hasChannels: Bool

  package init(_ record: Record) {
    slope = record[Self.slope]
    hasChannels = record[Self.channels]
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    scope.observeKink(input)
    let shape = input.shape
    let weight = scope.parameter(
      "weight", [hasChannels ? shape[shape.rank - 1] : 1], initial: .constant(slope))
    let slopes = hasChannels ? weight.broadcastChannels(to: shape) : weight.reshape(.scalar)
    return input.compared(.greater, to: 0).select(input, else: input * slopes)
  }
}
