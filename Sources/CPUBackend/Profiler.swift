import CKernels
import Synchronization
import TensorCore

/// Times the steps of every graph that a backend executes. Give one to ``CPUBackend/init(threads:profiler:)``.
package final class Profiler: Sendable {
  private let executions = Mutex<[ExecutionProfile]>([])

  package init() {}

  /// What was measured so far, in the order in which graphs were planned.
  package var profiles: [ExecutionProfile] { executions.withLock { $0 } }

  /// Forgets the times that were taken so far.
  package func restart() {
    executions.withLock { list in
      for graph in list.indices {
        for step in list[graph].steps.indices { list[graph].steps[step].seconds = [] }
      }
    }
  }

  func register(_ profile: ExecutionProfile) -> Int {
    executions.withLock { list in
      list.append(profile)
      return list.count - 1
    }
  }

  /// Runs the steps of a registered graph.
  func run(_ index: Int, _ actions: [Action]) throws(BackendError) {
    let clock = ContinuousClock()
    var times: [Double] = []
    times.reserveCapacity(actions.count)
    var before = clock.now
    for action in actions {
      try action()
      let after = clock.now
      times.append((after - before) / .seconds(1))
      before = after
    }
    executions.withLock { list in
      for (step, time) in times.enumerated() { list[index].steps[step].seconds.append(time) }
    }
  }
}

/// One planned graph.
package struct ExecutionProfile: Sendable {
  /// How often it was executed while times were taken.
  package var executions: Int { steps.first?.seconds.count ?? 0 }
  package fileprivate(set) var steps: [StepProfile]
  package let memory: MemoryPlan
}

package struct StepProfile: Sendable {
  package let label: String
  package let work: StepWork
  /// Of each execution.
  package fileprivate(set) var seconds: [Double] = []

  init(label: String, work: StepWork) { (self.label, self.work) = (label, work) }

  /// The operation: the first word of the label.
  package var kind: String { label.split(separator: " ").first.map(String.init) ?? label }
}

/// What the arena of a graph holds, in bytes.
package struct MemoryPlan: Sendable, Hashable {
  package let used: Int
  /// The most that is alive at one step: no arena can be smaller.
  package let least: Int
  /// What it would be if nothing were put where something else has been.
  package let unshared: Int
}

/// What the processor can do at most, measured now.
package struct MachineLimits: Sendable {
  /// Floating-point operations a second, multiplications and additions in registers.
  package let operations: Double
  /// Bytes a second that go through memory, half of them read and half written.
  package let bytes: Double
  /// Floating-point operations a second of a product of matrices of 1024 × 1024 by oneDNN.
  package let product: Double

  /// The greatest rates of several short looks, as what they are held against is the least time of several rounds: who else
  /// uses the machine takes half of a long one. Takes about a second.
  package static func measured(threads: Int) throws(BackendError) -> MachineLimits {
    let done = try AlignedMemory(byteCount: max(threads, 1) * MemoryLayout<Double>.stride)
    let count = 1 << 26
    let memory = try AlignedMemory(byteCount: count * MemoryLayout<Float>.stride)
    let sums = unsafe done.address.assumingMemoryBound(to: Double.self)
    let floats = unsafe memory.address.assumingMemoryBound(to: Float.self)
    gan_set_threads(UInt32(threads))
    var (operations, bytes) = (0.0, 0.0)
    for _ in 0..<8 {
      unsafe operations = max(operations, gan_multiply_add_rate(sums, UInt32(threads), 0.03))
      unsafe bytes = max(bytes, gan_memory_rate(floats, Int64(count), sums, UInt32(threads), 0.04))
    }
    return MachineLimits(
      operations: operations, bytes: bytes, product: try productRate(threads: threads))
  }

  private static func productRate(threads: Int) throws(BackendError) -> Double {
    let size = 1024
    let builder = GraphBuilder()
    let (left, right) = (builder.feed("left", [size, size]), builder.feed("right", [size, size]))
    let graph = builder.finish(outputs: [("product", left.matmul(right))], updates: [])
    let executable = try CPUBackend(threads: threads).makeSession(states: []).compile(graph)
    let numbers = [Float](repeating: 0.5, count: size * size)
    try executable.feed("left", array: numbers)
    try executable.feed("right", array: numbers)
    let clock = ContinuousClock()
    var least = Double.infinity
    for _ in 0..<20 {
      let start = clock.now
      try executable.run()
      least = min(least, (clock.now - start) / .seconds(1))
    }
    return Double(graph.operationCount) / least
  }

  /// Seconds that work takes at least.
  package func least(_ work: StepWork) -> Double {
    max(Double(work.operations) / operations, Double(work.bytes) / bytes)
  }
}
