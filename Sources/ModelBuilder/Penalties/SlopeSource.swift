import Spec
import TensorCore

/// What of a critic's answer a penalty takes the slope of.
package enum SlopeSource: String, CaseIterable, Sendable {
  /// What goes into a closing sigmoid; of two classes the difference of their logits, `real` less
  /// `fake`. The output itself where there is no such layer.
  case logit
  /// What comes out of it: a probability; of two classes that of `real`.
  case output

  static let field = Field.choice(
    "slope_of", of: SlopeSource.self, default: .logit,
    "What the slope is that of: what goes into a sigmoid or softmax at the critic's end, or what "
      + "comes out")
}

extension Score {
  /// How real a sample looks, as one number.
  func realness(_ source: SlopeSource) -> Value {
    switch source {
    case .logit: evidence
    case .output: realness
    }
  }
}

extension TermScope {
  /// Gradient of how real each sample looks in that sample: shaped like `images`.
  func slope(of score: Score, _ source: SlopeSource, at images: ImageBatch) -> Value {
    slope(of: score.realness(source), at: images)
  }
}
