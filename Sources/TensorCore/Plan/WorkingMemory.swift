extension Plan {
  /// About how many bytes a backend needs besides feeds and states to execute the graph: as a plan node by
  /// node, but for what backends that fuse keep nowhere, and new states, which take the place of the
  /// old.
  package static func workingBytes(of graph: Graph) -> Int {
    let plan = Plan(graph)
    var isKept = [Bool](repeating: false, count: plan.lifetimes.count)
    for (node, block) in zip(graph.nodes, plan.blocks) {
      guard let block, !node.op.isFusedAway else { continue }
      isKept[block] = true
    }
    for update in graph.updates {
      if let block = plan.blocks[update.node] { isKept[block] = false }
    }
    let kept = zip(plan.lifetimes, isKept).filter { $0.1 }.map(\.0)
    return Arena.peak(kept)
  }
}

extension Op {
  /// Whether it is computed where it is read.
  fileprivate var isFusedAway: Bool {
    switch self {
    case .constant, .iota, .broadcast, .reshape: true
    case .input, .random, .unary, .binary, .compare, .select, .convert, .transpose, .slice, .pad,
      .concatenate, .gather, .scatterAdd, .reduce, .matmul, .convolution,
      .convolutionInputGradient, .convolutionWeightGradient, .windowSum, .windowSumGradient,
      .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
      false
    }
  }
}
