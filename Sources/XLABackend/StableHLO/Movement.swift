import TensorCore

// Moving elements.
extension Writer {
  mutating func moved(_ node: Node) -> String {
    let (x, from) = operand(node)
    let one = [(x, from.text)]
    let to = node.type.text
    switch node.op {
    case .broadcast(_, let axes):
      return call("broadcast_in_dim", one, ", dims = \(list(axes))", to: to)
    case .reshape: return call("reshape", one, to: to)
    case .transpose(let permutation):
      return call("transpose", one, ", dims = \(list(permutation))", to: to)
    case .slice(let start, let limit, let step):
      let ranges = start.indices.map { "\(start[$0]):\(limit[$0]):\(step[$0])" }
      return call("slice", one, " [\(ranges.joined(separator: ", "))]", to: to)
    case .pad(let low, let high, let interior):
      return padded(x, from, low: low, high: high, interior: interior, to: node.type)
    case .concatenate(let axis):
      let parts = node.operands.indices.map { index in
        let (name, type) = operand(node, index)
        return (name, type.text)
      }
      return call("concatenate", parts, ", dim = \(axis)", to: to)
    case .gather:
      let (indices, many) = operand(node, 1)
      within(node, indices, many, rows: from.shape[0])
      return line(
        "\"stablehlo.gather\"(\(x), \(indices)) <{dimension_numbers = #stablehlo.gather<"
          + "offset_dims = [1], collapsed_slice_dims = [0], start_index_map = [0], "
          + "index_vector_dim = 1>, indices_are_sorted = false, "
          + "slice_sizes = array<i64: 1, \(from.shape[1])>}> : "
          + "(\(from.text), \(many.text)) -> \(to)")
    case .scatterAdd(let rows):
      let (indices, many) = operand(node, 1)
      within(node, indices, many, rows: rows)
      let table = filled(0, node.type.shape)
      return line(
        "\"stablehlo.scatter\"(\(table), \(indices), \(x)) <{indices_are_sorted = false, "
          + "scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], "
          + "inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], "
          + "index_vector_dim = 1>, unique_indices = false}> ({\(Self.body("add"))}) : "
          + "(\(to), \(many.text), \(from.text)) -> \(to)")
    case .input, .constant, .iota, .random, .unary, .binary, .compare, .select, .convert, .reduce,
      .matmul, .convolution, .convolutionInputGradient, .convolutionWeightGradient, .windowSum,
      .windowSumGradient, .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
      preconditionFailure("\(node.op.name) moves nothing")
    }
  }

  /// Zeros around and between; `low` and `high` may be negative, which cuts off.
  mutating func padded(
    _ x: String, _ from: TensorType, low: [Int], high: [Int], interior: [Int], to: TensorType
  ) -> String {
    let zero = constant(0)
    return call(
      "pad", [(x, from.text), (zero, "tensor<f32>")],
      ", low = \(list(low)), high = \(list(high)), interior = \(list(interior))", to: to.text)
  }

  /// The region of a fold, on one line: float32 scalars by `operation`.
  static func body(_ operation: String) -> String {
    " ^bb0(%a: tensor<f32>, %b: tensor<f32>): %r = stablehlo.\(operation) %a, %b : tensor<f32> "
      + "stablehlo.return %r : tensor<f32> "
  }

  /// An index outside of its table is an error. One that is fed is looked at as it comes in; others are counted here, and that
  /// is looked at when the execution has ended.
  private mutating func within(
    _ node: Node, _ indices: String, _ type: TensorType, rows: Int
  ) {
    if let name = feed(behind: node.operands[1]) { return limit(name, to: rows) }
    let (low, high) = (integer(0, "i32"), integer(rows - 1, "i32"))
    let inside = call(
      "clamp", [(low, "tensor<i32>"), (indices, type.text), (high, "tensor<i32>")], to: type.text)
    let isOutside = comparison("NE", inside, indices, type)
    let ones = call("convert", [(isOutside, type.text(of: "i1"))], to: type.text)
    let count = line(
      "stablehlo.reduce(\(ones) init: \(low)) applies stablehlo.add across dimensions = [0] : "
        + "(\(type.text), tensor<i32>) -> tensor<i32>")
    fault(count, Module.outside(rows))
  }

  /// The name of the feed that a value is, in another shape perhaps; nil if something is computed.
  private func feed(behind id: Int) -> String? {
    let node = graph.nodes[id]
    if case .input(let name, .feed, _) = node.op { return name }
    if case .reshape = node.op { return feed(behind: node.operands[0]) }
    return nil
  }
}

extension Module {
  static func outside(_ rows: Int) -> String { "an index lies outside a table of \(rows) rows" }
}
