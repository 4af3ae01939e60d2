import RunFormat
import Spec

/// After which rounds a run saved what stays for good, as far as its directory alone can tell: without its
/// data nobody knows how many rounds are an epoch, but the rows say it within narrow bounds.
struct MilestoneSteps: Sendable {
  private let period: Period?
  /// Batches of a round, and of an epoch: one of these.
  private let batchesPerRound: Int
  private let batchesPerEpoch: ClosedRange<Int>

  /// More than this is not looked through: then every step may be one.
  private static let most = 4096

  /// - Parameters:
  ///   - spec: resolved.yaml.
  ///   - rows: losses.csv.
  ///   - batchesPerRound: of a checkpoint.
  init(spec: FlatYAML, rows: [LossRow], batchesPerRound: Int) {
    let text = spec.entries.last { $0.key == "record.checkpoint.keep.milestones" }?.text ?? "none"
    let words = text.split(separator: " ")
    switch (words.first.flatMap { Int($0) }, words.last) {
    case (let count?, "step"?), (let count?, "steps"?): period = .steps(max(1, count))
    case (let count?, "epoch"?), (let count?, "epochs"?): period = .epochs(max(1, count))
    case _: period = nil
    }
    self.batchesPerRound = max(1, batchesPerRound)
    var (least, greatest) = (1, Int.max)
    for row in rows where row.epoch >= 1 && row.step >= 1 {
      let (batches, isDamaged) = row.step.multipliedReportingOverflow(by: self.batchesPerRound)
      if isDamaged { continue }
      least = max(least, (batches - 1) / row.epoch + 1)
      if row.epoch > 1 { greatest = min(greatest, (batches - 1) / (row.epoch - 1)) }
    }
    batchesPerEpoch = least...max(least, greatest)
  }

  /// Whether there are any.
  var areAny: Bool { period != nil }

  /// Whether it is one, or may be.
  func contains(_ step: Int) -> Bool {
    guard step > 0 else { return false }
    switch period {
    case nil: return false
    case .steps(let steps): return step % steps == 0
    case .epochs(let epochs):
      let (after, isTooLarge) = step.multipliedReportingOverflow(by: batchesPerRound)
      guard !isTooLarge, batchesPerEpoch.upperBound - batchesPerEpoch.lowerBound < Self.most else {
        return true
      }
      let before = after - batchesPerRound
      return batchesPerEpoch.contains { after / $0 / epochs > before / $0 / epochs }
    }
  }
}
