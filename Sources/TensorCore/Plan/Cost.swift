extension Node {
  /// Floating-point operations of one execution on operands of these types: a multiplication and an
  /// addition count as two, any function of one element as one, moving elements as none. Taps of a
  /// convolution that fall on padding are counted.
  package func operationCount(_ operands: [TensorType]) -> Int {
    let elements = type.shape.count
    switch op {
    case .input, .constant, .iota, .convert, .broadcast, .reshape, .transpose, .slice, .pad,
      .concatenate, .gather:
      return 0
    case .random, .unary, .binary, .compare, .select: return elements
    case .scatterAdd, .reduce: return operands[0].shape.count
    case .matmul(let transposeLeft, _):
      let left = operands[0].shape
      return 2 * elements * left[transposeLeft ? left.rank - 2 : left.rank - 1]
    case .convolution: return 2 * elements * Self.taps(operands[1].shape)
    case .convolutionInputGradient:
      return 2 * operands[0].shape.count * Self.taps(operands[1].shape)
    case .convolutionWeightGradient: return 2 * operands[1].shape.count * Self.taps(type.shape)
    case .windowSum(let window), .windowMaximum(let window), .windowMaximumSelect(let window):
      return elements * window.height * window.width
    case .windowSumGradient(let window, _, _):
      return operands[0].shape.count * window.height * window.width
    case .windowMaximumGradient(let window):
      return operands[1].shape.count * window.height * window.width
    }
  }

  /// How many products make one output element.
  private static func taps(_ weight: Shape) -> Int { weight[0] * weight[1] * weight[2] }
}

extension Graph {
  /// Floating-point operations of node `id` in one execution.
  package func operationCount(of id: Int) -> Int {
    nodes[id].operationCount(nodes[id].operands.map { nodes[$0].type })
  }

  /// Floating-point operations of one execution.
  package var operationCount: Int { nodes.indices.reduce(0) { $0 + operationCount(of: $1) } }
}
