import Spec

/// The metrics of an experiment, checked against what its samples are.
package struct MetricPlan: Sendable {
  package struct Entry: Sendable {
    package let metric: any Metric
    package let word: String
    /// What its numbers are called in metrics.csv.
    package let numbers: [String]
  }

  package let section: MetricsSection
  package let entries: [Entry]

  /// - Parameter keepsAverage: whether there are averaged weights to measure.
  /// - Returns: nil when the experiment measures nothing.
  /// - Throws: every metric that does not go with the samples, and an objective that none of them gives.
  package init?(
    _ experiment: Experiment, _ form: SampleForm, keepsAverage: Bool
  ) throws(Diagnostics) {
    guard let section = experiment.metrics else { return nil }
    var findings: [Diagnostic] = []
    var entries: [Entry] = []
    var seen: Set<String> = []
    for choice in section.of {
      let metric = MetricCatalog.metric(choice)
      do throws(MetricMisfit) {
        let numbers = try metric.numbers(of: form)
        if !seen.insert(choice.name).inserted {
          throw MetricMisfit("`\(choice.name)` is measured twice")
        }
        entries.append(Entry(metric: metric, word: choice.name, numbers: numbers))
      } catch {
        findings.append(choice.error(error.message, label: error.label))
      }
    }
    if section.weights == .ema, !keepsAverage {
      findings.append(
        Diagnostic(
          "`weights: ema` in metrics needs averaged weights, and the spec keeps none",
          at: section.weightsOrigin, label: "write schedule.ema, or `weights: raw`"))
    }
    let names = entries.flatMap(\.numbers)
    if findings.isEmpty, let objective = section.objective, !names.contains(objective.metric) {
      findings.append(
        Diagnostic(
          "the objective `\(objective.metric)` is not measured", at: section.objectiveOrigin,
          label: nearest(to: objective.metric, in: names).map { "did you mean `\($0)`?" },
          notes: ["measured: \(names.joined(separator: ", "))"]))
    }
    guard findings.isEmpty else { throw Diagnostics(findings) }
    (self.section, self.entries) = (section, entries)
  }

  /// Generated samples that all of them together want.
  package var sampleCount: Int { entries.map(\.metric.sampleCount).max() ?? 0 }

  /// One number of metrics.csv.
  package struct Measurement: Sendable, Hashable {
    package let name: String
    package let value: Double
    /// The samples it was taken of.
    package let samples: Int
    package let settings: String
  }

  /// All numbers of all metrics.
  package func measure(_ samples: MetricSamples) -> [Measurement] {
    entries.flatMap { entry in
      let count = min(entry.metric.sampleCount, samples.real.count, samples.generated.count)
      let values = entry.metric.measure(
        MetricSamples(
          real: samples.real.prefix(count), generated: samples.generated.prefix(count),
          seed: samples.seed, threads: samples.threads))
      precondition(values.count == entry.numbers.count, "\(entry.word) gives what it names")
      return zip(entry.numbers, values).map { name, value in
        Measurement(
          name: name, value: value, samples: count, settings: entry.metric.settings)
      }
    }
  }
}
