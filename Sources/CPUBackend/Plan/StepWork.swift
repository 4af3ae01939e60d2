import TensorCore

/// How much a step does.
package struct StepWork: Sendable, Hashable {
  /// Floating-point operations; of a convolution those of its definition, whatever the kernel makes do with.
  package var operations: Int
  /// Bytes of all that it reads and writes, each once.
  package var bytes: Int

  package init(operations: Int, bytes: Int) { (self.operations, self.bytes) = (operations, bytes) }
}

extension StepWork {
  init(_ step: Int, _ fusion: Fusion, _ schedule: Schedule) {
    let graph = fusion.facts.graph
    func bytes(_ node: Int) -> Int { graph.nodes[node].type.byteCount }
    let written = schedule.traffic[step].writes.filter { schedule.stored[$0] }
    let read: [View]
    switch fusion.steps[step] {
    case .whole(let node):
      operations = graph.operationCount(of: node)
      read = graph.nodes[node].operands.map { fusion.facts.views[$0] }
    case .group(let group):
      let program = TileProgram(fusion, step: step, group, stored: schedule.stored)
      operations = group.count * (program.instructions.count + program.folds.count)
      read = program.sources.map(\.view)
    }
    var reads: [Int: Int] = [:]
    for view in Set(read) {
      let distinct = zip(view.shape.extents, view.strides).reduce(1) { $0 * ($1.1 == 0 ? 1 : $1.0) }
      let size = graph.nodes[view.root].type.dtype.size
      reads[view.root] = min(bytes(view.root), (reads[view.root] ?? 0) + distinct * size)
    }
    self.bytes = reads.values.reduce(0, +) + written.reduce(0) { $0 + bytes($1) }
  }
}
