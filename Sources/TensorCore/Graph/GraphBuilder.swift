/// Writes a ``Graph`` node by node. Equal nodes are written once, so values that two formulas share
/// are computed once, and simple algebra is done on the way in.
package final class GraphBuilder {
  package private(set) var nodes: [Node] = []
  private var known: [Node: Int] = [:]
  private let simplifying: Bool
  let convolutionsAsWritten: Bool
  /// Values that algebra does not look behind.
  private var opaque: Set<Int> = []

  /// Without `simplifying` every operation is written as asked: what the algebra is tested against.
  /// With `convolutionsAsWritten` convolutions are, whose cost by definition is to be told.
  package init(simplifying: Bool = true, convolutionsAsWritten: Bool = false) {
    self.simplifying = simplifying
    self.convolutionsAsWritten = convolutionsAsWritten
  }

  /// The value of `op` on `operands`. Operands that do not fit are a mistake of the calling code:
  /// what a user can get wrong is checked by the layers before they build.
  package func add(_ op: Op, _ operands: [Value] = []) -> Value {
    let type: TensorType
    do throws(ShapeError) {
      type = try op.resultType(operands.map(\.type))
    } catch {
      preconditionFailure(error.description)
    }
    if simplifying, let simpler = simplified(op, operands, type) { return simpler }
    let node = Node(op, operands.map(\.id), type)
    if let id = known[node] { return Value(builder: self, id: id) }
    nodes.append(node)
    known[node] = nodes.count - 1
    return Value(builder: self, id: nodes.count - 1)
  }

  /// From here on what is made of `value` is made of itself, whatever simpler way there were: what a gradient
  /// in it needs, which else would miss what has been led past it. (A reshape of a reshape is one of what
  /// went into the first.)
  @discardableResult
  package func hide(_ value: Value) -> Value {
    opaque.insert(value.id)
    return value
  }

  fileprivate func isOpaque(_ id: Int) -> Bool { opaque.contains(id) }

  package func feed(_ name: String, _ shape: Shape, _ dtype: DType = .float32) -> Value {
    add(.input(name: name, role: .feed, type: TensorType(shape, dtype)))
  }
  package func state(_ name: String, _ shape: Shape, _ dtype: DType = .float32) -> Value {
    add(.input(name: name, role: .state, type: TensorType(shape, dtype)))
  }
  package func constant(_ value: Double, _ shape: Shape = .scalar) -> Value {
    add(.constant(value)).broadcast(to: shape)
  }

  /// The graph of everything that `outputs` and `updates` need, and nothing else.
  package func finish(
    outputs: [(name: String, value: Value)], updates: [(name: String, value: Value)]
  ) -> Graph {
    var needed = [Bool](repeating: false, count: nodes.count)
    for (_, value) in outputs + updates { needed[value.id] = true }
    for id in nodes.indices.reversed() where needed[id] {
      for operand in nodes[id].operands { needed[operand] = true }
    }
    var renumbered = [Int](repeating: -1, count: nodes.count)
    var kept: [Node] = []
    for id in nodes.indices where needed[id] {
      var node = nodes[id]
      node.operands = node.operands.map { renumbered[$0] }
      renumbered[id] = kept.count
      kept.append(node)
    }
    func renumber(_ list: [(name: String, value: Value)]) -> [Graph.Output] {
      list.map { Graph.Output(name: $0.name, node: renumbered[$0.value.id]) }
    }
    return Graph(nodes: kept, outputs: renumber(outputs), updates: renumber(updates))
  }
}

/// A node of a graph under construction.
package struct Value {
  package let builder: GraphBuilder
  package let id: Int

  package var node: Node { builder.nodes[id] }
  package var type: TensorType { node.type }
  /// What made it, as far as algebra may know; nil of an opaque value.
  var visibleOp: Op? { builder.isOpaque(id) ? nil : node.op }
  package var shape: Shape { type.shape }
  package var operands: [Value] { node.operands.map { Value(builder: builder, id: $0) } }

  /// The number this value holds in every element, where that is known.
  package var uniformConstant: Double? {
    switch node.op {
    case .constant(let number): number
    case .broadcast, .reshape: operands[0].uniformConstant
    case .input, .iota, .random, .unary, .binary, .compare, .select, .convert, .transpose, .slice,
      .pad, .concatenate, .gather, .scatterAdd, .reduce, .matmul, .convolution,
      .convolutionInputGradient, .convolutionWeightGradient, .windowSum, .windowSumGradient,
      .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
      nil
    }
  }
}
