import TensorCore

/// The order of the steps, and which new states are written over the old ones.
struct Schedule {
  /// What a step reads and writes, by node.
  struct Traffic {
    var reads: Set<Int> = []
    var writes: [Int] = []
    /// Nodes that the step reads only element for element with what it writes.
    var aligned: Set<Int> = []
  }

  private(set) var order: [Int] = []
  let traffic: [Traffic]
  /// New states that live in the memory of the old one: node of the new value → node of the state.
  private(set) var inPlace: [Int: Int] = [:]
  /// Updates that are copied into their states when all else is done.
  private(set) var copied: [(from: Int, state: String)] = []
  /// Whether a node must be in memory: somebody outside its step reads it.
  private(set) var stored: [Bool]

  init(_ fusion: inout Fusion, kept: Set<Int>) {
    let graph = fusion.facts.graph
    traffic = fusion.steps.indices.map { Self.traffic(fusion, $0) }
    stored = graph.nodes.indices.map { kept.contains($0) }
    for step in traffic {
      for root in step.reads { stored[root] = true }
    }
    var readers: [Int: [Int]] = [:]
    for (step, traffic) in traffic.enumerated() {
      for root in traffic.reads { readers[root, default: []].append(step) }
    }
    var states: [String: (node: Int, type: TensorType)] = [:]
    for input in graph.inputs(.state) { states[input.name] = (input.node, input.type) }
    for update in graph.updates {
      guard let step = fusion.writer[update.node], fusion.facts.uniform[update.node] == nil else {
        copied.append((update.node, update.name))
        continue
      }
      guard let old = states[update.name] else {
        copied.append((update.node, update.name))
        continue
      }
      let others = (readers[old.node] ?? []).filter { $0 != step }
      let readsItself = traffic[step].reads.contains(old.node)
      let safe =
        (!readsItself
          || traffic[step].aligned.contains(old.node)
            && fusion.facts.kinds[update.node] == .elementwise)
        && others.allSatisfy { !fusion.ancestors[$0].contains(step) }
      // Ordering one reader may close the way for the next, so each is asked for.
      if safe, others.allSatisfy({ fusion.require($0, before: step) }) {
        inPlace[update.node] = old.node
      } else {
        copied.append((update.node, update.name))
      }
    }
    order = Self.order(fusion, urgent: Set(inPlace.keys.compactMap { fusion.writer[$0] }))
  }

  /// In the order of the graph, but new states as soon as they can be: their gradients are still in
  /// the cache then, and need no memory afterwards.
  private static func order(_ fusion: Fusion, urgent: Set<Int>) -> [Int] {
    let priority = fusion.steps.enumerated().map { index, step in
      if urgent.contains(index) { return -1 }
      switch step {
      case .group(let group): return group.anchors.max() ?? 0
      case .whole(let node): return node
      }
    }
    var waiting = Array(fusion.steps.indices).sorted { (priority[$0], $0) < (priority[$1], $1) }
    var order: [Int] = []
    var done = BitSet()
    while !waiting.isEmpty {
      let next = waiting.firstIndex { fusion.ancestors[$0].isSubset(of: done) }
      guard let next else { preconditionFailure("the steps wait for each other") }
      done.insert(waiting[next])
      order.append(waiting.remove(at: next))
    }
    return order
  }

  private static func traffic(_ fusion: Fusion, _ step: Int) -> Traffic {
    var traffic = Traffic()
    switch fusion.steps[step] {
    case .whole(let node):
      traffic.writes = [node]
      for operand in fusion.facts.graph.nodes[node].operands {
        traffic.reads.insert(fusion.facts.views[operand].root)
      }
    case .group(let group):
      traffic.writes = group.anchors
      let everything = [Bool](repeating: true, count: fusion.facts.graph.nodes.count)
      let program = TileProgram(fusion, step: step, group, stored: everything)
      var views = program.sources.map { ($0.view, $0.element) }
      for case .memory(let view) in program.scalars { views.append((view, .float32)) }
      traffic.reads = Set(views.map(\.0.root))
      traffic.aligned = traffic.reads.filter { root in
        views.allSatisfy { view, element in
          view.root != root
            || element == .float32 && view.isDense && view.offset == 0
              && view.shape.count == group.count
              && fusion.facts.graph.nodes[root].type.shape.count == group.count
        }
      }
    }
    return traffic
  }
}

extension BitSet {
  func isSubset(of other: BitSet) -> Bool {
    for index in words.indices where words[index] != 0 {
      if index >= other.words.count || words[index] & ~other.words[index] != 0 { return false }
    }
    return true
  }
}
