import Spec
import TensorCore

/// Smaller by whole factors, as means over squares, or larger, as pixels repeated; each direction by
/// itself.
package struct Resize: Transformation {
  static let size = Field.sizes(
    "size", in: .within(1...4096), "Height and width: one number, or [height, width]")
  package static let declaration = Declaration(
    "resize", "Makes images smaller or larger by whole factors",
    details: "Smaller as the mean over squares, larger by repeating pixels. PyTorch: "
      + "`F.avg_pool2d`, `F.interpolate(mode=\"nearest\")`. Other sizes are made as a source is read: "
      + "its `size`.",
    fields: [size.declaration], shorthand: "size", example: "resize: 16")

  let size: [Int]

  package init(_ record: Record) { size = record[Self.size] }

  package func apply(_ samples: Value, range: ValueRange) throws(LayerMisfit) -> Value {
    _ = try samples.transformedImage("resize")
    var result = samples
    for (axis, wanted) in zip(1...2, size) {
      let extent = result.shape[axis]
      if extent % wanted == 0 {
        result = result.averaged(axis: axis, by: extent / wanted)
      } else if wanted % extent == 0 {
        result = result.repeated(axis: axis, by: wanted / extent)
      } else {
        throw LayerMisfit(
          "\(described(samples.shape)) images cannot be resized to \(size[0])×\(size[1]) by whole "
            + "factors",
          advice: "take \(Self.neighbours(of: wanted, in: extent)), or another `size` of the source"
        )
      }
    }
    return result
  }

  /// The nearest sizes below and above that there are.
  private static func neighbours(of wanted: Int, in extent: Int) -> String {
    let below = (1...min(wanted, extent)).last { extent % $0 == 0 } ?? 1
    let above =
      wanted < extent
      ? (wanted...extent).first { extent % $0 == 0 } ?? extent : (wanted / extent + 1) * extent
    return "\(max(below, wanted / extent * extent)) or \(above)"
  }
}

extension Value {
  /// The means of so many neighbours along an axis of images.
  fileprivate func averaged(axis: Int, by factor: Int) -> Value {
    if factor == 1 { return self }
    var split = shape.extents
    split[axis] /= factor
    split.insert(factor, at: axis + 1)
    return reshape(Shape(split)).mean(axes: [axis + 1])
  }

  /// Each place along an axis of images so many times.
  fileprivate func repeated(axis: Int, by factor: Int) -> Value {
    var (wide, result) = (shape.extents, shape.extents)
    wide.insert(factor, at: axis + 1)
    result[axis] *= factor
    return broadcast(to: Shape(wide), axes: (0...4).filter { $0 != axis + 1 })
      .reshape(Shape(result))
  }
}
