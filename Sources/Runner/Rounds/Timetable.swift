import RunFormat
import Spec

/// When what happens: rounds, batches, images and epochs, each a function of how many rounds have
/// been played.
///
/// A round takes one batch for each critic step. An epoch is one pass through the data; a round may
/// begin in one and end in the next.
package struct Timetable: Sendable, Hashable {
  package let imageCount: Int
  package let batch: Int
  package let dropLast: Bool
  /// Batches that one round takes.
  package let batchesPerRound: Int
  /// Rounds of the whole run. A length in epochs or images is played until it is reached, so the last
  /// round may go beyond it.
  package let rounds: Int

  /// Batches and images of a run are counted exactly, in Double too.
  private static let most = 1 << 53

  /// - Throws: `.data` when `drop_last` leaves nothing, or when there would be more than 2⁵³ images.
  package init(
    length: TrainingLength, imageCount: Int, batch: Int, dropLast: Bool, batchesPerRound: Int
  ) throws(RunError) {
    guard imageCount >= (dropLast ? batch : 1) else {
      throw .data(
        "data.batch is \(batch) and the data have \(imageCount) samples: "
          + "with drop_last no batch is left")
    }
    (self.imageCount, self.batch, self.dropLast) = (imageCount, batch, dropLast)
    self.batchesPerRound = batchesPerRound
    let perEpoch = Self.batches(imageCount, batch, dropLast)
    let imagesPerEpoch = dropLast ? perEpoch * batch : imageCount
    func rounds(batches: Int?) -> Int? {
      batches.map { $0 / batchesPerRound + ($0 % batchesPerRound == 0 ? 0 : 1) }
    }
    let count: Int?
    switch length {
    case .steps(let steps): count = steps
    case .epochs(let epochs): count = rounds(batches: epochs.times(perEpoch))
    case .images(let images):
      let (epochs, rest) = images.quotientAndRemainder(dividingBy: imagesPerEpoch)
      count = rounds(batches: epochs.times(perEpoch).map { $0 + (rest + batch - 1) / batch })
    }
    guard let count, let shown = count.times(batchesPerRound)?.times(batch), shown <= Self.most
    else {
      throw .data(
        "schedule.length is \(length.words), and with the batches of this spec that is more than "
          + "9·10¹⁵ images: no run is so long")
    }
    self.rounds = count
  }

  private static func batches(_ imageCount: Int, _ batch: Int, _ dropLast: Bool) -> Int {
    dropLast ? imageCount / batch : (imageCount + batch - 1) / batch
  }

  package var batchesPerEpoch: Int { Self.batches(imageCount, batch, dropLast) }

  /// Places of batch `index` (counted over the whole run) in the order of its epoch.
  package func places(ofBatch index: Int) -> Range<Int> {
    let start = index % batchesPerEpoch * batch
    return start..<min(start + batch, imageCount)
  }

  /// Exact within the run; where a schedule looks far beyond its end, the largest number there is.
  package func batches(after rounds: Int) -> Int { rounds.times(batchesPerRound) ?? .max }

  package func images(after rounds: Int) -> Int { imageCount(inBatches: batches(after: rounds)) }

  /// How many stand in the first so many batches of a run.
  func imageCount(inBatches count: Int) -> Int {
    let (epochs, rest) = count.quotientAndRemainder(dividingBy: batchesPerEpoch)
    let whole = epochs.times(dropLast ? batchesPerEpoch * batch : imageCount)
    return whole.flatMap { $0.plus(rest * batch) } ?? .max
  }

  package func finishedEpochs(after rounds: Int) -> Int {
    batches(after: rounds) / batchesPerEpoch
  }

  /// The epoch, counted from 1, in which the last of these rounds took its last batch.
  package func epoch(of rounds: Int) -> Int {
    (max(batches(after: rounds), 1) - 1) / batchesPerEpoch + 1
  }

  /// Passes through the data as a fraction.
  package func epochFraction(after rounds: Int) -> Double {
    Double(batches(after: rounds)) / Double(batchesPerEpoch)
  }

  /// Epochs of the whole run.
  package var epochs: Int { epoch(of: rounds) }

  /// Whether something that happens every `period` happens now that `rounds` have been played.
  package func isDue(_ period: Period, after rounds: Int) -> Bool {
    switch period {
    case .steps(let steps): rounds % steps == 0
    case .epochs(let epochs):
      finishedEpochs(after: rounds) / epochs > finishedEpochs(after: rounds - 1) / epochs
    }
  }

  /// As `isDue`, and when the first epoch is over.
  package func isDueForSamples(_ period: Period, after rounds: Int) -> Bool {
    if isDue(period, after: rounds) { return true }
    switch period {
    case .steps: return false
    case .epochs: return isDue(.epochs(1), after: rounds) && finishedEpochs(after: rounds) == 1
    }
  }
}

extension TrainingLength {
  fileprivate var words: String {
    switch self {
    case .epochs(let n): "\(n) epochs"
    case .steps(let n): "\(n) steps"
    case .images(let n): "\(n) images"
    }
  }
}

extension Int {
  /// nil where the product is larger than an integer.
  func times(_ other: Int) -> Int? {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? nil : product
  }

  /// nil where the sum is larger than an integer.
  func plus(_ other: Int) -> Int? {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? nil : sum
  }
}
