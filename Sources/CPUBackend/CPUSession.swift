import CKernels
import TensorCore

/// States in aligned memory. Use a session and its executables from one thread at a time.
final class CPUSession: Session {
  let threads: Int
  let engine: DNNL.Engine
  private let rules: ConvolutionRules
  private let profiler: Profiler?
  private let types: [String: TensorType]
  private let memory: [String: AlignedMemory]

  init(
    threads: Int, states: [String: TensorType], rules: ConvolutionRules, profiler: Profiler?
  ) throws(BackendError) {
    self.threads = threads
    self.rules = rules
    self.profiler = profiler
    engine = try DNNL.Engine()
    types = states
    let sorted = states.sorted { $0.key < $1.key }
    let parts = try AlignedMemory.together(byteCounts: sorted.map(\.value.byteCount))
    memory = Dictionary(uniqueKeysWithValues: zip(sorted.map(\.key), parts))
  }

  func write(_ state: String, _ tensor: HostTensor) throws(BackendError) {
    try types.requireState(state, tensor.type)
    memory[state]?.write(tensor)
  }

  func read(_ state: String) throws(BackendError) -> HostTensor {
    let type = try types.state(state)
    guard let memory = memory[state] else { throw BackendError("there is no state \(state)") }
    return memory.read(type)
  }

  func compile(
    _ graph: Graph, watching aside: Set<String>
  ) throws(BackendError) -> any Executable {
    try graph.requireSound(states: types)
    // oneDNN plans for the number of threads that the planning thread would use.
    gan_set_threads(UInt32(threads))
    return try CPUExecutable(
      graph, engine, threads: threads, states: memory, rules: rules, watching: aside,
      profiler: profiler)
  }
}
