import Spec
import TensorCore

/// Which part of networks that grow plays: everything up to a level.
package struct GrowthStage: Hashable, Sendable {
  /// Counted from 0, the smallest.
  package let level: Int
  /// Whether its images are still blended with those of the level below.
  package let isFading: Bool

  package init(level: Int, isFading: Bool) {
    (self.level, self.isFading) = (level, isFading)
  }
}

/// A stage, and how far it has come.
package struct GrowthMoment: Hashable, Sendable {
  package let stage: GrowthStage
  /// α: what the newest level counts for in an image; 1 unless it is fading in.
  package let alpha: Float

  package init(stage: GrowthStage, alpha: Float) {
    (self.stage, self.alpha) = (stage, alpha)
  }
}

extension GrowthStage {
  /// The feed of a graph of this stage that takes α, a float32 scalar.
  package static let alphaFeed = "growing/alpha"

  /// α where the level is fading in; nil where it plays alone.
  func alpha(_ builder: GraphBuilder) -> Value? {
    isFading ? builder.feed(Self.alphaFeed, .scalar) : nil
  }
}
