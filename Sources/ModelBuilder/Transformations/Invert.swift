import Spec
import TensorCore

/// Black becomes white and white black: `low + high − x`.
package struct Invert: Transformation {
  package static let declaration = Declaration(
    "invert", "Black becomes white and white black",
    details: "low + high − x, with `data.range`.", example: "invert")

  package init(_ record: Record) {}

  package func apply(_ samples: Value, range: ValueRange) throws(LayerMisfit) -> Value {
    _ = try samples.transformedImage("invert")
    return (range.low + range.high) - samples
  }
}
