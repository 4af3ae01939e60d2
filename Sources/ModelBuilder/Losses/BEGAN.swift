import Spec
import TensorCore

/// The critic is an autoencoder that is to restore real images, and generated ones badly, as far as a
/// controller `k` lets it (Berthelot et al. 2017).
package struct BEGAN: BalancedLoss {
  static let gamma = Field.number(
    "gamma", default: 0.5, in: .within(0...1),
    "Diversity ratio γ: wanted error of generated images over that of real ones")
  static let gain = Field.number(
    "gain", default: 0.001, in: .atLeast(0), "λ of k: how fast it follows")
  static let initial = Field.number(
    "k", default: 0, in: .within(0...1), "First value of k, which the run carries on")
  package static let declaration = Declaration(
    "began", "An autoencoder critic, balanced by a controller: BEGAN",
    details: "Berthelot et al. 2017, section 3.4, with L(v) the mean absolute difference between v "
      + "and what the critic makes of it. Critic: L(x) − k L(G(z)); generator: L(G(z)); then "
      + "k ← k + λ (γ L(x) − L(G(z))), kept in [0, 1], of the critic's batch. The critic ends in an "
      + "image. `d_real` and `d_fake` of losses.csv are L(x) and L(G(z)); `k` is what the moves left, "
      + "and `convergence` is L(x) + |γ L(x) − L(G(z))| (section 3.4.1), which falls while both get "
      + "better.",
    fields: [gamma.declaration, gain.declaration, initial.declaration],
    example: "loss: {kind: began, gamma: 0.75}")

  let gamma: Double
  let gain: Double
  let initial: Double

  package init(_ record: Record) {
    gamma = record[Self.gamma]
    gain = record[Self.gain]
    initial = record[Self.initial]
  }

  package var demands: LossDemands { LossDemands(critic: .reconstruction) }

  package func level(of score: Score) -> Value { score.residue.magnitude.mean() }

  package func measured(_ scores: Scores) -> [(name: String, value: Value)] {
    let (real, fake) = (level(of: scores.real), level(of: scores.fake))
    return [
      ("k", scores.controller("k", initial: initial).value),
      ("convergence", real + (real * gamma - fake).magnitude),
    ]
  }

  package func kink(of score: Score) -> Value { score.residue }

  package func critic(_ scores: Scores) -> Value {
    let (real, fake) = (level(of: scores.real), level(of: scores.fake))
    let controller = scores.controller("k", initial: initial)
    let k = controller.value
    controller.update((k + (real * gamma - fake) * gain).maximum(0).minimum(1))
    return real - k * fake
  }

  package func generator(_ scores: Scores) -> Value { level(of: scores.fake) }
}
