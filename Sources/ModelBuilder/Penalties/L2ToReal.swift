import Spec
import TensorCore

/// Generated images are to be near the batch's real ones, as vectors.
package struct L2ToReal: Term {
  enum Norm: String, CaseIterable, Sendable {
    case meanSquare = "mean_square"
    case euclidean
  }
  static let weight = Field.number("weight", default: 1, in: .atLeast(0), "λ")
  static let norm = Field.choice(
    "norm", of: Norm.self, default: .meanSquare,
    "Mean square over the numbers of an image (`nn.MSELoss`) or its length ‖G(z) − x‖₂")
  package static let declaration = Declaration(
    "l2_to_real", "Generated images are to be near real ones, in squared distance or length",
    details: "λ E ‖G(z) − x‖₂, added to the generator's loss; the i-th image of a batch against "
      + "the i-th.",
    fields: [weight.declaration, norm.declaration], shorthand: "weight",
    example: "l2_to_real: {weight: 0.1, norm: euclidean}")

  let weight: Double
  let norm: Norm

  package init(_ record: Record) {
    weight = record[Self.weight]
    norm = record[Self.norm]
  }

  package var players: Set<Player> { [.generator] }

  package func value(in scope: TermScope) -> Value? {
    let difference = scope.fake.value - scope.real.value
    return switch norm {
    case .meanSquare: difference.squared.mean() * weight
    case .euclidean: difference.norms.mean() * weight
    }
  }
}
