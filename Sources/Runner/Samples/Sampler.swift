import ModelBuilder
import RunFormat
import TensorCore

/// Asks a generator for samples, so many at a time, as it stands on a device.
final class Sampler {
  private struct Compiled {
    let stage: GrowthStage?
    let executable: any Executable
    let feeds: Set<String>
  }

  let count: Int
  private let program: TrainingProgram
  private let weights: Weights
  private let session: any Session
  private var compiled: Compiled?

  /// - Parameter moment: at which it will be asked first; nil for networks that do not grow.
  init(
    _ program: TrainingProgram, count: Int, weights: Weights, session: any Session,
    at moment: GrowthMoment?
  ) throws(RunError) {
    (self.program, self.count, self.weights) = (program, count, weights)
    self.session = session
    _ = try compiled(for: moment?.stage)
  }

  /// - Parameters:
  ///   - latents: `[count, width]`.
  ///   - labels: `count` of them, where the game has some.
  ///   - first: place of the first one among all that are asked for, which decides what layers draw.
  /// - Returns: `count` samples, one after the other, images with channels last and as large as the
  ///   data's.
  func samples(
    _ latents: HostTensor, labels: [Int32]?, first: Int = 0, at moment: GrowthMoment?
  ) throws(RunError) -> [Float] {
    let compiled = try compiled(for: moment?.stage)
    return try onDevice { () throws(BackendError) in
      let executable = compiled.executable
      if compiled.feeds.contains("latents") { try executable.feed("latents", latents) }
      if compiled.feeds.contains("labels"), let labels {
        try executable.feed("labels", array: labels)
      }
      if compiled.feeds.contains("key") {
        let key = Philox.key(
          seed: program.experiment.seed, step: UInt32(truncatingIfNeeded: first))
        try executable.feed("key", array: key)
      }
      if let moment, compiled.feeds.contains(GrowthStage.alphaFeed) {
        try executable.feed(GrowthStage.alphaFeed, array: [moment.alpha])
      }
      try executable.run()
      return try executable.output("samples").floats
    }
  }

  /// The graph of a stage; those of earlier ones are not needed again.
  private func compiled(for stage: GrowthStage?) throws(RunError) -> Compiled {
    if let compiled, compiled.stage == stage { return compiled }
    let graph = program.sampler(count: count, weights: weights, at: stage)
    let made = Compiled(
      stage: stage,
      executable: try onDevice { () throws(BackendError) in try session.compile(graph) },
      feeds: Set(graph.inputs(.feed).map(\.name)))
    compiled = made
    return made
  }
}
