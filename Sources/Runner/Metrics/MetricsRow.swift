import Metrics
import Spec

/// One line of metrics.csv: a number, where the run stood, and the protocol by which it was measured.
package struct MetricsRow: Sendable, Hashable {
  package let step: Int
  package let epoch: Int
  package let images: Int
  package let measurement: MetricPlan.Measurement
  package let seed: UInt64
  package let weights: MetricsSection.Weights

  static let header = "step,epoch,images,metric,value,samples,seed,split,weights,settings\n"

  /// The step of the last row of metrics.csv.
  static func lastStep(in csv: [UInt8]) -> Int? {
    String(decoding: csv, as: UTF8.self).split(separator: "\n").last?
      .split(separator: ",").first.flatMap { Int($0) }
  }

  package var csv: String {
    let number = measurement.value
    // Names and settings have no commas: they are the catalog's own.
    let cells = [
      "\(step)", "\(epoch)", "\(images)", measurement.name, number.isNaN ? "nan" : "\(number)",
      "\(measurement.samples)", "\(seed)", "train", weights.rawValue, measurement.settings,
    ]
    return cells.joined(separator: ",") + "\n"
  }
}
