import Spec
import TensorCore

/// Largest number of each window; padding never wins.
package struct MaxPool: Layer {
  package static let declaration = Declaration(
    "max_pool", "Largest number of each window", details: "PyTorch: `nn.MaxPool2d`.",
    fields: PoolingWindow.fields, shorthand: "kernel", example: "max_pool: 2")

  let pooling: PoolingWindow

  package init(_ record: Record) { pooling = PoolingWindow(record) }

  package func span(of input: Span) -> Span { input }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    try pooling.check(input, for: "max_pool")
    return scope.builder.add(.windowMaximum(pooling.window), [input])
  }
}
