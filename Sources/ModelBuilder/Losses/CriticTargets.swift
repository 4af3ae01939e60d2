import Spec
import TensorCore

/// What the critic is to say of real and of generated images, with the two noises that keep it from
/// being too sure (Salimans et al. 2016, section 3.4; Chintala et al. 2016, `ganhacks`).
struct CriticTargets: Sendable {
  static let real = Field.number(
    "real", default: 1, "The critic's target for real images; 0.9 smooths labels")
  static let fake = Field.number(
    "fake", default: 0, "The critic's target for generated images")
  static let flip = Field.number(
    "flip", default: 0, in: .within(0...1),
    "Chance that the critic gets the other side's target for a sample")
  static let jitter = Field.number(
    "jitter", default: 0, in: .atLeast(0),
    "The critic's targets are moved by up to this, up or down, anew for each sample")
  static let fields = [real.declaration, fake.declaration, flip.declaration, jitter.declaration]

  let real: Double
  let fake: Double
  private let flip: Double
  private let jitter: Double

  init(_ record: Record) {
    real = record[Self.real]
    fake = record[Self.fake]
    flip = record[Self.flip]
    jitter = record[Self.jitter]
  }

  enum Target {
    case same(Double)
    /// One for each score, shaped like the scores.
    case each(Value)
  }

  enum Side: String { case real, fake }

  func target(_ side: Side, like score: Value, _ draws: Draws) -> Target {
    let (own, other) = side == .real ? (real, fake) : (fake, real)
    guard flip > 0 || jitter > 0 else { return .same(own) }
    let builder = score.builder
    let samples: Shape = [score.batch]
    var target = builder.constant(own, samples)
    if flip > 0 {
      let name = "loss/flip/\(side.rawValue)"
      let isFlipped = draws.draw(.uniform, name, samples).compared(.less, to: flip)
      draws.observe(name, isFlipped)
      target = isFlipped.select(builder.constant(other), else: target)
    }
    if jitter > 0 {
      let uniform = draws.observedDraw(.uniform, "loss/jitter/\(side.rawValue)", samples)
      target = target + (uniform * 2 - 1) * jitter
    }
    return .each(target.broadcast(to: score.shape, axes: [0]))
  }
}
