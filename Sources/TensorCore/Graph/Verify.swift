/// Something wrong with a graph that was read, or built by other means than ``GraphBuilder``.
package struct GraphProblem: Error, Hashable, CustomStringConvertible {
  /// The node at fault; nil for outputs and updates.
  package let node: Int?
  package let message: String

  package var description: String { node.map { "%\($0): \(message)" } ?? message }
}

extension Graph {
  /// Everything that keeps this graph from being executed; empty for a sound one.
  ///
  /// Checks that operands stand before their node and fit it, that the types are what the shape rule
  /// says, that names are unique, and that outputs and updates exist. `states` are the states of the
  /// place where the graph will run; without them, an update is compared only with a state that the
  /// graph itself reads.
  package func problems(states: [String: TensorType]? = nil) -> [GraphProblem] {
    var problems: [GraphProblem] = []
    var inputs: Set<String> = []
    var read: [String: TensorType] = [:]
    for (id, node) in nodes.enumerated() {
      func report(_ message: String) { problems.append(GraphProblem(node: id, message: message)) }
      guard node.operands.allSatisfy((0..<id).contains) else {
        report("\(node.op.name) reads a node that does not stand before it")
        continue
      }
      do throws(ShapeError) {
        let type = try node.op.resultType(node.operands.map { nodes[$0].type })
        if type != node.type { report("\(node.op.name) gives \(type), not \(node.type)") }
      } catch {
        report(error.description)
      }
      guard case .input(let name, let role, let type) = node.op else { continue }
      if !inputs.insert(name).inserted { report("there is another input named \(name)") }
      guard role == .state else { continue }
      read[name] = type
      guard let states else { continue }
      if let known = states[name] {
        if known != type { report("state \(name) is \(known), not \(type)") }
      } else {
        report("there is no state \(name)")
      }
    }
    return problems + resultProblems(known: states ?? read, complete: states != nil)
  }

  private func resultProblems(known: [String: TensorType], complete: Bool) -> [GraphProblem] {
    var problems: [GraphProblem] = []
    func report(_ message: String) { problems.append(GraphProblem(node: nil, message: message)) }
    for (kind, list) in [("output", outputs), ("update", updates)] {
      var names: Set<String> = []
      for result in list {
        if !names.insert(result.name).inserted {
          report("there is another \(kind) named \(result.name)")
        }
        if !nodes.indices.contains(result.node) {
          report("\(kind) \(result.name) names %\(result.node), which does not exist")
        }
      }
    }
    for update in updates where nodes.indices.contains(update.node) {
      let type = nodes[update.node].type
      if let state = known[update.name] {
        if state != type { report("update \(update.name) puts \(type) into \(state)") }
      } else if complete {
        report("update \(update.name): there is no such state")
      }
    }
    return problems
  }

  /// Throws the first problem, for those who would execute the graph.
  package func verify(states: [String: TensorType]? = nil) throws(GraphProblem) {
    if let problem = problems(states: states).first { throw problem }
  }
}
