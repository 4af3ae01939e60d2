import ModelBuilder
import RunFormat
import Spec

/// Adds up what the moves come to, in double precision and in the order of play, so that the same run
/// gives the same digits.
package struct LossLedger: Sendable, Hashable {
  package let columns: [LossColumn]
  private var sums: [LossColumn: Double] = [:]
  private var counts: [LossColumn: Int] = [:]

  package init(columns: [LossColumn]) { self.columns = columns }

  /// For a game and what it records.
  package init(_ program: TrainingProgram) {
    self.init(columns: program.columns.map { LossColumn(rawValue: $0.name) })
  }

  package var isEmpty: Bool { counts.isEmpty }

  package mutating func add(_ moves: [MoveResult]) {
    for move in moves {
      for column in columns { add(column, move.recorded[column]) }
    }
  }

  private mutating func add(_ column: LossColumn, _ value: Float?) {
    guard let value else { return }
    sums[column, default: 0] += Double(value)
    counts[column, default: 0] += 1
  }

  /// The means so far, and a fresh start.
  package mutating func takeRow(step: Int, epoch: Int, images: Int) -> LossRow {
    var means: [LossColumn: Double] = [:]
    // As losses.csv holds them, so that a chart drawn from that file is the same chart.
    for (column, sum) in sums {
      means[column] = Double(Float(sum / Double(counts[column, default: 1])))
    }
    self = LossLedger(columns: columns)
    return LossRow(step: step, epoch: epoch, images: images, columns: columns, means: means)
  }

  /// What is not yet in a row, so that a run that goes on from here writes the same next row.
  var json: JSON {
    .object(
      columns.compactMap { column in
        guard let sum = sums[column], let count = counts[column] else { return nil }
        // JSON has no word for what is not finite.
        let written = sum.isFinite ? JSON.number(sum) : .text("\(sum)")
        return (column.rawValue, .map(["sum": written, "count": .integer(count)]))
      })
  }

  /// What `json` said; nil if it said nothing of the kind.
  init?(_ json: JSON, columns: [LossColumn]) {
    guard let members = json.members else { return nil }
    self.init(columns: columns)
    for (name, entry) in members {
      let column = LossColumn(rawValue: name)
      guard columns.contains(column), let count = entry["count"]?.int, count > 0,
        let sum = entry["sum"]?.double
      else { return nil }
      (sums[column], counts[column]) = (sum, count)
    }
  }
}
