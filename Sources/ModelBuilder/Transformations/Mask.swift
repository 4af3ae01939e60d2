import Spec
import TensorCore

/// Fills a rectangle of each image: what a network is to paint again (Pathak et al. 2016).
package struct Mask: Transformation {
  static let box = Field.optionalIntegers(
    "box", count: 4, in: .within(0...4096), "[top, left, height, width] of the rectangle")
  static let center = Field.optionalSizes(
    "center", in: .within(1...4096),
    "Height and width of a rectangle in the middle; where that is between two pixels, one further up "
      + "and to the left")
  static let value = Field.optionalNumber(
    "value", "What it is filled with, within `data.range`; `none`: the middle of the range")
  package static let declaration = Declaration(
    "mask", "Fills a rectangle of each image",
    details: "Pathak et al. 2016 (context encoders). `box` or `center`.",
    fields: [box.declaration, center.declaration, value.declaration],
    example: "mask: {center: 14}",
    check: { record in
      switch (record[box], record[center]) {
      case (nil, nil): return [Objection("box", "mask needs `box` or `center`")]
      case (.some, .some):
        return [Objection("center", "mask takes `box` or `center`", label: "drop one of them")]
      case (let box?, nil):
        return box[2] > 0 && box[3] > 0
          ? [] : [Objection("box", "a mask is at least one pixel high and wide")]
      case (nil, .some): return []
      }
    })

  let box: [Int]?
  let center: [Int]?
  let value: Double?

  package init(_ record: Record) {
    box = record[Self.box]
    center = record[Self.center]
    value = record[Self.value]
  }

  package func apply(_ samples: Value, range: ValueRange) throws(LayerMisfit) -> Value {
    let (height, width, _) = try samples.transformedImage("mask")
    if let value, !(range.low...range.high).contains(value) {
      throw LayerMisfit(
        "a mask of \(numberText(value)) is outside of data.range \(range)",
        advice: "choose a value within it")
    }
    let (rows, columns) = places(height, width)
    guard rows.lowerBound >= 0, columns.lowerBound >= 0, rows.upperBound <= height,
      columns.upperBound <= width
    else {
      throw LayerMisfit(
        "a mask of \(rows.count)×\(columns.count) at [\(rows.lowerBound), \(columns.lowerBound)] "
          + "does not lie within images of \(height)×\(width)",
        advice: "choose a smaller one")
    }
    let builder = samples.builder
    var inner = samples.shape
    (inner.extents[1], inner.extents[2]) = (rows.count, columns.count)
    let isMasked = builder.add(
      .pad(
        low: [0, rows.lowerBound, columns.lowerBound, 0],
        high: [0, height - rows.upperBound, width - columns.upperBound, 0],
        interior: [0, 0, 0, 0]),
      [builder.constant(1, inner)])
    return isMasked.select(
      builder.constant(value ?? (range.low + range.high) / 2), else: samples)
  }

  private func places(_ height: Int, _ width: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    if let box { return (box[0]..<box[0] + box[2], box[1]..<box[1] + box[3]) }
    let size = center ?? [height, width]
    // Towards the upper left also where the mask is the larger one, which is refused.
    let (top, left) = ((height - size[0]) >> 1, (width - size[1]) >> 1)
    return (top..<top + size[0], left..<left + size[1])
  }
}
