import Spec
import TensorCore

/// Limits on a player's gradients before its optimizer sees them: keys that all optimizers share.
struct GradientClipping: Sendable {
  static let value = Field.optionalNumber(
    "clip_value", in: .above(0), "Each number of a gradient is cut to ± this")
  static let norm = Field.optionalNumber(
    "clip_norm", in: .above(0),
    "All gradients of a network are scaled down together to this length (Pascanu et al. 2013)")
  static let fields = [value.declaration, norm.declaration]

  private let value: Double?
  private let norm: Double?

  init(_ record: Record) {
    value = record[Self.value]
    norm = record[Self.norm]
  }

  /// As `torch.nn.utils.clip_grad_value_`, then `clip_grad_norm_`.
  func clipped(_ gradients: [Value]) -> [Value] {
    var gradients = gradients
    if let value { gradients = gradients.map { $0.maximum(-value).minimum(value) } }
    if let norm, let length = jointNorm(gradients) {
      let factor = (norm / (length + 1e-6)).minimum(1)
      gradients = gradients.map { $0 * factor }
    }
    return gradients
  }
}

/// Length of several tensors as one vector; nil of none.
func jointNorm(_ values: [Value]) -> Value? {
  let squares = values.map { $0.squared.sum() }
  guard let first = squares.first else { return nil }
  return squares.dropFirst().reduce(first, +).squareRoot
}
