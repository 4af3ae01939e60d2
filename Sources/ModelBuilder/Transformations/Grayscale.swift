import Spec
import TensorCore

/// The luma of coloured images, one channel: `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601). Grey images stay
/// as they are.
package struct Grayscale: Transformation {
  package static let declaration = Declaration(
    "grayscale", "Colours become grey: one channel",
    details: "ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B, as Pillow's `L` without its rounding to "
      + "bytes. Grey images stay as they are.", example: "grayscale")

  package init(_ record: Record) {}

  package func apply(_ samples: Value, range: ValueRange) throws(LayerMisfit) -> Value {
    let (_, _, channels) = try samples.transformedImage("grayscale")
    switch channels {
    case 1: return samples
    case 3:
      func channel(_ index: Int) -> Value { samples.slice(axis: 3, index..<index + 1) }
      return channel(0) * 0.299 + channel(1) * 0.587 + channel(2) * 0.114
    default:
      throw LayerMisfit(
        "grayscale is of 3 channels, red, green and blue, and the images have \(channels)",
        advice: "take it out")
    }
  }
}
