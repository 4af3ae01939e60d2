import TensorCore

/// Where everything is that an executable touches: feeds, constant tables, states, and one arena for
/// the rest, laid out by lifetimes.
@safe final class ExecutableMemory {
  /// A new state that could not be written over the old one while that was still to be read.
  struct FinalCopy {
    let state: String
    let byteCount: Int
    let action: Action

    var work: StepWork { StepWork(operations: 0, bytes: 2 * byteCount) }
  }

  let feeds: [String: AlignedMemory]
  let plan: MemoryPlan
  private(set) var finalCopies: [FinalCopy] = []
  private let states: [String: AlignedMemory]
  private let constants: [AlignedMemory]
  private let arena: AlignedMemory
  private var addresses: [UnsafeMutableRawPointer?]
  /// Offsets in the arena, by step.
  private let scratch: [[Int]]
  private let shared: [[Int]]
  private let outputs: [String: Int]

  init(
    _ facts: Facts, _ schedule: Schedule, _ blueprints: [Blueprint],
    states: [String: AlignedMemory]
  ) throws(BackendError) {
    let graph = facts.graph
    self.states = states
    outputs = Dictionary(graph.outputs.map { ($0.name, $0.node) }) { first, _ in first }
    var addresses = unsafe [UnsafeMutableRawPointer?](repeating: nil, count: graph.nodes.count)
    var feeds: [String: AlignedMemory] = [:]
    var constants: [AlignedMemory] = []
    for (id, node) in graph.nodes.enumerated() {
      switch node.op {
      case .input(let name, .feed, let type):
        let memory = try AlignedMemory(byteCount: type.byteCount)
        feeds[name] = memory
        unsafe addresses[id] = memory.address
      case .input(let name, .state, _): unsafe addresses[id] = states[name]?.address
      case .constant, .iota, .random, .unary, .binary, .compare, .select, .convert, .broadcast,
        .reshape, .transpose, .slice, .pad, .concatenate, .gather, .scatterAdd, .reduce, .matmul,
        .convolution, .convolutionInputGradient, .convolutionWeightGradient, .windowSum,
        .windowSumGradient, .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
        if let table = facts.constantTable(id), schedule.stored[id] {
          let memory = try AlignedMemory(byteCount: node.type.byteCount)
          memory.write(table)
          constants.append(memory)
          unsafe addresses[id] = memory.address
        }
      }
    }
    self.feeds = feeds
    self.constants = constants

    // A value lives from the step that writes it to the last one that reads it; scratch memory for
    // one step; results to the end.
    var lastRead: [Int: Int] = [:]
    for (position, step) in schedule.order.enumerated() {
      for root in schedule.traffic[step].reads { lastRead[root] = position }
    }
    let end = schedule.order.count
    for output in graph.outputs { lastRead[output.node] = end }
    for copy in schedule.copied { lastRead[copy.from] = end }
    var lifetimes: [Lifetime] = []
    var owners: [Int] = []
    var scratch: [[Int]] = []
    for (position, step) in schedule.order.enumerated() {
      for node in schedule.traffic[step].writes
      where schedule.stored[node] && schedule.inPlace[node] == nil {
        owners.append(node)
        lifetimes.append(
          Lifetime(
            first: position, last: lastRead[node] ?? position,
            byteCount: graph.nodes[node].type.byteCount))
      }
    }
    let values = lifetimes.count
    for (position, blueprint) in blueprints.enumerated() {
      scratch.append(blueprint.scratch.indices.map { lifetimes.count + $0 })
      for size in blueprint.scratch {
        lifetimes.append(Lifetime(first: position, last: position, byteCount: size))
      }
    }
    // Blocks that steps share, by identity.
    var blocks: [Int: Int] = [:]
    for (position, blueprint) in blueprints.enumerated() {
      for shared in blueprint.shared {
        if let block = blocks[shared.id] {
          lifetimes[block].last = position
        } else {
          blocks[shared.id] = lifetimes.count
          lifetimes.append(Lifetime(first: position, last: position, byteCount: shared.byteCount))
        }
      }
    }
    let layout = Arena(lifetimes)
    plan = MemoryPlan(
      used: layout.byteCount, least: Arena.peak(lifetimes),
      unshared: lifetimes.reduce(0) { $0 + $1.byteCount })
    arena = try AlignedMemory(byteCount: layout.byteCount)
    for index in 0..<values {
      unsafe addresses[owners[index]] = arena.address + layout.offsets[index]
    }
    shared = blueprints.map { $0.shared.map { layout.offsets[blocks[$0.id] ?? 0] } }
    self.scratch = scratch.map { $0.map { layout.offsets[$0] } }
    for (new, old) in schedule.inPlace { unsafe addresses[new] = addresses[old] }
    unsafe self.addresses = addresses
    for copy in schedule.copied {
      guard let from = unsafe addresses[copy.from], let state = states[copy.state] else {
        throw BackendError("update \(copy.state) was planned without memory")
      }
      let (to, byteCount) = unsafe (state.address, state.byteCount)
      finalCopies.append(
        FinalCopy(state: copy.state, byteCount: byteCount) { () throws(BackendError) in
          unsafe to.copyMemory(from: from, byteCount: byteCount)
        })
    }
  }

  func placement(_ step: Int, threads: Int) -> Placement {
    unsafe Placement(
      addresses: addresses, scratch: scratch[step].map { unsafe arena.address + $0 },
      shared: shared[step].map { unsafe arena.address + $0 }, threads: threads)
  }

  func output(_ name: String, _ type: TensorType) throws(BackendError) -> HostTensor {
    guard let node = outputs[name], let address = unsafe addresses[node] else {
      throw BackendError("output \(name) was planned without memory")
    }
    return unsafe HostTensor(type, at: address)
  }
}

extension Facts {
  /// The elements of a node that no step writes because they are known now.
  fileprivate func constantTable(_ id: Int) -> HostTensor? {
    let node = graph.nodes[id]
    let shape = node.type.shape
    if let number = uniform[id] {
      return HostTensor(shape, [Float](repeating: Float(number), count: shape.count))
    }
    guard case .iota(let axis, _) = node.op else { return nil }
    let stride = shape.strides[axis]
    return HostTensor(shape, (0..<shape.count).map { Float($0 / stride % shape[axis]) })
  }
}
