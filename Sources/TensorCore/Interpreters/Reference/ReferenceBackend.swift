/// The oracle that other backends are held against: every operation as plain loops in double
/// precision. Values are rounded to float32 only where they leave as a ``HostTensor``.
package struct ReferenceBackend: Backend {
  package init() {}
  package var name: String { "reference" }

  package func makeSession(
    states: [(name: String, type: TensorType)], products: ProductPrecision
  ) throws(BackendError) -> any Session {
    ReferenceSession(states: try uniqueStates(states))
  }
}

private final class ReferenceSession: Session {
  let types: [String: TensorType]
  var values: [String: [Double]]

  init(states: [String: TensorType]) {
    types = states
    values = states.mapValues { [Double](repeating: 0, count: $0.shape.count) }
  }

  func write(_ state: String, _ tensor: HostTensor) throws(BackendError) {
    try types.requireState(state, tensor.type)
    values[state] = tensor.doubles
  }

  func read(_ state: String) throws(BackendError) -> HostTensor {
    HostTensor(try types.state(state), rounding: values[state, default: []])
  }

  func compile(
    _ graph: Graph, watching aside: Set<String>
  ) throws(BackendError) -> any Executable {
    try graph.requireSound(states: types)
    return ReferenceExecutable(graph, self)
  }
}

private final class ReferenceExecutable: Executable {
  private let graph: Graph
  private let session: ReferenceSession
  private var feeds: [String: [Double]] = [:]
  private var outputs: [String: [Double]] = [:]

  init(_ graph: Graph, _ session: ReferenceSession) {
    self.graph = graph
    self.session = session
  }

  func feed(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(BackendError) {
    let type = try graph.feedType(name, byteCount: bytes.count)
    feeds[name] =
      switch type.dtype {
      case .float32: (0..<type.shape.count).map { Double(bytes.element($0, as: Float.self)) }
      case .int32: (0..<type.shape.count).map { Double(bytes.element($0, as: Int32.self)) }
      case .uint8: bytes.map(Double.init)
      }
  }

  func run() throws(BackendError) {
    let result = try Reference.evaluate(graph, feeds: feeds, states: session.values)
    outputs = result.outputs
    session.values.merge(result.updates) { $1 }
  }

  func output(_ name: String) throws(BackendError) -> HostTensor {
    let type = try graph.outputType(name)
    guard let value = outputs[name] else {
      throw BackendError("output \(name) is read before the first execution")
    }
    return HostTensor(type, rounding: value)
  }
}

extension UnsafeRawBufferPointer {
  fileprivate func element<Element: BitwiseCopyable>(_ index: Int, as: Element.Type) -> Element {
    loadUnaligned(fromByteOffset: index * MemoryLayout<Element>.stride, as: Element.self)
  }
}

extension HostTensor {
  package var doubles: [Double] {
    switch elements {
    case .float32(let values): values.map(Double.init)
    case .int32(let values): values.map(Double.init)
    case .uint8(let values): values.map(Double.init)
    }
  }

  package init(_ type: TensorType, rounding values: [Double]) {
    switch type.dtype {
    case .float32: self.init(type.shape, values.map { Float($0) })
    case .int32: self.init(type.shape, values.map { Int32($0) })
    case .uint8: self.init(type.shape, values.map { UInt8($0) })
    }
  }
}
