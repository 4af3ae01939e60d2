import Spec
import TensorCore

/// A random change of images on their way into the critic, real or generated, each sample by itself
/// (Zhao et al. 2020, Differentiable Augmentation): gradients pass, so that the generator learns
/// through it, and since both kinds are changed alike, the changes do not leak into what is made.
package protocol Augmentation: Word {
  /// The images changed; of the same shape.
  func apply(_ images: Value, in scope: AugmentationScope) -> Value
}

/// Where an augmentation gets its random numbers.
package struct AugmentationScope {
  let draws: Draws
  /// Its place in the spec's list and the walk of the critic that it stands in front of.
  let name: String
  let pass: String

  /// A uniform number on [0, 1) for each sample: `[batch]`.
  func uniform(_ purpose: String, for images: Value) -> Value {
    draws.observedDraw(.uniform, "\(name)/\(purpose)/\(pass)", [images.batch])
  }

  /// A whole number of 0 ..< `count` for each sample, in float32: `[batch]`.
  func choice(of count: Int, _ purpose: String, for images: Value) -> Value {
    // A uniform number just below 1 rounds up to `count` when it is multiplied.
    (uniform(purpose, for: images) * Double(count)).floor.minimum(Double(count - 1))
  }
}

extension Value {
  /// One number a sample to every place of `images`.
  func eachSample(of images: Value) -> Value { broadcast(to: images.shape, axes: [0]) }
}
