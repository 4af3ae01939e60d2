import Spec
import TensorCore

/// Dropout (Srivastava et al. 2014), scaled in training so that nothing happens in inference; or at all
/// times, where it is the noise of a generator that has no other (Isola et al. 2017).
package struct Dropout: Layer {
  enum Unit: String, CaseIterable, Sendable { case element, channel }
  enum Time: String, CaseIterable, Sendable { case training, always }
  static let probability = Field.number(
    "probability", default: 0.5, in: .within(0...1), "Chance of a unit to be dropped")
  static let unit = Field.choice(
    "unit", of: Unit.self, default: .element,
    "What is dropped as one: single elements, or whole channels (`nn.Dropout2d`)")
  static let when = Field.choice(
    "when", of: Time.self, default: .training,
    "Only in training, or always: also in pictures and metrics, as the noise of pix2pix"
  ).unsaidByDefault()
  package static let declaration = Declaration(
    "dropout", "Zeroes random units in training and scales up the others",
    details: "Srivastava et al. 2014. PyTorch: `nn.Dropout`, `nn.Dropout2d`. `when: always` is how "
      + "pix2pix gives its generator noise (Isola et al. 2017, section 3.1). A picture drawn again "
      + "has the same masks: they follow from `seed` and the sample's place.",
    fields: [probability.declaration, unit.declaration, when.declaration],
    shorthand: "probability",
    example: "dropout: 0.25")

  let probability: Double
  let unit: Unit
  let when: Time

  package init(_ record: Record) {
    probability = record[Self.probability]
    unit = record[Self.unit]
    when = record[Self.when]
  }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    guard scope.mode == .training || when == .always, probability > 0 else { return input }
    if probability == 1 { return scope.builder.constant(0, input.shape) }
    let shape = input.shape
    let mask: Value
    switch unit {
    case .element:
      mask = scope.randomMask(shape, probability: 1 - probability)
    case .channel:
      _ = try input.image(for: "dropout of channels")
      mask = scope.randomMask([shape[0], 1, 1, shape[3]], probability: 1 - probability)
        .broadcast(to: shape, axes: [0, 1, 2, 3])
    }
    return input * (mask * (1 / (1 - probability)))
  }
}
