import TensorCore

/// How products, convolutions and sums are written down, so that a device computes as exactly as it is asked to.
struct DeviceArithmetic {
  enum Operands {
    case asTheyAre
    /// Rounded to the 11 bits of tf32, but left in float32.
    case rounded
    case bfloat16
  }
  enum Sums {
    case asTheyAre
    /// The second half of what is summed added to the first, as long as more numbers are left than a sum one after the
    /// other may have: its rounding error grows with their count n, that of halves with log n.
    ///
    /// Source: N. J. Higham, "The accuracy of floating point summation", SIAM J. Sci. Comput. 14 (1993), section 3.
    case byHalves
  }
  let operands: Operands
  /// StableHLO's word: `HIGHEST` is float32 everywhere, `DEFAULT` what the device does fastest.
  let precision: String
  let sums: Sums

  static let exact = DeviceArithmetic(.float32, platform: "cuda")

  init(_ products: ProductPrecision, platform: String) {
    // A card sums in a tree of threads, XLA's processor one number after the other.
    sums = platform == "cpu" ? .byHalves : .asTheyAre
    (operands, precision) =
      switch products {
      case .float32: (.asTheyAre, "HIGHEST")
      // NVIDIA's cards round as they multiply; a processor that can't is given rounded numbers.
      case .tf32: platform == "cuda" ? (.asTheyAre, "DEFAULT") : (.rounded, "HIGHEST")
      case .bfloat16: (.bfloat16, "DEFAULT")
      }
  }
}

extension Writer {
  /// An operand of a product as the form wants it: its name, and the text of its type.
  mutating func factor(_ name: String, _ type: TensorType) -> (name: String, type: String) {
    switch arithmetic.operands {
    case .asTheyAre: return (name, type.text)
    case .rounded:
      return (
        line("stablehlo.reduce_precision \(name), format = e8m10 : \(type.text)"), type.text
      )
    case .bfloat16:
      let narrow = type.text(of: "bf16")
      return (call("convert", [(name, type.text)], to: narrow), narrow)
    }
  }

  /// What is to be summed over `axes` with its halves added until 1024 numbers or fewer are left for each sum.
  mutating func folded(_ x: String, _ type: TensorType, _ axes: [Int]) -> (String, TensorType) {
    var (x, type) = (x, type)
    while axes.map({ type.shape[$0] }).reduce(1, *) > 1024 {
      let isEven = { (axis: Int) in type.shape[axis].isMultiple(of: 2) }
      guard let axis = axes.first(where: isEven) else {
        let odd = axes.first { type.shape[$0] > 1 }
        let high = type.shape.extents.indices.map { $0 == odd ? 1 : 0 }
        let none = [Int](repeating: 0, count: type.shape.rank)
        let longer = TensorType(Shape(zip(type.shape.extents, high).map(+)))
        x = padded(x, type, low: none, high: high, interior: none, to: longer)
        type = longer
        continue
      }
      let half = type.shape[axis] / 2
      let to = TensorType(
        Shape(type.shape.extents.indices.map { $0 == axis ? half : type.shape[$0] }))
      let parts = [0, half].map { start in
        let ranges = to.shape.extents.indices.map { index in
          let first = index == axis ? start : 0
          return "\(first):\(first + to.shape[index])"
        }
        return call("slice", [(x, type.text)], " [\(ranges.joined(separator: ", "))]", to: to.text)
      }
      x = element("add", parts[0], parts[1], type: to.text)
      type = to
    }
    return (x, type)
  }
}
