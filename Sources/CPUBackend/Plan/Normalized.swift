import TensorCore

extension Graph {
  /// The same function, such that every fold runs over one block of neighbouring axes, and every
  /// output and every update has elements of its own in memory that steps write.
  ///
  /// Returns the nodes that must be materialized for that, and what has become of each node.
  func normalized() -> (graph: Graph, kept: Set<Int>, renumbered: [Int]) {
    var result = Graph(nodes: [], outputs: [], updates: [])
    var renumbered: [Int] = []
    renumbered.reserveCapacity(nodes.count)
    func append(_ node: Node) -> Int {
      result.nodes.append(node)
      return result.nodes.count - 1
    }
    for var node in nodes {
      node.operands = node.operands.map { renumbered[$0] }
      if case .reduce(let reduction, let axes) = node.op {
        // Axes apart from each other fold away one block after the other, the last one first.
        var blocks = FoldDomain.blocks(result.nodes[node.operands[0]].type.shape, axes: axes)
        while blocks.count > 1 {
          let block = blocks.removeLast()
          let operand = result.nodes[node.operands[0]].type
          let rest = (0..<operand.shape.rank).filter { !block.contains($0) }
          let type = TensorType(Shape(rest.map { operand.shape[$0] }), operand.dtype)
          node.operands = [append(Node(.reduce(reduction, axes: block), node.operands, type))]
        }
        node.op = .reduce(reduction, axes: blocks[0])
      }
      renumbered.append(append(node))
    }
    var kept: Set<Int> = []
    /// What an output or update reads: a node that a step writes and nobody else lays claim to.
    func own(_ node: Int) -> Int {
      var source = node
      while case .reshape = result.nodes[source].op { source = result.nodes[source].operands[0] }
      let kind = result.nodes[source].op.kind(
        operandTypes: result.nodes[source].operands.map { result.nodes[$0].type.dtype })
      if kind != .given, kind != .movement, source == node, kept.insert(node).inserted {
        return node
      }
      let type = result.nodes[node].type
      let copy = append(Node(.reshape(type.shape), [node], type))
      kept.insert(copy)
      return copy
    }
    result.updates = updates
    for index in updates.indices {
      result.updates[index].node = own(renumbered[updates[index].node])
    }
    result.outputs = outputs
    for index in outputs.indices {
      result.outputs[index].node = own(renumbered[outputs[index].node])
    }
    return (result, kept, renumbered)
  }
}

/// The axes of a fold: `[outer][middle][inner]`, of which the middle one is folded away.
struct FoldDomain: Hashable, Sendable {
  var outer: Int
  var middle: Int
  var inner: Int

  init(outer: Int, middle: Int, inner: Int) {
    (self.outer, self.middle, self.inner) = (outer, middle, inner)
  }

  /// The folded axes in blocks of neighbours; those of one element belong to any.
  static func blocks(_ shape: Shape, axes: [Int]) -> [[Int]] {
    var blocks: [[Int]] = []
    for axis in axes.sorted() {
      if let last = blocks.last, FoldDomain(shape, axes: last + [axis]) != nil {
        blocks[blocks.count - 1].append(axis)
      } else {
        blocks.append([axis])
      }
    }
    return blocks.isEmpty ? [[]] : blocks
  }

  /// Nil if the folded axes are not neighbours.
  init?(_ shape: Shape, axes: [Int]) {
    (outer, middle, inner) = (1, 1, 1)
    var state = 0
    for axis in 0..<shape.rank where shape[axis] != 1 {
      if axes.contains(axis) {
        if state == 2 { return nil }
        state = 1
        middle *= shape[axis]
      } else if state == 0 {
        outer *= shape[axis]
      } else {
        state = 2
        inner *= shape[axis]
      }
    }
  }
}
