import Spec
import TensorCore

/// Images to vectors in PyTorch's order: channel by channel, row by row.
package struct Flatten: Layer {
  package static let declaration = Declaration(
    "flatten", "Images to vectors, channel by channel as in PyTorch",
    details: "Vectors pass unchanged. PyTorch: `nn.Flatten`.", fields: [], example: "flatten")

  package init(_ record: Record) {}

  package func span(of input: Span) -> Span { input }

  package func apply(_ input: Value, in scope: LayerScope) throws(LayerMisfit) -> Value {
    guard input.shape.rank == 4 else { return input }
    return input.transpose([0, 3, 1, 2]).reshape([input.batch, input.shape.count / input.batch])
  }
}
