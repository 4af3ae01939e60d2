import Spec
import TensorCore

/// In what form the data's samples come into the graphs of a round.
package enum RealInput: Sendable, Hashable {
  /// float32, as networks see them.
  case values
  /// uint8, black to white, which the graph converts and scales to `data.range`: a quarter of the
  /// bytes, and no pass over them outside the compiled move.
  case bytes
}

extension Value {
  /// Images of bytes as the numbers networks see, to the bit as torchvision makes them in float32:
  /// `ToTensor` is `x / 255`, `Normalize(mean, std)` is `(x − mean) / std`, with the mean and the
  /// deviation that make black `low` and white `high`.
  package func scaled(to range: ValueRange) -> Value {
    let mean = Double(Float(-range.low / (range.high - range.low)))
    let deviation = Double(Float(1 / (range.high - range.low)))
    return (converted(to: .float32) / 255 - mean) / deviation
  }
}
