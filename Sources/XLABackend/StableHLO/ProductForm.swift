import TensorCore

/// How products and convolutions are written down, so that a device multiplies as exactly as it is asked to.
struct ProductForm {
  enum Operands {
    case asTheyAre
    /// Rounded to the 11 bits of tf32, but left in float32.
    case rounded
    case bfloat16
  }
  let operands: Operands
  /// StableHLO's word: `HIGHEST` is float32 everywhere, `DEFAULT` what the device does fastest.
  let precision: String

  static let exact = ProductForm(operands: .asTheyAre, precision: "HIGHEST")

  private init(operands: Operands, precision: String) {
    (self.operands, self.precision) = (operands, precision)
  }

  init(_ products: ProductPrecision, platform: String) {
    switch products {
    case .float32: self = .exact
    case .tf32:
      // NVIDIA's cards round as they multiply; a processor that can't is given rounded numbers.
      self =
        platform == "cuda"
        ? ProductForm(operands: .asTheyAre, precision: "DEFAULT")
        : ProductForm(operands: .rounded, precision: "HIGHEST")
    case .bfloat16: self = ProductForm(operands: .bfloat16, precision: "DEFAULT")
    }
  }
}

extension Writer {
  /// An operand of a product as the form wants it: its name, and the text of its type.
  mutating func factor(_ name: String, _ type: TensorType) -> (name: String, type: String) {
    switch products.operands {
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
}
