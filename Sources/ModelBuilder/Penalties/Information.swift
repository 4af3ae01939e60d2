import Spec
import TensorCore

/// The critic's heads `categorical` and `continuous` are to tell the latent codes of a generated image,
/// and the generator is to make images that show them (Chen et al. 2016).
package struct Information: SteppingTerm {
  static let categorical = Field.number(
    "categorical", default: 1, in: .atLeast(0), "λ of the categorical codes' cross-entropy")
  static let continuous = Field.number(
    "continuous", default: 0.1, in: .atLeast(0), "λ of the continuous codes' mean square error")
  static let optimizer = Field.optionalChoice(
    "optimizer", from: .optimizer,
    "A step of its own at the end of each round, on fresh latents, which moves both networks; "
      + "`none`: a term of both losses")
  package static let declaration = Declaration(
    "information", "The critic is to tell the latent codes of an image: InfoGAN",
    details: "Chen et al. 2016, equation 6, with a normal distribution of fixed variance for the "
      + "continuous codes. The cross-entropies of the categorical codes are added up, one a code; the "
      + "square error is the mean over all continuous codes, so it does not grow with their number. "
      + "Needs `latent.codes`, and a head for each kind.",
    fields: [categorical.declaration, continuous.declaration, optimizer.declaration],
    example: "information: {categorical: 1, continuous: 0.1}")

  let categorical: Double
  let continuous: Double
  package let ownOptimizer: Choice?

  package init(_ record: Record) {
    categorical = record[Self.categorical]
    continuous = record[Self.continuous]
    // In the general form a step of its own is a move.
    ownOptimizer = record.has(Self.optimizer) ? record[Self.optimizer] : nil
  }

  package var players: Set<Player> { ownOptimizer == nil ? [.discriminator, .generator] : [] }

  package func misfit(with game: GameTraits) -> LayerMisfit? {
    guard let codes = game.codes else {
      return LayerMisfit(
        "there are no latent codes to tell",
        advice: "write `latent: {codes: {categorical: [10], continuous: 2}}`")
    }
    let width = codes.categorical.reduce(0, +)
    if width > 0, let lack = game.lack(of: .categorical, "{linear: \(width)}") { return lack }
    guard codes.continuous > 0 else { return nil }
    return game.lack(of: .continuous, "{linear: \(codes.continuous)}")
  }

  package func value(in scope: TermScope) -> Value? {
    guard let latent = scope.latent, let codes = latent.section.codes else { return nil }
    let fake = scope.scores.fake
    var place = latent.section.size
    func given(_ width: Int) -> Value {
      defer { place += width }
      return latent.value.slice(axis: 1, place..<place + width)
    }
    var sum = scope.builder.constant(0)
    var told = 0
    for count in codes.categorical {
      let logits = fake.reading(.categorical).logit.slice(axis: 1, told..<told + count)
      sum = sum + logits.crossEntropy(against: given(count)) * categorical
      told += count
    }
    if codes.continuous > 0 {
      let error = fake.reading(.continuous).output - given(codes.continuous)
      sum = sum + error.squared.mean() * continuous
    }
    return sum
  }
}
