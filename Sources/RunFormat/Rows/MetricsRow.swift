import Spec

/// One line of metrics.csv: a number, where the run stood, and the protocol by which it was measured.
package struct MetricsRow: Sendable, Hashable {
  package let step: Int
  package let epoch: Int
  package let images: Int
  package let metric: String
  package let value: Double
  /// How many of either kind it was taken from.
  package let samples: Int
  package let seed: UInt64
  /// The data that they are of: `train`, or of values the names of sources.
  package let split: String
  package let weights: String
  /// What else the number depends on, `projections=512`.
  package let settings: String

  package init(
    step: Int, epoch: Int, images: Int, metric: String, value: Double, samples: Int, seed: UInt64,
    split: String = "train", weights: String, settings: String
  ) {
    (self.step, self.epoch, self.images) = (step, epoch, images)
    (self.metric, self.value, self.samples) = (metric, value, samples)
    (self.seed, self.split) = (seed, split)
    (self.weights, self.settings) = (weights, settings)
  }

  // MARK: As a file

  private static let columns = [
    "step", "epoch", "images", "metric", "value", "samples", "seed", "split", "weights", "settings",
  ]

  package static let header = columns.joined(separator: ",") + "\n"

  package var csv: String {
    // Whoever measures gives names and settings no commas.
    let cells = [
      "\(step)", "\(epoch)", "\(images)", metric, value.isNaN ? "nan" : "\(value)",
      "\(samples)", "\(seed)", split, weights, settings,
    ]
    return cells.joined(separator: ",") + "\n"
  }

  /// The rows of a whole file.
  package static func rows(of file: [UInt8]) -> [MetricsRow] {
    let table = CellTable(file)
    guard table.header == columns else { return [] }
    return table.rows.compactMap { MetricsRow($0) }
  }

  private init?(_ cells: [String]) {
    guard let step = Int(cells[0]), let epoch = Int(cells[1]), let images = Int(cells[2]),
      let value = Double(cells[4]), let samples = Int(cells[5]), let seed = UInt64(cells[6])
    else { return nil }
    self.init(
      step: step, epoch: epoch, images: images, metric: cells[3], value: value, samples: samples,
      seed: seed, split: cells[7], weights: cells[8], settings: cells[9])
  }
}
