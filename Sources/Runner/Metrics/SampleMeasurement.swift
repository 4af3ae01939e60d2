import Images
import Metrics
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// Compares what the generator makes, again and again from the same latents, with the data.
final class SampleMeasurement {
  private let real: SampleArray
  private let form: SampleForm
  private let count: Int
  private let chunk: Int
  private let inputs: SampleInputs
  private let labels: [Int32]?
  private let seed: UInt64
  private let threads: Int
  private let sampler: Sampler

  /// - Parameters:
  ///   - wanted: how many samples.
  ///   - moment: at which it will measure first; nil for networks that do not grow.
  init(
    _ program: TrainingProgram, _ run: TrainingSources, _ section: MetricsSection, wanted: Int,
    session: any Session, threads: Int, at moment: GrowthMoment?
  ) throws(RunError) {
    let experiment = program.experiment
    let data = run.first
    form = SampleForm(program)
    (seed, self.threads) = (section.seed, threads)
    count = min(wanted, data.samples.count)
    real = try Self.real(data, form, count: count, seed: section.seed)
    // As many at a time as the training holds in memory anyway.
    chunk = min(count, max(16, min(experiment.data.batch, 256)))
    let total = (count + chunk - 1) / chunk * chunk
    let grid = SampleGrid(
      rows: total, columns: 1, seed: section.seed,
      rowClasses: program.sampledClasses.map { classes in (0..<total).map { $0 % classes } })
    let sampled = [program.sampled].compactMap(\.self)
    inputs = try SampleInputs(grid, program, sampled, data: run)
    labels = grid.labels
    sampler = try Sampler(
      program, of: sampled, count: chunk, weights: section.weights == .ema ? .ema : .raw,
      session: session, at: moment)
  }

  /// The first of the data in an order drawn from the seed, which is not that of any epoch.
  private static func real(
    _ data: TrainingData, _ form: SampleForm, count: Int, seed: UInt64
  ) throws(RunError) -> SampleArray {
    let order = Philox(seed: seed, stream: Philox.streamID(named: "metrics.real"), step: 0)
      .permutation(count: data.samples.count).prefix(count)
    let values = try data.values(of: Array(order))
    return SampleArray(
      form, values: values, labels: data.labels.map { labels in order.map { labels[$0] } })
  }

  /// What metrics are taken of.
  func samples(at moment: GrowthMoment?) throws(RunError) -> MetricSamples {
    var values: [Float] = []
    values.reserveCapacity((count + chunk) * form.size)
    for start in stride(from: 0, to: count, by: chunk) {
      values += try sampler.samples(
        inputs.part(Array(start..<(start + chunk))), first: start, at: moment)
    }
    let generated = SampleArray(
      form, values: Array(values.prefix(count * form.size)),
      labels: labels.map { Array($0.prefix(count)) })
    return MetricSamples(real: real, generated: generated, seed: seed, threads: threads)
  }
}

extension SampleForm {
  init(_ program: TrainingProgram) {
    let experiment = program.experiment
    switch program.sources[0].format {
    case .image(let image):
      self.init(
        height: image.height, width: image.width, channels: image.channels,
        range: experiment.data.range)
    case .vector(let length):
      let mixture = DatasetCatalog.mixture(of: experiment.data.source).map { mixture in
        Mixture(
          centres: mixture.centres.map { [$0.x, $0.y] }, deviation: mixture.standardDeviation)
      }
      self.init(
        height: 1, width: 1, channels: length, range: experiment.data.range, mixture: mixture)
    }
  }
}
