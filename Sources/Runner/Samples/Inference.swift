import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// A graph that networks answer in without moving, as they stand on a device.
final class Inference {
  private struct Compiled {
    let stage: GrowthStage?
    let executable: any Executable
    let feeds: Set<String>
  }

  private let seed: UInt64
  private let session: any Session
  private let write: (GrowthStage?) -> Graph
  private var compiled: Compiled?

  /// - Parameters:
  ///   - seed: of what layers draw.
  ///   - moment: at which it will be asked first; nil for networks that do not grow.
  ///   - write: the graph in a stage of growing.
  init(
    seed: UInt64, session: any Session, at moment: GrowthMoment?,
    _ write: @escaping (GrowthStage?) -> Graph
  ) throws(RunError) {
    (self.seed, self.session, self.write) = (seed, session, write)
    _ = try compiled(for: moment?.stage)
  }

  /// - Parameters:
  ///   - tensors: what may be fed, of which the graph takes what it needs.
  ///   - first: place of the first sample among all that are asked for, which decides what layers draw.
  /// - Returns: the output of that name.
  func run(
    _ output: String, _ tensors: [String: HostTensor], first: Int, at moment: GrowthMoment?
  ) throws(RunError) -> [Float] {
    let compiled = try compiled(for: moment?.stage)
    return try onDevice { () throws(BackendError) in
      let executable = compiled.executable
      for (name, tensor) in tensors where compiled.feeds.contains(name) {
        try executable.feed(name, tensor)
      }
      if compiled.feeds.contains("key") {
        let key = Philox.key(seed: seed, step: UInt32(truncatingIfNeeded: first))
        try executable.feed("key", array: key)
      }
      if let moment, compiled.feeds.contains(GrowthStage.alphaFeed) {
        try executable.feed(GrowthStage.alphaFeed, array: [moment.alpha])
      }
      try executable.run()
      return try executable.output(output).floats
    }
  }

  /// The graph of a stage; those of earlier ones are not needed again.
  private func compiled(for stage: GrowthStage?) throws(RunError) -> Compiled {
    if let compiled, compiled.stage == stage { return compiled }
    let graph = write(stage)
    let made = Compiled(
      stage: stage,
      executable: try onDevice { () throws(BackendError) in try session.compile(graph) },
      feeds: Set(graph.inputs(.feed).map(\.name)))
    compiled = made
    return made
  }
}
