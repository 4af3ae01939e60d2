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

  init(step: Int, epoch: Int, images: Int, means: [LossLedger.Column: Double]) {
    (self.step, self.epoch, self.images, self.means) = (step, epoch, images, means)
  }

  /// A line of losses.csv; nil if it is none.
  init?(csv line: Substring) {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
    let columns = LossLedger.Column.allCases
    guard cells.count == 3 + columns.count, let step = Int(cells[0]), let epoch = Int(cells[1]),
      let images = Int(cells[2])
    else { return nil }
    var means: [LossLedger.Column: Double] = [:]
    for (column, cell) in zip(columns, cells.dropFirst(3)) where !cell.isEmpty {
      guard let value = Float(cell) else { return nil }
      means[column] = Double(value)
    }
    self.init(step: step, epoch: epoch, images: images, means: means)
  }

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
      case nil: break
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
    // As losses.csv holds them, so that a chart drawn from that file is the same chart.
    for (column, sum) in sums {
      means[column] = Double(Float(sum / Double(counts[column, default: 1])))
    }
    self = LossLedger()
    return LossRow(step: step, epoch: epoch, images: images, means: means)
  }

  /// What is not yet in a row, so that a run that goes on from here writes the same next row.
  var json: JSON {
    .object(
      Column.allCases.compactMap { column in
        guard let sum = sums[column], let count = counts[column] else { return nil }
        // JSON has no word for what is not finite.
        let written = sum.isFinite ? JSON.number(sum) : .text("\(sum)")
        return (column.rawValue, .map(["sum": written, "count": .integer(count)]))
      })
  }

  /// What `json` said; nil if it said nothing of the kind.
  init?(_ json: JSON) {
    guard let members = json.members else { return nil }
    for (name, entry) in members {
      guard let column = Column(rawValue: name), let count = entry["count"]?.int, count > 0,
        let sum = entry["sum"]?.double
      else { return nil }
      (sums[column], counts[column]) = (sum, count)
    }
  }
}
