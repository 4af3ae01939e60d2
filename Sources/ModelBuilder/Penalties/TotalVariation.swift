import Spec
import TensorCore

/// Neighbours in a generated image are to be near each other (Rudin et al. 1992), by the absolute
/// differences of each number from the one below it and from the one to its right.
///
/// This is the anisotropic form, as TensorFlow's and torchmetrics' `total_variation`: it is a sum over
/// numbers, where the isotropic one takes a root of two squares at each place, which has no slope where
/// an image is flat.
package struct TotalVariation: Term, ValueTerm {
  enum Norm: String, CaseIterable, Sendable { case mean, sum }
  static let weight = Field.number("weight", default: 1, in: .atLeast(0), "λ")
  static let norm = Field.choice(
    "norm", of: Norm.self, default: .mean,
    "Over the differences of an image: their mean downwards plus their mean to the right, which is "
      + "the same for every size, or the sum of all (torchmetrics' `TotalVariation(\"mean\")`)")
  package static let declaration = Declaration(
    "total_variation", "Neighbours in generated images are to be near each other",
    details:
      "Rudin et al. 1992, in its anisotropic form: λ E (Σ |x[i+1, j] − x[i, j]| + Σ |x[i, j+1] "
      + "− x[i, j]|), added to the generator's loss; in a game of any number of networks it may be of "
      + "any images (`of`). As a sum it is `tf.image.total_variation`, of which the batch's mean is "
      + "taken; a weight for the mean does not depend on the images' size, so this is the default.",
    fields: [weight.declaration, norm.declaration], shorthand: "weight",
    example: "total_variation: {weight: 0.1, norm: mean}")

  /// nil: of what is called fake.
  let of: Formula?
  let weight: Double
  let norm: Norm

  package init(_ record: Record) {
    of = record.has(AdversarialTerm.instead) ? record[AdversarialTerm.instead] : nil
    weight = record[Self.weight]
    norm = record[Self.norm]
  }

  package var players: Set<Player> { [.generator] }

  package func misfit(with game: GameTraits) -> LayerMisfit? {
    guard case .vector = game.format else { return nil }
    return LayerMisfit(
      "the data are \(game.format), which have no neighbours", advice: "take the penalty out")
  }

  package func value(in scope: TermScope) -> Value? {
    cost(of: scope.fake.value) { name, difference in
      scope.draws.observe("kink/\(scope.name)/\(name)", difference, as: .kink)
    }
  }

  package var formulas: [Formula] { [of].compactMap(\.self) }

  package func cost(in scope: ValueScope) throws(LayerMisfit) -> Value {
    guard let of else { preconditionFailure("it watches a game") }
    let images = try scope.value(of)
    guard images.shape.rank == 4 else {
      throw LayerMisfit(
        "\(of) are vectors, which have no neighbours", advice: "take the term out")
    }
    guard let cost = cost(of: images, kink: { scope.observeKink($1, $0) }) else {
      throw LayerMisfit(
        "\(of) are images of one pixel, which has no neighbours", advice: "take the term out")
    }
    return cost
  }

  /// What differences in images `[batch, height, width, channels]` come to, weight included.
  ///
  /// - Parameter kink: is given the differences downwards (`height`) and to the right (`width`), whose
  ///   sign decides the slope.
  /// - Returns: nil for images of one pixel, which has no neighbours.
  func cost(
    of images: Value, kink: (_ name: String, _ difference: Value) -> Void = { _, _ in }
  ) -> Value? {
    let costs = [("height", 1), ("width", 2)].compactMap { name, axis -> Value? in
      let extent = images.shape[axis]
      if extent == 1 { return nil }
      let difference =
        images.slice(axis: axis, 1..<extent) - images.slice(axis: axis, 0..<extent - 1)
      kink(name, difference)
      let distance = difference.magnitude
      return switch norm {
      case .mean: distance.mean() * weight
      case .sum: distance.sum() * (weight / Double(images.batch))
      }
    }
    return costs.dropFirst().reduce(costs.first) { sum, cost in sum.map { $0 + cost } }
  }
}
