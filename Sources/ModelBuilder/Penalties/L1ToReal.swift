import Spec
import TensorCore

/// Generated images are to be near the batch's real ones, number by number.
package struct L1ToReal: Term {
  enum Norm: String, CaseIterable, Sendable { case mean, sum }
  static let weight = Field.number("weight", default: 1, in: .atLeast(0), "λ")
  static let norm = Field.choice(
    "norm", of: Norm.self, default: .mean,
    "Over the numbers of an image: their mean (`nn.L1Loss`) or their sum (‖G(z) − x‖₁)")
  package static let declaration = Declaration(
    "l1_to_real", "Generated images are to be near real ones, in absolute distance",
    details: "λ E ‖G(z) − x‖₁, added to the generator's loss; the i-th image of a batch against "
      + "the i-th.",
    fields: [weight.declaration, norm.declaration], shorthand: "weight",
    example: "l1_to_real: {weight: 0.1}")

  let weight: Double
  let norm: Norm

  package init(_ record: Record) {
    weight = record[Self.weight]
    norm = record[Self.norm]
  }

  package var players: Set<Player> { [.generator] }

  package func value(in scope: TermScope) -> Value? {
    let difference = scope.fake.value - scope.real.value
    scope.draws.observe("kink/\(scope.name)", difference, as: .kink)
    let distance = difference.magnitude
    return switch norm {
    case .mean: distance.mean() * weight
    case .sum: distance.sum() * (weight / Double(distance.batch))
    }
  }
}
