import Spec
import TensorCore

/// The critic's head `class` is to name the class of an image, and the generator is to make images
/// whose class it names (Odena et al. 2017).
package struct Classification: Term {
  static let weight = Field.number(
    "weight", default: 1, in: .atLeast(0), "Factor in the critic's loss")
  static let generatorWeight = Field.number(
    "generator_weight", default: 1, in: .atLeast(0), "Factor in the generator's loss")
  static let fake = Field.flag(
    "fake", default: true, "Whether the critic learns the classes of generated images too")
  package static let declaration = Declaration(
    "classification", "The critic's head `class` is to name the class of an image: ACGAN",
    details: "Odena et al. 2017, equation 3: cross-entropies of real and of generated images with "
      + "their labels, added to the losses of both networks. On what goes into a closing `softmax` "
      + "of the head.",
    fields: [weight.declaration, generatorWeight.declaration, fake.declaration],
    example: "classification: {weight: 1}")

  let weight: Double
  let generatorWeight: Double
  let fake: Bool

  package init(_ record: Record) {
    weight = record[Self.weight]
    generatorWeight = record[Self.generatorWeight]
    fake = record[Self.fake]
  }

  package var players: Set<Player> { [.discriminator, .generator] }

  package func misfit(with game: GameTraits) -> LayerMisfit? {
    guard game.classes > 0 else {
      return LayerMisfit("there are no labels to name", advice: "write `labels: {classes: 10}`")
    }
    return game.lack(of: .class, "{linear: \(game.classes)}")
  }

  package func value(in scope: TermScope) -> Value? {
    let fakes = cost(of: scope.scores.fake, scope.labels.fake)
    guard scope.player == .discriminator else { return fakes * generatorWeight }
    let real = cost(of: scope.scores.real, scope.labels.real)
    return (fake ? real + fakes : real) * weight
  }

  private func cost(of score: Score, _ labels: Value?) -> Value {
    let logits = score.reading(.class).logit
    guard let labels else { preconditionFailure("unchecked: a game without labels") }
    return logits.crossEntropy(against: labels.oneHot(count: logits.shape[1]))
  }
}
