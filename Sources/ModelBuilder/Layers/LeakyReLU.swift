import Spec
import TensorCore

/// `x` where positive, `slope · x` elsewhere (Maas et al. 2013).
package struct LeakyReLU: Layer {
  static let slope = Field.number("slope", default: 0.01, in: .atLeast(0), "Slope for x < 0")
  package static let declaration = Declaration(
    "leaky_relu", "x where positive, slope · x elsewhere",
    details: "Maas et al. 2013. PyTorch: `nn.LeakyReLU`.", fields: [slope.declaration],
    shorthand: "slope", example: "leaky_relu: 0.2")

  let slope: Double

  package init(_ record: Record) { slope = record[Self.slope] }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    scope.observeKink(input)
    return input.compared(.greater, to: 0).select(input, else: input * slope)
  }
}
