/// Plans and computes nothing: outputs are zeros, states stay as written. It answers what a program
/// costs (``NullExecutable/plan``) and what the loop around the arithmetic costs.
package struct NullBackend: Backend {
  package init() {}
  package var name: String { "null" }

  package func makeSession(
    states: [(name: String, type: TensorType)], products: ProductPrecision
  ) throws(BackendError) -> any Session {
    NullSession(try uniqueStates(states))
  }
}

private final class NullSession: Session {
  private let types: [String: TensorType]
  private var written: [String: HostTensor] = [:]

  init(_ types: [String: TensorType]) { self.types = types }

  func write(_ state: String, _ tensor: HostTensor) throws(BackendError) {
    try types.requireState(state, tensor.type)
    written[state] = tensor
  }

  func read(_ state: String) throws(BackendError) -> HostTensor {
    let type = try types.state(state)
    return written[state] ?? HostTensor(zeros: type)
  }

  func compile(
    _ graph: Graph, watching aside: Set<String>
  ) throws(BackendError) -> any Executable {
    try graph.requireSound(states: types)
    return NullExecutable(graph)
  }
}

package final class NullExecutable: Executable {
  package let plan: Plan
  private let graph: Graph

  fileprivate init(_ graph: Graph) {
    self.graph = graph
    plan = Plan(graph)
  }

  package func feed(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(BackendError) {
    _ = try graph.feedType(name, byteCount: bytes.count)
  }

  package func run() throws(BackendError) {}

  package func output(_ name: String) throws(BackendError) -> HostTensor {
    HostTensor(zeros: try graph.outputType(name))
  }
}
