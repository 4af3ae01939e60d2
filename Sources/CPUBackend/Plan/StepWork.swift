import TensorCore

/// How much a step does.
package struct StepWork: Sendable, Hashable {
  /// Floating-point operations; of a convolution those of its definition, whatever the kernel makes do with.
  package var operations: Int
  /// Bytes of all that it reads and writes, each once.
  package var bytes: Int
}

extension StepWork {
  init(_ step: Int, _ fusion: Fusion, _ schedule: Schedule) {
    let graph = fusion.facts.graph
    func bytes(_ node: Int) -> Int { graph.nodes[node].type.byteCount }
    let traffic = schedule.traffic[step]
    let written = traffic.writes.filter { schedule.stored[$0] }
    self.bytes = traffic.reads.reduce(0) { $0 + bytes($1) } + written.reduce(0) { $0 + bytes($1) }
    switch fusion.steps[step] {
    case .whole(let node): operations = graph.operationCount(of: node)
    case .group(let group):
      let program = TileProgram(fusion, step: step, group, stored: schedule.stored)
      operations = group.count * (program.instructions.count + program.folds.count)
    }
  }
}
