/// Where the result of an operation may lie.
package enum Storage: Hashable, Sendable {
  /// Outside the arena: feeds and states.
  case external
  /// The very bytes of its operand.
  case alias
  /// Memory of its own, or that of an operand of equal size that nobody reads later.
  case inPlace
  /// Memory of its own.
  case own
}

extension Op {
  package var storage: Storage {
    switch self {
    case .input: .external
    case .reshape: .alias
    case .unary, .binary, .compare, .select, .convert: .inPlace
    case .constant, .iota, .random, .broadcast, .transpose, .slice, .pad, .concatenate, .gather,
      .scatterAdd, .reduce, .matmul, .convolution, .convolutionInputGradient,
      .convolutionWeightGradient, .windowSum, .windowSumGradient, .windowMaximum,
      .windowMaximumGradient, .windowMaximumSelect:
      .own
    }
  }
}

/// An execution of a graph node by node, in the order in which it was written, with every
/// intermediate in one arena. A backend that fuses needs less; this is what needs no cleverness.
package struct Plan: Sendable {
  /// For each node, which block of the arena holds its value; nil for values outside the arena.
  package let blocks: [Int?]
  package let lifetimes: [Lifetime]
  package let arena: Arena
  /// What the intermediates would take with a block for each.
  package let bytesWithoutReuse: Int
  package let feedBytes: Int
  package let stateBytes: Int

  /// Results live to the end of the execution, every other value until its last reader has run.
  package init(_ graph: Graph, alignment: Int = 64) {
    let lastReads = Self.lastReads(of: graph)
    var blocks = [Int?](repeating: nil, count: graph.nodes.count)
    var lifetimes: [Lifetime] = []
    for (step, node) in graph.nodes.enumerated() {
      let size = node.type.byteCount
      let reused: Int?
      switch node.op.storage {
      case .external: continue
      case .alias:
        guard let block = blocks[node.operands[0]] else { continue }
        reused = block
      case .inPlace:
        reused = node.operands.lazy.compactMap { blocks[$0] }
          .first { lifetimes[$0].last == step && lifetimes[$0].byteCount == size }
      case .own: reused = nil
      }
      if let reused {
        lifetimes[reused].last = max(lifetimes[reused].last, lastReads[step])
      } else {
        lifetimes.append(Lifetime(first: step, last: lastReads[step], byteCount: size))
      }
      blocks[step] = reused ?? lifetimes.count - 1
    }
    func bytes(_ role: InputRole) -> Int {
      graph.inputs(role).reduce(0) { $0 + $1.type.byteCount }
    }
    self.blocks = blocks
    self.lifetimes = lifetimes
    arena = Arena(lifetimes, alignment: alignment)
    bytesWithoutReuse = zip(graph.nodes, blocks).reduce(0) {
      $0 + ($1.1 == nil || $1.0.op.storage == .alias ? 0 : $1.0.type.byteCount)
    }
    feedBytes = bytes(.feed)
    stateBytes = bytes(.state)
  }

  /// The arena's size: the most memory that intermediates and results take at once.
  package var peakBytes: Int { arena.byteCount }

  /// Where the value of a node starts in the arena; nil for values outside it.
  package func offset(of node: Int) -> Int? { blocks[node].map { arena.offsets[$0] } }

  /// One line for people: what the arena takes and what reuse saved.
  package var report: String {
    "\(Self.mebibytes(peakBytes)) MiB at the peak (\(Self.mebibytes(bytesWithoutReuse)) without reuse)"
      + ", feeds \(Self.mebibytes(feedBytes)), states \(Self.mebibytes(stateBytes))"
  }

  /// The last step that reads each node; the step after the last for results.
  private static func lastReads(of graph: Graph) -> [Int] {
    var last = Array(graph.nodes.indices)
    for (step, node) in graph.nodes.enumerated() {
      for operand in node.operands { last[operand] = step }
    }
    for result in graph.outputs + graph.updates { last[result.node] = graph.nodes.count }
    return last
  }

  private static func mebibytes(_ bytes: Int) -> String {
    let tenths = (bytes * 10 + 1 << 19) >> 20
    return "\(tenths / 10).\(tenths % 10)"
  }
}
