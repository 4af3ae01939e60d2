import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// Asks networks for samples, so many at a time, as they stand on a device.
final class Sampler {
  let count: Int
  private let inference: Inference

  /// - Parameters:
  ///   - formulas: what is made of each of `count` samples.
  ///   - moment: at which it will be asked first; nil for networks that do not grow.
  init(
    _ program: TrainingProgram, of formulas: [Formula], count: Int, weights: Weights,
    session: any Session, at moment: GrowthMoment?
  ) throws(RunError) {
    self.count = count
    inference = try Inference(seed: program.experiment.seed, session: session, at: moment) {
      program.sampler(of: formulas, count: count, weights: weights, at: $0)
    }
  }

  /// - Parameters:
  ///   - inputs: of `count` samples.
  ///   - first: place of the first one among all that are asked for, which decides what layers draw.
  /// - Returns: what the formulas make of the first sample, then of the second, …; images with channels
  ///   last and as large as the data's.
  func samples(
    _ inputs: SampleInputs, first: Int = 0, at moment: GrowthMoment?
  ) throws(RunError) -> [Float] {
    try inference.run("samples", inputs.tensors, first: first, at: moment)
  }
}
