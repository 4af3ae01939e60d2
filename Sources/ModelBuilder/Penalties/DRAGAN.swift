import Spec
import TensorCore

/// The critic's slope around real images is to be 1 (Kodali et al. 2017).
///
/// As `gradient_penalty`, at `x̂ = x + v · noise · σ · u`: `v` uniform, one for each sample, `u`
/// uniform, one for each number, `σ` the standard deviation of all numbers of the batch.
package struct DRAGAN: Term {
  enum Mix: String, CaseIterable, Sendable { case sample, number }
  enum Deviation: String, CaseIterable, Sendable { case population, sample }
  enum Norm: String, CaseIterable, Sendable { case sample, place }
  static let weight = Field.number("weight", default: 10, in: .atLeast(0), "λ")
  static let target = Field.number(
    "target", default: 1, in: .atLeast(0), "The slope that is wanted")
  static let noise = Field.number(
    "noise", default: 0.5, in: .atLeast(0), "Size of the surroundings, in standard deviations")
  static let deviation = Field.choice(
    "deviation", of: Deviation.self, default: .population,
    "The standard deviation of a batch's n numbers: over n, as NumPy's and the published code's, or "
      + "over n − 1, as PyTorch's `std`")
  static let mix = Field.choice(
    "mix", of: Mix.self, default: .sample,
    "What has a `v` of its own: each sample, or each number of an image")
  static let norm = Field.choice(
    "norm", of: Norm.self, default: .sample,
    "What the slope's norm is taken of: a sample's numbers, or the channels at each place")
  package static let declaration = Declaration(
    "dragan", "The critic's slope around real images is to be 1: DRAGAN",
    details: "Kodali et al. 2017, equation 2, with the surroundings of the published code "
      + "(kodalinaveen3/DRAGAN): x + v · noise · σ · u, u uniform, one a number; σ is the standard "
      + "deviation of all numbers of the batch. Labels, where the critic has some, are those of the "
      + "real images. As there, where the critic gives logits, the slope is that of the logit where "
      + "the critic ends in a sigmoid; `slope_of: output` takes that of the probability.",
    fields: [
      weight.declaration, target.declaration, noise.declaration, deviation.declaration,
      mix.declaration, norm.declaration, SlopeSource.field.declaration,
    ], shorthand: "weight",
    example: "dragan: {weight: 10}")

  let weight: Double
  let target: Double
  let noise: Double
  let deviation: Deviation
  let mix: Mix
  let norm: Norm
  let source: SlopeSource

  package init(_ record: Record) {
    weight = record[Self.weight]
    target = record[Self.target]
    noise = record[Self.noise]
    deviation = record[Self.deviation]
    mix = record[Self.mix]
    norm = record[Self.norm]
    source = record[SlopeSource.field]
  }

  package var players: Set<Player> { [.discriminator] }
  package var traits: PenaltyTraits { PenaltyTraits(boundsSlope: true, slopeSource: source) }

  package func misfit(with game: GameTraits) -> LayerMisfit? {
    if norm == .place, case .vector = game.format {
      return LayerMisfit(
        "norm: place is over the channels at each place, and the data are \(game.format)",
        advice: "write `norm: sample`")
    }
    return game.lackOfSlope
  }

  package func value(in scope: TermScope) -> Value? {
    let real = scope.real.value
    let count = Double(real.shape.count)
    let squares = (real - real.mean()).squared.sum()
    let variance =
      switch deviation {
      case .population: squares / count
      case .sample: squares / max(count - 1, 1)
      }
    let away = scope.uniform("noise", like: scope.real) * (variance.squareRoot * noise)
    let share =
      switch mix {
      case .sample: scope.uniform("mix", [real.batch]).broadcast(to: real.shape, axes: [0])
      case .number: scope.uniform("mix", like: scope.real)
      }
    let around = ImageBatch(value: real + away * share)
    let slope = scope.slope(of: scope.score(of: around), source, at: around)
    switch norm {
    case .sample: return cost(of: slope, target: target, oneSided: false) * weight
    case .place:
      // Every place as a sample of its own.
      let (shape, channels) = (slope.shape, slope.shape[3])
      let places = slope.reshape([shape.count / channels, channels])
      return cost(of: places, target: target, oneSided: false) * weight
    }
  }
}
