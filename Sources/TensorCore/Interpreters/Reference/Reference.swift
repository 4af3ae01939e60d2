/// Evaluates graphs in double precision from end to end.
package enum Reference {
  package struct Result: Sendable {
    package let outputs: [String: [Double]]
    package let updates: [String: [Double]]
  }

  /// What a sound graph makes of its inputs; states it reads and feeds must be there, with as many
  /// elements as their types say. Integers are held exactly.
  package static func evaluate(
    _ graph: Graph, feeds: [String: [Double]], states: [String: [Double]] = [:]
  ) throws(BackendError) -> Result {
    var values: [[Double]] = []
    values.reserveCapacity(graph.nodes.count)
    for node in graph.nodes {
      if case .input(let name, let role, let type) = node.op {
        let given = role == .feed ? feeds[name] : states[name]
        guard let given else { throw BackendError("\(role.rawValue) \(name) is missing") }
        guard given.count == type.shape.count else {
          throw BackendError("\(role.rawValue) \(name) is \(type), not \(given.count) elements")
        }
        values.append(given)
      } else {
        let operands = node.operands.map {
          Tensor(type: graph.nodes[$0].type, elements: values[$0])
        }
        values.append(try evaluate(node, operands))
      }
    }
    func named(_ list: [Graph.Output]) -> [String: [Double]] {
      Dictionary(list.map { ($0.name, values[$0.node]) }) { first, _ in first }
    }
    return Result(outputs: named(graph.outputs), updates: named(graph.updates))
  }

  struct Tensor {
    let type: TensorType
    let elements: [Double]
    var shape: Shape { type.shape }
  }

  private static func evaluate(
    _ node: Node, _ operands: [Tensor]
  ) throws(BackendError) -> [Double] {
    let result = node.type.shape
    var a: Tensor { operands[0] }
    var b: Tensor { operands[1] }
    switch node.op {
    case .input: return []  // Placed by the caller.
    case .constant(let number): return [number]
    case .iota(let axis, let shape): return iota(axis, shape)
    case .random(let distribution, let stream, let shape):
      let generator = Philox(key: a.elements.map { Int32($0) }, stream: stream)
      return generator.draw(distribution, count: shape.count).map(Double.init)

    case .unary(let function): return a.elements.map { value(function, $0) }
    case .binary(let function): return zip(a.elements, b.elements).map { value(function, $0, $1) }
    case .compare(let relation):
      return zip(a.elements, b.elements).map { holds(relation, $0, $1) ? 1 : 0 }
    case .select:
      return a.elements.indices.map { (a.elements[$0] != 0 ? b : operands[2]).elements[$0] }
    case .convert(let dtype): return a.elements.map { converted($0, to: dtype) }

    case .broadcast(_, let axes): return broadcast(a, result, axes)
    case .reshape: return a.elements
    case .transpose(let permutation): return transpose(a, result, permutation)
    case .slice(let start, _, let step): return slice(a, result, start, step)
    case .pad(let low, _, let interior): return pad(a, result, low, interior)
    case .concatenate(let axis): return concatenate(operands, result, axis)
    case .gather: return try gather(a, b)
    case .scatterAdd(let rows): return try scatterAdd(a, b, rows)

    case .reduce(let reduction, let axes): return reduce(a, reduction, axes)
    case .matmul(let left, let right): return matmul(a, b, result, left, right)

    case .convolution(let geometry): return convolution(a, b, result, geometry)
    case .convolutionInputGradient(let geometry, _, _):
      return convolutionInputGradient(a, b, result, geometry)
    case .convolutionWeightGradient(let geometry, _, _):
      return convolutionWeightGradient(a, b, result, geometry)

    case .windowSum(let window): return windowSum(a, result, window)
    case .windowSumGradient(let window, _, _): return windowSumGradient(a, result, window)
    case .windowMaximum(let window): return firstMaxima(a, window).map { a.elements[$0] }
    case .windowMaximumGradient(let window): return windowMaximumGradient(a, b, window)
    case .windowMaximumSelect(let window): return firstMaxima(a, window).map { b.elements[$0] }
    }
  }
}
