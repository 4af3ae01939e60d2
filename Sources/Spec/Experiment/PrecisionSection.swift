/// How exactly a device computes.
package struct PrecisionSection: Sendable {
  /// What products and convolutions make of their operands; sums are float32 always.
  package enum Products: String, CaseIterable, Sendable { case float32, tf32, bfloat16 }
  package let products: Products
}

extension PrecisionSection {
  private static let productsKey = Field.choice(
    "products", of: Products.self, default: .float32,
    "What products and convolutions round their operands to; other than float32 on devices behind XLA alone"
  )

  static let declaration = Declaration(
    "precision", "How exactly a device computes", fields: [productsKey.declaration],
    example: "{products: tf32}")

  init(_ record: Record) { products = record[Self.productsKey] }
}
