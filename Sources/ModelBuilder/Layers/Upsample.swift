import Spec
import TensorCore

/// Enlarges images by repeating each pixel, or by interpolation.
package struct Upsample: Layer {
  enum Mode: String, CaseIterable, Sendable { case nearest, bilinear }
  static let factor = Field.integer(
    "factor", default: 2, in: .within(1...64), "Times in each direction")
  static let mode = Field.choice(
    "mode", of: Mode.self, default: .nearest,
    "Repeat each pixel, or interpolate between their centres")
  package static let declaration = Declaration(
    "upsample", "Enlarges images, by repeating each pixel or bilinearly",
    details: "PyTorch: `nn.Upsample(scale_factor=factor, mode=mode)`.",
    fields: [factor.declaration, mode.declaration], shorthand: "factor", example: "upsample: 2")

  let factor: Int
  let mode: Mode

  package init(_ record: Record) {
    factor = record[Self.factor]
    mode = record[Self.mode]
  }

  package func span(of input: Span) -> Span { input }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    let (height, width, channels) = try input.image(for: "upsample")
    if factor == 1 { return input }
    switch mode {
    case .nearest:
      return
        input
        .broadcast(
          to: [input.batch, height, factor, width, factor, channels], axes: [0, 1, 3, 5]
        )
        .reshape([input.batch, height * factor, width * factor, channels])
    case .bilinear:
      // One axis at a time, each brought to the front: [height, …], then [width, …].
      let tall = interpolate(input.transpose([1, 0, 2, 3]), in: scope)
      return interpolate(tall.transpose([2, 1, 0, 3]), in: scope).transpose([1, 2, 0, 3])
    }
  }

  /// Enlarges the first axis by a product with the weights that each place gives to the old ones.
  private func interpolate(_ value: Value, in scope: LayerScope) -> Value {
    let (builder, shape) = (scope.builder, value.shape)
    let (old, new) = (shape[0], shape[0] * factor)
    let places: Shape = [new, old]
    let centre = (builder.add(.iota(axis: 0, shape: places)) + 0.5) * (1 / Double(factor)) - 0.5
    let source = centre.maximum(0).minimum(Double(old - 1))
    let distance = (source - builder.add(.iota(axis: 1, shape: places))).magnitude
    let weights = (1 - distance).maximum(0)
    return weights.matmul(value.reshape([old, shape.count / old]))
      .reshape([new, shape[1], shape[2], shape[3]])
  }
}
