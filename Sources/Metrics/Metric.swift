import Spec

/// What a metric says of samples. One file a metric in `Measures`, and one line in ``MetricCatalog``.
package protocol Metric: Sendable {
  static var declaration: Declaration { get }
  init(_ record: Record)
  /// How many generated samples it wants, and as many real ones; fewer real ones mean fewer of both.
  var sampleCount: Int { get }
  /// Which numbers it gives for samples of a form.
  ///
  /// - Throws: why it cannot be taken of such samples.
  func numbers(of form: SampleForm) throws(MetricMisfit) -> [String]
  /// Those numbers, in that order. A number that the samples do not have is nan.
  func measure(_ samples: MetricSamples) -> [Double]
  /// What else decides them, for metrics.csv: `patches=128 projections=512`.
  var settings: String { get }
}

/// Why a metric does not go with the samples.
package struct MetricMisfit: Error, Hashable {
  package let message: String
  package let label: String?

  package init(_ message: String, label: String? = nil) {
    (self.message, self.label) = (message, label)
  }
}

/// What one sample is: an image, or a vector where there is one place and `channels` numbers in it.
package struct SampleForm: Sendable, Hashable {
  package let height: Int
  package let width: Int
  package let channels: Int
  package let range: ValueRange
  /// What a mixture was drawn from; nil for data without known centres.
  package let mixture: Mixture?

  package init(
    height: Int, width: Int, channels: Int, range: ValueRange, mixture: Mixture? = nil
  ) {
    (self.height, self.width, self.channels) = (height, width, channels)
    (self.range, self.mixture) = (range, mixture)
  }

  package var isVector: Bool { height == 1 && width == 1 }
  package var size: Int { height * width * channels }
}

/// Gaussians of one width around known centres, in the coordinates of the samples.
package struct Mixture: Sendable, Hashable {
  package let centres: [[Double]]
  package let deviation: Double

  package init(centres: [[Double]], deviation: Double) {
    (self.centres, self.deviation) = (centres, deviation)
  }
}

/// Samples, channels last: `[count, height, width, channels]`.
package struct SampleArray: Sendable {
  package let form: SampleForm
  package let values: [Float]
  /// The class of each, where they have one.
  package let labels: [Int32]?

  package init(_ form: SampleForm, values: [Float], labels: [Int32]? = nil) {
    precondition(values.count % form.size == 0)
    (self.form, self.values, self.labels) = (form, values, labels)
  }

  package var count: Int { values.count / form.size }

  func prefix(_ count: Int) -> SampleArray {
    SampleArray(
      form, values: Array(values.prefix(count * form.size)),
      labels: labels.map { Array($0.prefix(count)) })
  }

  /// Images as pictures show them: nothing below black, nothing above white. Vectors have no bounds.
  var clipped: SampleArray {
    if form.isVector { return self }
    let (low, high) = (Float(form.range.low), Float(form.range.high))
    return SampleArray(form, values: values.map { min(max($0, low), high) }, labels: labels)
  }
}

/// What a metric is taken of.
package struct MetricSamples: Sendable {
  package let real: SampleArray
  package let generated: SampleArray
  /// Of what a metric draws.
  package let seed: UInt64
  package let threads: Int

  package init(real: SampleArray, generated: SampleArray, seed: UInt64, threads: Int) {
    precondition(real.form.size == generated.form.size)
    (self.real, self.generated) = (real, generated)
    (self.seed, self.threads) = (seed, max(1, threads))
  }
}
