import Spec

/// The metrics of an experiment, checked against what its samples are.
package struct MetricPlan: Sendable {
  package struct Entry: Sendable {
    /// nil: the number is of values, which whoever knows them measures.
    package let metric: (any Metric)?
    package let word: String
    /// What its numbers are called in metrics.csv.
    package let numbers: [String]
  }

  package let section: MetricsSection
  package let entries: [Entry]

  /// - Parameters:
  ///   - form: of the samples; nil: there are none.
  ///   - keepsAverage: whether there are averaged weights to measure.
  ///   - nameOfValue: what the number of a metric of values is called; nil for a metric of samples.
  /// - Returns: nil when the experiment measures nothing.
  /// - Throws: every metric that does not go with the samples, and an objective that none of them gives.
  package init?(
    _ experiment: Experiment, _ form: SampleForm?, keepsAverage: Bool,
    nameOfValue: (Choice) -> String?
  ) throws(Diagnostics) {
    guard let section = experiment.metrics else { return nil }
    var findings: [Diagnostic] = []
    var entries: [Entry] = []
    var seen: Set<String> = []
    var taken: Set<String> = []
    for choice in section.of {
      do throws(MetricMisfit) {
        let entry: Entry
        if let name = nameOfValue(choice) {
          entry = Entry(metric: nil, word: choice.name, numbers: [name])
        } else {
          guard let form else {
            throw MetricMisfit(
              "\(choice.name) is of samples like those of the first data source, and this game makes none",
              label:
                "measure values (`accuracy`, `difference`), or show one that is made of latents")
          }
          let metric = MetricCatalog.metric(choice)
          entry = Entry(
            metric: metric, word: choice.name, numbers: try metric.numbers(of: form))
          if !seen.insert(choice.name).inserted {
            throw MetricMisfit("`\(choice.name)` is measured twice")
          }
        }
        if let double = entry.numbers.first(where: taken.contains) {
          throw MetricMisfit(
            "two numbers of metrics are called `\(double)`",
            label: "give \(entry.metric == nil ? "this" : "the other") one a `name` of its own")
        }
        taken.formUnion(entry.numbers)
        entries.append(entry)
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
  package var sampleCount: Int { entries.compactMap { $0.metric?.sampleCount }.max() ?? 0 }

  /// One number of metrics.csv.
  package struct Measurement: Sendable, Hashable {
    package let name: String
    package let value: Double
    /// The samples it was taken of.
    package let samples: Int
    /// The data that they are of: `train`, or the names of sources.
    package let split: String
    package let settings: String

    package init(name: String, value: Double, samples: Int, split: String, settings: String) {
      (self.name, self.value, self.samples) = (name, value, samples)
      (self.split, self.settings) = (split, settings)
    }
  }

  /// All numbers of all metrics, in the order of the file.
  ///
  /// - Parameters:
  ///   - samples: nil where `sampleCount` is 0.
  ///   - values: the numbers of values.
  package func measure(_ samples: MetricSamples?, values measured: [Measurement]) -> [Measurement] {
    entries.flatMap { entry -> [Measurement] in
      guard let metric = entry.metric, let samples else {
        return measured.filter { entry.numbers.contains($0.name) }
      }
      let count = min(metric.sampleCount, samples.real.count, samples.generated.count)
      let values = metric.measure(
        MetricSamples(
          real: samples.real.prefix(count), generated: samples.generated.prefix(count),
          seed: samples.seed, threads: samples.threads))
      precondition(values.count == entry.numbers.count, "\(entry.word) gives what it names")
      return zip(entry.numbers, values).map { name, value in
        Measurement(
          name: name, value: value, samples: count, split: "train", settings: metric.settings)
      }
    }
  }
}
