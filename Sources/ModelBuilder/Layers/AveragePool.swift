import Spec
import TensorCore

/// Mean over windows; padding counts as zeros.
package struct AveragePool: Layer {
  package static let declaration = Declaration(
    "average_pool", "Mean over windows", details: "PyTorch: `nn.AvgPool2d`.",
    fields: PoolingWindow.fields, shorthand: "kernel", example: "average_pool: 2")

  let pooling: PoolingWindow

  package init(_ record: Record) { pooling = PoolingWindow(record) }

  package func span(of input: Span) -> Span { input }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    try pooling.check(input, for: "average_pool")
    let sum = scope.builder.add(.windowSum(pooling.window), [input])
    return sum * (1 / Double(pooling.window.height * pooling.window.width))
  }
}
