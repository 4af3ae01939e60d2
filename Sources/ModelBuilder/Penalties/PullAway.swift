import Spec
import TensorCore

/// Generated images are to look different to the critic (Zhao et al. 2017): what its autoencoder makes
/// of them in its narrow place is to point in different directions.
package struct PullAway: Term {
  static let weight = Field.number("weight", default: 0.1, in: .atLeast(0), "λ")
  static let squared = Field.flag(
    "squared", default: true,
    "Squares of the cosines, as in the paper; else the cosines themselves, which may cancel")
  package static let declaration = Declaration(
    "pull_away", "Generated images are to have codes in different directions: EBGAN-PT",
    details: "Zhao et al. 2017, equation 8: λ times the mean over pairs of a batch of the squared "
      + "cosine between what `heads` look at. Added to the generator's loss.",
    fields: [weight.declaration, squared.declaration], shorthand: "weight",
    example: "pull_away: 0.1")

  let weight: Double
  let squared: Bool

  package init(_ record: Record) {
    weight = record[Self.weight]
    squared = record[Self.squared]
  }

  package var players: Set<Player> { [.generator] }

  package func misfit(with game: GameTraits) -> LayerMisfit? {
    if game.features == 2 { return nil }
    return LayerMisfit(
      game.features == nil
        ? "the critic has no heads, so it is not known which of its layers gives the code"
        : "the critic's heads look at images, not at codes",
      advice: "end the layers before `heads` with the code, as in "
        + "`[…, {linear: 32}, {heads: {reconstruction: […]}}]`")
  }

  package func value(in scope: TermScope) -> Value? {
    guard let codes = scope.scores.fake.features else { return nil }
    let lengths = codes.squared.sum(axes: [1]).squareRoot
    let directions = codes / lengths.broadcast(to: codes.shape, axes: [0])
    let cosines = directions.matmul(directions, transposeRight: true)
    let count = Double(codes.batch)
    // Each direction with itself has the cosine 1.
    let others = (squared ? cosines.squared : cosines).sum() - count
    return others * (weight / max(count * (count - 1), 1))
  }
}
