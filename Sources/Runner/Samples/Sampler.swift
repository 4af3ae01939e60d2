import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// Asks networks for samples, so many at a time, as they stand on a device.
final class Sampler {
  private struct Compiled {
    let stage: GrowthStage?
    let executable: any Executable
    let feeds: Set<String>
  }

  let count: Int
  private let program: TrainingProgram
  private let formulas: [Formula]
  private let weights: Weights
  private let session: any Session
  private var compiled: Compiled?

  /// - Parameters:
  ///   - formulas: what is made of each of `count` samples.
  ///   - moment: at which it will be asked first; nil for networks that do not grow.
  init(
    _ program: TrainingProgram, of formulas: [Formula], count: Int, weights: Weights,
    session: any Session, at moment: GrowthMoment?
  ) throws(RunError) {
    (self.program, self.count, self.weights) = (program, count, weights)
    self.formulas = formulas
    self.session = session
    _ = try compiled(for: moment?.stage)
  }

  /// - Parameters:
  ///   - inputs: of `count` samples.
  ///   - first: place of the first one among all that are asked for, which decides what layers draw.
  /// - Returns: what the formulas make of the first sample, then of the second, …; images with channels
  ///   last and as large as the data's.
  func samples(
    _ inputs: SampleInputs, first: Int = 0, at moment: GrowthMoment?
  ) throws(RunError) -> [Float] {
    let compiled = try compiled(for: moment?.stage)
    return try onDevice { () throws(BackendError) in
      let executable = compiled.executable
      for (name, tensor) in inputs.tensors where compiled.feeds.contains(name) {
        try executable.feed(name, tensor)
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
    let graph = program.sampler(of: formulas, count: count, weights: weights, at: stage)
    let made = Compiled(
      stage: stage,
      executable: try onDevice { () throws(BackendError) in try session.compile(graph) },
      feeds: Set(graph.inputs(.feed).map(\.name)))
    compiled = made
    return made
  }
}
