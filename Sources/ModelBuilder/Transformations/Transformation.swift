import Spec
import TensorCore

/// What makes a source of another one: `{of: photos, resize: 16}`. The same for every sample at every
/// time, and computed in the graph of a round.
package protocol Transformation: Word {
  /// - Parameters:
  ///   - samples: float32 images `[batch, height, width, channels]`.
  ///   - range: what black and white are in them.
  /// - Throws: for vectors, and for images that it can't be done with.
  func apply(_ samples: Value, range: ValueRange) throws(LayerMisfit) -> Value
}

extension Value {
  /// Height, width and channels of the images that a transformation is of.
  func transformedImage(
    _ transformation: String
  ) throws(LayerMisfit) -> (height: Int, width: Int, channels: Int) {
    guard shape.rank == 4 else {
      throw LayerMisfit(
        "\(transformation) is of images, and the samples are vectors of \(shape[1])",
        advice: "take it out")
    }
    return (shape[1], shape[2], shape[3])
  }
}
