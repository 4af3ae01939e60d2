import Spec
import TensorCore

/// Cross-entropy over a whole batch of both kinds, each image's chance a softmax of its score (Lin
/// 2017): the critic wants all of it on the real images, the generator shared by all.
package struct SoftmaxGAN: Loss {
  static let addsCritic = Field.flag(
    "generator_adds_critic", default: false,
    "Add the critic's loss to the generator's, as where gradients are not cleared in between")
  package static let declaration = Declaration(
    "softmax", "Cross-entropy over the images of both kinds in a batch: Softmax GAN",
    details: "Lin 2017, equations 8 and 9: log Z + E D(x) and log Z + ½ (E D(x) + E D(G(z))), with "
      + "Z = Σ exp(−D) over the real and the generated images of a batch.",
    fields: [addsCritic.declaration], example: "loss: {kind: softmax}")

  let addsCritic: Bool

  package init(_ record: Record) { addsCritic = record[Self.addsCritic] }

  package var demands: LossDemands { LossDemands(generatorSeesReal: true) }

  package func critic(_ scores: Scores) -> Value {
    logPartition(scores) + scores.real.output.mean()
  }

  package func generator(_ scores: Scores) -> Value {
    let all = scores.real.output.mean() + scores.fake.output.mean()
    let own = logPartition(scores) + all * 0.5
    return addsCritic ? own + critic(scores) : own
  }

  /// `log Σ exp(−D)`, by way of the largest.
  private func logPartition(_ scores: Scores) -> Value {
    let energies = scores.real.output.concatenated(with: scores.fake.output, axis: 0).negated
    let peak = energies.reduceMaximum(axes: Array(0..<energies.shape.rank))
    return (energies - peak).exponential.sum().logarithm + peak
  }
}
