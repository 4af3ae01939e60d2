import Spec

/// One row of losses.csv: means over the rounds since the row before.
package struct LossRow: Sendable, Hashable {
  package let step: Int
  /// Counted from 1.
  package let epoch: Int
  package let images: Int
  /// Without those numbers that no move had.
  package let means: [LossLedger.Column: Double]

  package subscript(column: LossLedger.Column) -> Double? { means[column] }

  static let header =
    "step,epoch,images," + LossLedger.Column.allCases.map(\.rawValue).joined(separator: ",") + "\n"

  /// Losses are float32; so many digits are written that reading them back gives the same number.
  package var csv: String {
    let cells = LossLedger.Column.allCases.map { column in
      // The sign of what is no number says nothing.
      self[column].map { $0.isNaN ? "nan" : "\(Float($0))" } ?? ""
    }
    return "\(step),\(epoch),\(images)," + cells.joined(separator: ",") + "\n"
  }
}

/// Adds up what the moves come to, in double precision and in the order of play, so that the same run
/// gives the same digits.
package struct LossLedger: Sendable, Hashable {
  /// The columns of losses.csv after the first three.
  package enum Column: String, CaseIterable, Sendable {
    case discriminatorLoss = "d_loss"
    case generatorLoss = "g_loss"
    case realScore = "d_real"
    case fakeScore = "d_fake"
    case discriminatorGradientNorm = "d_gradient_norm"
    case generatorGradientNorm = "g_gradient_norm"
  }

  private var sums: [Column: Double] = [:]
  private var counts: [Column: Int] = [:]

  package init() {}

  package var isEmpty: Bool { counts.isEmpty }

  package mutating func add(_ moves: [MoveResult]) {
    for move in moves {
      switch move.player {
      case .discriminator:
        add(.discriminatorLoss, move.loss)
        add(.discriminatorGradientNorm, move.gradientNorm)
      case .generator:
        add(.generatorLoss, move.loss)
        add(.generatorGradientNorm, move.gradientNorm)
      }
      add(.realScore, move.realScore)
      add(.fakeScore, move.fakeScore)
    }
  }

  private mutating func add(_ column: Column, _ value: Float?) {
    guard let value else { return }
    sums[column, default: 0] += Double(value)
    counts[column, default: 0] += 1
  }

  /// The means so far, and a fresh start.
  package mutating func takeRow(step: Int, epoch: Int, images: Int) -> LossRow {
    var means: [Column: Double] = [:]
    for (column, sum) in sums { means[column] = sum / Double(counts[column, default: 1]) }
    self = LossLedger()
    return LossRow(step: step, epoch: epoch, images: images, means: means)
  }

  /// What is not yet in a row, so that a run that goes on from here writes the same next row.
  var json: JSON {
    .object(
      Column.allCases.compactMap { column in
        guard let sum = sums[column], let count = counts[column] else { return nil }
        return (column.rawValue, .map(["sum": .number(sum), "count": .integer(count)]))
      })
  }
}
