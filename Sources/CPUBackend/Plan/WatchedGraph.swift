import TensorCore

/// A graph made ready to be planned, whose outputs that only watch change nothing else.
///
/// An output can change the bits of others: it makes a value part of a group's results that would
/// have stayed in registers, the tile gets smaller, and a sum is added up in another order. So what
/// is watched is read where the plan without watchers leaves it in memory, and what that plan leaves
/// nowhere is computed a second time, from what it does leave, by nodes that stand behind all others
/// and are fused with each other only.
struct WatchedGraph {
  private(set) var graph: Graph
  /// As of `Graph.normalized`.
  private(set) var kept: Set<Int>
  /// Nodes from here on only watch.
  let firstWatcher: Int

  init(_ source: Graph, watching aside: Set<String>) {
    var plain = source
    plain.outputs.removeAll { aside.contains($0.name) }
    let renumbered: [Int]
    (graph, kept, renumbered) = plain.normalized()
    firstWatcher = graph.nodes.count
    guard !aside.isEmpty else { return }
    let facts = Facts(graph, kept: kept)
    var fusion = Fusion(facts, kept: kept)
    let isStored = Schedule(&fusion, kept: kept).stored
    var copies: [Int: Int] = [:]
    for output in source.outputs where aside.contains(output.name) {
      let node = watched(renumbered[output.node], isStored, facts, &copies)
      graph.outputs.append(Graph.Output(name: output.name, node: owned(node)))
    }
  }

  /// The node that holds the numbers of `node` where a watcher may read them.
  private mutating func watched(
    _ node: Int, _ isStored: [Bool], _ facts: Facts, _ copies: inout [Int: Int]
  ) -> Int {
    if facts.kinds[node] == .given || facts.needed[node] && isStored[node] { return node }
    if let copy = copies[node] { return copy }
    var copy = graph.nodes[node]
    copy.operands = copy.operands.map { watched($0, isStored, facts, &copies) }
    graph.nodes.append(copy)
    copies[node] = graph.nodes.count - 1
    return graph.nodes.count - 1
  }

  /// A node with elements of its own that are there when the execution ends.
  private mutating func owned(_ node: Int) -> Int {
    if node >= firstWatcher, kept.insert(node).inserted { return node }
    let type = graph.nodes[node].type
    graph.nodes.append(Node(.reshape(type.shape), [node], type))
    kept.insert(graph.nodes.count - 1)
    return graph.nodes.count - 1
  }
}
