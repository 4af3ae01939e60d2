/// One operation and where its operands come from.
package struct Node: Hashable, Sendable {
  package var op: Op
  /// Indices of earlier nodes.
  package var operands: [Int]
  package var type: TensorType

  package init(_ op: Op, _ operands: [Int], _ type: TensorType) {
    self.op = op
    self.operands = operands
    self.type = type
  }
}

/// A pure function from inputs and states to outputs and new states, in single-assignment order:
/// a node's operands always stand before it.
package struct Graph: Hashable, Sendable {
  package struct Output: Hashable, Sendable {
    package var name: String
    package var node: Int

    package init(name: String, node: Int) { (self.name, self.node) = (name, node) }
  }
  package var nodes: [Node]
  /// What the caller reads after an execution.
  package var outputs: [Output]
  /// `update name ← value`: the new value of a state, in force when the execution ends.
  package var updates: [Output]

  package init(nodes: [Node], outputs: [Output], updates: [Output]) {
    self.nodes = nodes
    self.outputs = outputs
    self.updates = updates
  }

  /// The inputs of `role` in order of first appearance.
  package func inputs(_ role: InputRole) -> [(name: String, type: TensorType, node: Int)] {
    nodes.enumerated().compactMap { index, node in
      guard case .input(let name, role, let type) = node.op else { return nil }
      return (name, type, index)
    }
  }
}
