import Metrics
import ModelBuilder
import RunFormat
import Spec
import TensorCore

/// Measures what the networks have come to, again and again in the same way.
final class Evaluation {
  private let plan: MetricPlan
  /// nil: no metric is of samples.
  private let samples: SampleMeasurement?
  private let values: [ValueMeasurement]

  /// nil when the experiment measures nothing.
  ///
  /// - Parameter moment: at which it will measure first; nil for networks that do not grow.
  init?(
    _ program: TrainingProgram, _ run: TrainingSources, session: any Session, threads: Int,
    at moment: GrowthMoment?
  ) throws(RunError) {
    let found: MetricPlan?
    do throws(Diagnostics) {
      found = try MetricPlan(program.experiment, program)
    } catch {
      throw .data(error.entries.map(\.message).joined(separator: "; "))
    }
    guard let found else { return nil }
    plan = found
    samples =
      found.sampleCount == 0
      ? nil
      : try SampleMeasurement(
        program, run, found.section, wanted: found.sampleCount, session: session,
        threads: threads, at: moment)
    var values: [ValueMeasurement] = []
    for measure in program.measures {
      values.append(
        try ValueMeasurement(program, measure, run, found.section, session: session))
    }
    self.values = values
  }

  var section: MetricsSection { plan.section }

  func measure(at moment: GrowthMoment?) throws(RunError) -> [MetricPlan.Measurement] {
    var numbers: [MetricPlan.Measurement] = []
    for value in values { numbers.append(try value.measure(at: moment)) }
    return plan.measure(try samples?.samples(at: moment), values: numbers)
  }
}

extension MetricPlan {
  /// The metrics of an experiment, checked against what its networks make.
  ///
  /// - Throws: as the plan of a form.
  package init?(_ experiment: Experiment, _ program: TrainingProgram) throws(Diagnostics) {
    try self.init(
      experiment, program.sampled.map { _ in SampleForm(program) },
      keepsAverage: program.weights.contains(.ema),
      nameOfValue: { PlannedMeasure($0)?.name })
  }
}
