import Spec

/// Orthonormal rows or columns (Saxe et al. 2013).
package struct Orthogonal: Initializer {
  static let gain = Field.number("gain", default: 1, in: .above(0), "Factor")
  package static let declaration = Declaration(
    "orthogonal", "Orthonormal rows or columns, whichever are fewer",
    details: "Saxe et al. 2013. Biases begin at 0. A row is what leads to one output; of a "
      + "`conv_transpose` what leads from one input channel, as PyTorch's weight [in, out, height, "
      + "width] flattens. PyTorch: `nn.init.orthogonal_`.",
    fields: [gain.declaration],
    shorthand: "gain", example: "conv: orthogonal")

  let gain: Double

  package init(_ record: Record) { gain = record[Self.gain] }

  package func initialValue(of kind: ParameterKind, _ fans: Fans) -> InitialValue {
    if kind.isBias { return .constant(0) }
    return .orthogonal(gain: gain)
  }
}
