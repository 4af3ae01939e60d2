import Spec
import TensorCore

/// One half of each image: how two pictures side by side in one file become two sources.
package struct Half: Transformation {
  enum Side: String, CaseIterable, Sendable { case left, right, top, bottom }
  static let side = Field.choice("side", of: Side.self, "Which half stays")
  package static let declaration = Declaration(
    "half", "One half of each image",
    details: "For pairs that stand side by side in one picture, as pix2pix has them: `photos: {of: "
      + "pairs, half: left}`, `maps: {of: pairs, half: right}`.",
    fields: [side.declaration], shorthand: "side", example: "half: left")

  let side: Side

  package init(_ record: Record) { side = record[Self.side] }

  package func apply(_ samples: Value, range: ValueRange) throws(LayerMisfit) -> Value {
    let (height, width, _) = try samples.transformedImage("half")
    let (axis, extent, name) =
      switch side {
      case .left, .right: (2, width, "width")
      case .top, .bottom: (1, height, "height")
      }
    guard extent % 2 == 0 else {
      throw LayerMisfit(
        "a \(name) of \(extent) has no halves",
        advice: "give the source an even size: `size:`")
    }
    let middle = extent / 2
    switch side {
    case .left, .top: return samples.slice(axis: axis, 0..<middle)
    case .right, .bottom: return samples.slice(axis: axis, middle..<extent)
    }
  }
}
