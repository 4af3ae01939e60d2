/// A tensor on the host: elements in row-major order.
package struct HostTensor: Hashable, Sendable {
  package enum Elements: Hashable, Sendable {
    case float32([Float])
    case int32([Int32])
    case uint8([UInt8])
  }
  package let shape: Shape
  package let elements: Elements

  package init(_ shape: Shape, _ elements: [Float]) {
    precondition(shape.count == elements.count)
    (self.shape, self.elements) = (shape, .float32(elements))
  }
  package init(_ shape: Shape, _ elements: [Int32]) {
    precondition(shape.count == elements.count)
    (self.shape, self.elements) = (shape, .int32(elements))
  }
  package init(_ shape: Shape, _ elements: [UInt8]) {
    precondition(shape.count == elements.count)
    (self.shape, self.elements) = (shape, .uint8(elements))
  }

  package init(zeros type: TensorType) {
    switch type.dtype {
    case .float32: self.init(type.shape, [Float](repeating: 0, count: type.shape.count))
    case .int32: self.init(type.shape, [Int32](repeating: 0, count: type.shape.count))
    case .uint8: self.init(type.shape, [UInt8](repeating: 0, count: type.shape.count))
    }
  }

  package var type: TensorType {
    switch elements {
    case .float32: TensorType(shape, .float32)
    case .int32: TensorType(shape, .int32)
    case .uint8: TensorType(shape, .uint8)
    }
  }
  /// The elements as float32, whatever they are.
  package var floats: [Float] {
    switch elements {
    case .float32(let values): values
    case .int32(let values): values.map(Float.init)
    case .uint8(let values): values.map(Float.init)
    }
  }
}

/// A device refused or failed: what was tried and what it said.
package struct BackendError: Error, Hashable, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
}

/// What products and convolutions round their operands to before they multiply; sums are float32 always.
package enum ProductPrecision: String, CaseIterable, Sendable {
  /// 24 bits: nothing is rounded.
  case float32
  /// 11 bits, at float32's range: what tensor cores take from Ampere on.
  case tf32
  /// 8 bits, at float32's range.
  case bfloat16
}

/// Turns verified graphs into executables that share named states.
package protocol Backend: Sendable {
  /// The word of `--device`.
  var name: String { get }
  /// A place in which states live. `states` are all that any graph of the session reads or updates;
  /// they start as zeros.
  ///
  /// - Parameter products: what is asked for; ``products(_:)`` says what there will be.
  func makeSession(
    states: [(name: String, type: TensorType)], products: ProductPrecision
  ) throws(BackendError) -> any Session
  /// What products are rounded to where `asked` is asked for: no less exact.
  func products(_ asked: ProductPrecision) -> ProductPrecision
}

extension Backend {
  package func makeSession(
    states: [(name: String, type: TensorType)]
  ) throws(BackendError) -> any Session {
    try makeSession(states: states, products: .float32)
  }
  package func products(_ asked: ProductPrecision) -> ProductPrecision { .float32 }
}

package protocol Session: AnyObject {
  func write(_ state: String, _ tensor: HostTensor) throws(BackendError)
  func read(_ state: String) throws(BackendError) -> HostTensor
  /// Plans `graph` once; on the processor nothing is allocated when it runs.
  ///
  /// - Parameter aside: outputs that only watch. On the processor all other outputs and all updates have the bits that
  ///   they have in the graph without these; a compiler of another device may round otherwise for them.
  func compile(_ graph: Graph, watching aside: Set<String>) throws(BackendError) -> any Executable
}

extension Session {
  package func compile(_ graph: Graph) throws(BackendError) -> any Executable {
    try compile(graph, watching: [])
  }
}

package protocol Executable: AnyObject {
  /// Places an input where the next execution reads it. The count of bytes is that of its type.
  func feed(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(BackendError)
  /// Computes outputs and updates; updates are in force when it returns.
  func run() throws(BackendError)
  /// An output of the last execution; waits for it.
  func output(_ name: String) throws(BackendError) -> HostTensor
  /// Outputs of the last execution, for whoever wants to read them when others have begun.
  func outputs(_ names: [String]) throws(BackendError) -> any PromisedOutputs
}

/// Outputs that are being computed, or are there.
package protocol PromisedOutputs {
  /// Whether reading them waits for nothing.
  var areThere: Bool { get }
  /// In the order in which they were asked for.
  func read() throws(BackendError) -> [HostTensor]
}

/// Outputs that have been computed.
private struct ReadOutputs: PromisedOutputs {
  let tensors: [HostTensor]
  var areThere: Bool { true }
  func read() -> [HostTensor] { tensors }
}

extension Executable {
  package func outputs(_ names: [String]) throws(BackendError) -> any PromisedOutputs {
    var tensors: [HostTensor] = []
    for name in names { tensors.append(try output(name)) }
    return ReadOutputs(tensors: tensors)
  }
}

extension Executable {
  package func feed(_ name: String, _ tensor: HostTensor) throws(BackendError) {
    switch tensor.elements {
    case .float32(let values): try feed(name, array: values)
    case .int32(let values): try feed(name, array: values)
    case .uint8(let values): try feed(name, array: values)
    }
  }
  package func feed<Element>(_ name: String, array: [Element]) throws(BackendError) {
    let outcome = array.withUnsafeBytes { bytes -> Result<Void, BackendError> in
      do throws(BackendError) {
        try feed(name, bytes)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
  }
}
