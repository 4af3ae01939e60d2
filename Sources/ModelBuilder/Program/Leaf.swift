import Spec
import TensorCore

/// Something that the data give, as games use it.
struct Source: Sendable {
  enum Kind: Sendable {
    /// Its samples come in by a feed of the round's graphs.
    case stored(feed: String, SampleFormat)
    /// Another source, changed.
    case derived(of: String, [any Transformation])
  }
  let name: String
  let kind: Kind
  /// The feed of its labels, and how many classes they tell apart; nil: it has none.
  let labels: (feed: String, classes: Int)?
}

/// Something that is drawn.
struct Latent: Sendable {
  enum Kind: Sendable {
    case vector(LatentSection)
    case label(classes: Int)
  }
  let name: String
  let kind: Kind
  /// Its name among the round's random numbers, in a trace: `latents`, `labels`; where
  /// there are several of a kind `latents/NAME`.
  let stream: String

  /// Its name among what a graph of samples is fed: never that of the labels of data.
  var feed: String {
    switch kind {
    case .vector: stream
    case .label: "drawn/\(stream)"
    }
  }

  /// The stream of vectors where there are no others.
  static let only = "latents"
}

extension Draws {
  /// `[batch, width]`: noise, and the codes behind it.
  ///
  /// - Parameter prefix: in front of the names of the codes' streams.
  func latents(_ section: LatentSection, _ stream: String, batch: Int, prefix: String) -> Value {
    let shape: Shape = [batch, section.size]
    let noise =
      switch section.distribution {
      case .uniform(let low, let high): draw(.uniform, stream, shape) * (high - low) + low
      case .normal(let mean, let standardDeviation):
        draw(.normal, stream, shape) * standardDeviation + mean
      }
    guard let codes = section.codes else { return noise }
    var latents = noise
    for (index, count) in codes.categorical.enumerated() {
      let uniform = draw(.uniform, "\(prefix)codes/categorical/\(index)", [batch])
      let code = uniform.uniformClass(of: count).oneHot(count: count)
      latents = latents.concatenated(with: code, axis: 1)
    }
    guard codes.continuous > 0 else { return latents }
    let uniform = draw(.uniform, "\(prefix)codes/continuous", [batch, codes.continuous])
    return latents.concatenated(with: uniform * (codes.high - codes.low) + codes.low, axis: 1)
  }

  /// `[batch]`, int32: classes, all of the same chance.
  func labels(_ stream: String, classes: Int, batch: Int) -> Value {
    draw(.uniform, stream, [batch]).uniformClass(of: classes).converted(to: .int32)
  }
}
