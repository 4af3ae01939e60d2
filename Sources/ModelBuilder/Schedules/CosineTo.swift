import Foundation
import Spec

/// Half a cosine down (Loshchilov and Hutter 2017, equation 5, without restarts).
package struct CosineTo: RateSchedule {
  package static let declaration = Declaration(
    "cosine_to", "Falls along half a cosine to a share of itself",
    details: "Loshchilov and Hutter 2017, equation 5. \(Descent.formula("(1 + cos(π w))/2")) "
      + "PyTorch: `CosineAnnealingLR` with T_max = N, where `from` is 0.",
    fields: Descent.fields, shorthand: "to", example: "learning_rate: {cosine_to: 0}")

  let descent: Descent

  package init(_ record: Record) { descent = Descent(record) }

  package func factor(round: Int, of rounds: Int) -> Double {
    descent.factor(round: round, of: rounds) { (1 + cos(.pi * $0)) / 2 }
  }
}
