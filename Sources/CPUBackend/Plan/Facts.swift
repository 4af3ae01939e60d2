import TensorCore

extension Op {
  /// What the planner does with an operation.
  enum Kind {
    /// Is there before the first step: a feed, a state, or a constant table.
    case given
    /// Computed tile by tile in a group.
    case elementwise
    /// A way to look at its operand: costs nothing unless somebody needs it in one piece.
    case movement
    /// Folds in a group.
    case fold
    /// A step of its own.
    case whole
  }

  func kind(operandTypes: [DType]) -> Kind {
    switch self {
    case .input, .constant, .iota: .given
    case .unary, .binary, .compare, .select: .elementwise
    case .convert(let to): to == .float32 || operandTypes == [.float32] ? .elementwise : .whole
    case .broadcast, .reshape, .transpose, .slice: .movement
    case .reduce: .fold
    case .random, .pad, .concatenate, .gather, .scatterAdd, .matmul, .convolution,
      .convolutionInputGradient, .convolutionWeightGradient, .windowSum, .windowSumGradient,
      .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
      .whole
    }
  }
}

/// What is known of each node of a graph before anything is planned.
struct Facts {
  let graph: Graph
  let kinds: [Op.Kind]
  /// The number that fills a node, where that is known.
  let uniform: [Double?]
  /// Whether any output or update needs the node.
  let needed: [Bool]
  /// The nodes that read a node, each once.
  let users: [[Int]]
  /// Movements that are carried out, because somebody needs their elements in one piece.
  private(set) var materialized: [Bool]
  /// How a node's elements are found in memory; nil for a float that no step has to write.
  private(set) var views: [View]

  /// `kept`: nodes that outputs or updates read and that must own their elements.
  init(_ graph: Graph, kept: Set<Int>) {
    self.graph = graph
    let nodes = graph.nodes
    kinds = nodes.map { node in
      node.op.kind(operandTypes: node.operands.map { nodes[$0].type.dtype })
    }
    var uniform = [Double?](repeating: nil, count: nodes.count)
    for (id, node) in nodes.enumerated() {
      if case .constant(let number) = node.op { uniform[id] = number }
      if kinds[id] == .movement { uniform[id] = uniform[node.operands[0]] }
    }
    self.uniform = uniform
    var needed = [Bool](repeating: false, count: nodes.count)
    for output in graph.outputs + graph.updates { needed[output.node] = true }
    for id in nodes.indices.reversed() where needed[id] {
      for operand in nodes[id].operands { needed[operand] = true }
    }
    self.needed = needed
    var users = [[Int]](repeating: [], count: nodes.count)
    for (id, node) in nodes.enumerated() where needed[id] {
      for operand in Set(node.operands) { users[operand].append(id) }
    }
    self.users = users
    materialized = nodes.indices.map { kept.contains($0) }
    views = []
    // A movement may turn out to need a copy only once the views below it are known, and a copy
    // changes the views above it.
    repeat { views = Self.views(graph, kinds, uniform, &materialized) } while demandCopies()
  }

  private static func views(
    _ graph: Graph, _ kinds: [Op.Kind], _ uniform: [Double?], _ materialized: inout [Bool]
  ) -> [View] {
    var views: [View] = []
    views.reserveCapacity(graph.nodes.count)
    for (id, node) in graph.nodes.enumerated() {
      let own = View(root: id, shape: node.type.shape)
      guard kinds[id] == .movement, !materialized[id] else {
        views.append(own)
        continue
      }
      let operand = views[node.operands[0]]
      switch node.op {
      case .broadcast(let shape, let axes): views.append(operand.broadcast(to: shape, axes: axes))
      case .transpose(let permutation): views.append(operand.transposed(permutation))
      case .slice(let start, _, let step):
        views.append(operand.sliced(start: start, step: step, to: node.type.shape))
      case .reshape(let shape):
        if let view = operand.reshaped(shape) {
          views.append(view)
        } else {
          materialized[id] = true
          views.append(own)
        }
      case .input, .constant, .iota, .random, .unary, .binary, .compare, .select, .convert, .pad,
        .concatenate, .gather, .scatterAdd, .reduce, .matmul, .convolution,
        .convolutionInputGradient, .convolutionWeightGradient, .windowSum, .windowSumGradient,
        .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
        views.append(own)
      }
    }
    return views
  }

  /// Marks the movements whose readers need a copy; true if there are new ones.
  private mutating func demandCopies() -> Bool {
    var changed = false
    for (id, node) in graph.nodes.enumerated() where needed[id] {
      for operand in node.operands where kinds[operand] == .movement && !materialized[operand] {
        if needsCopy(of: views[operand], in: node.op, kinds[id]) {
          materialized[operand] = true
          changed = true
        }
      }
    }
    return changed
  }

  private func needsCopy(of view: View, in op: Op, _ kind: Op.Kind) -> Bool {
    switch kind {
    case .given, .movement: return false
    case .elementwise, .fold:
      // A tile of a big transposed view would touch a line of memory for every element.
      guard let last = view.axes.last else { return false }
      return last.stride > 1 && view.shape.count >= 4096
    case .whole:
      switch op {
      case .matmul: return !view.isMatrixStack
      case .pad, .concatenate: return false
      case .input, .constant, .iota, .random, .unary, .binary, .compare, .select, .broadcast,
        .reshape, .transpose, .slice, .convert, .gather, .scatterAdd, .reduce, .convolution,
        .convolutionInputGradient, .convolutionWeightGradient, .windowSum, .windowSumGradient,
        .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
        return !view.isDense
      }
    }
  }
}

extension View {
  /// Whether oneDNN can read the view as matrices: rows or columns without gaps, nothing repeated.
  var isMatrixStack: Bool {
    let rank = shape.rank
    for axis in 0..<rank where shape[axis] > 1 && strides[axis] == 0 { return false }
    let (rows, columns) = (shape[rank - 2], shape[rank - 1])
    let (rowStride, columnStride) = (strides[rank - 2], strides[rank - 1])
    let rowMajor = columns == 1 || columnStride == 1
    let columnMajor = rows == 1 || rowStride == 1
    return rowMajor && (rows == 1 || columns == 1 || rowStride >= columns)
      || columnMajor && (rows == 1 || columns == 1 || columnStride >= rows)
  }
}
