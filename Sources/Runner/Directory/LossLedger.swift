import ModelBuilder
import Spec

/// One row of losses.csv: means over the rounds since the row before.
package struct LossRow: Sendable, Hashable {
  package let step: Int
  /// Counted from 1.
  package let epoch: Int
  package let images: Int
  /// After the first three, in the order of the file.
  package let columns: [LossLedger.Column]
  /// Without those numbers that no move had.
  package let means: [LossLedger.Column: Double]

  package subscript(column: LossLedger.Column) -> Double? { means[column] }

  private static let places = "step,epoch,images"

  static func header(_ columns: [LossLedger.Column]) -> String {
    places + columns.map { ",\($0.rawValue)" }.joined() + "\n"
  }

  /// The columns that a first line of losses.csv names; nil if it is none.
  package static func columns(header line: Substring) -> [LossLedger.Column]? {
    let usual = header(LossLedger.Column.usual).dropLast()
    guard line == usual || line.hasPrefix("\(usual),") else { return nil }
    let names = line.split(separator: ",", omittingEmptySubsequences: false).dropFirst(3)
    guard Set(names).count == names.count, !names.contains("") else { return nil }
    return names.map { LossLedger.Column(rawValue: String($0)) }
  }

  init(
    step: Int, epoch: Int, images: Int, columns: [LossLedger.Column],
    means: [LossLedger.Column: Double]
  ) {
    (self.step, self.epoch, self.images) = (step, epoch, images)
    (self.columns, self.means) = (columns, means)
  }

  /// A line of losses.csv; nil if it is none.
  init?(csv line: Substring, columns: [LossLedger.Column]) {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
    guard cells.count == 3 + columns.count, let step = Int(cells[0]), let epoch = Int(cells[1]),
      let images = Int(cells[2])
    else { return nil }
    var means: [LossLedger.Column: Double] = [:]
    for (column, cell) in zip(columns, cells.dropFirst(3)) where !cell.isEmpty {
      guard let value = Float(cell) else { return nil }
      means[column] = Double(value)
    }
    self.init(step: step, epoch: epoch, images: images, columns: columns, means: means)
  }

  /// The rows of a whole file.
  static func rows(of file: [UInt8]) -> [LossRow] {
    let lines = String(decoding: file, as: UTF8.self).split(separator: "\n")
    guard let first = lines.first, let columns = columns(header: first) else { return [] }
    return lines.dropFirst().compactMap { LossRow(csv: $0, columns: columns) }
  }

  /// Losses are float32; so many digits are written that reading them back gives the same number.
  package var csv: String {
    let cells = columns.map { column in
      // The sign of what is no number says nothing.
      self[column].map { $0.isNaN ? "nan" : "\(Float($0))" } ?? ""
    }
    return "\(step),\(epoch),\(images)," + cells.joined(separator: ",") + "\n"
  }
}

/// Adds up what the moves come to, in double precision and in the order of play, so that the same run
/// gives the same digits.
package struct LossLedger: Sendable, Hashable {
  /// A column of losses.csv after the first three.
  package struct Column: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    static let discriminatorLoss = Column(rawValue: "d_loss")
    static let generatorLoss = Column(rawValue: "g_loss")
    static let realScore = Column(rawValue: "d_real")
    static let fakeScore = Column(rawValue: "d_fake")
    static let discriminatorGradientNorm = Column(rawValue: "d_gradient_norm")
    static let generatorGradientNorm = Column(rawValue: "g_gradient_norm")

    /// Those of every game.
    package static let usual = [
      discriminatorLoss, generatorLoss, realScore, fakeScore, discriminatorGradientNorm,
      generatorGradientNorm,
    ]
  }

  package let columns: [Column]
  private var sums: [Column: Double] = [:]
  private var counts: [Column: Int] = [:]

  package init(columns: [Column] = Column.usual) { self.columns = columns }

  /// For a game and what it records besides.
  package init(_ program: TrainingProgram) {
    self.init(columns: Column.usual + program.terms.map { Column(rawValue: $0.column) })
  }

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
      for column in columns.dropFirst(Column.usual.count) {
        add(column, move.terms[column.rawValue])
      }
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
  init?(_ json: JSON, columns: [Column]) {
    guard let members = json.members else { return nil }
    self.init(columns: columns)
    for (name, entry) in members {
      let column = Column(rawValue: name)
      guard columns.contains(column), let count = entry["count"]?.int, count > 0,
        let sum = entry["sum"]?.double
      else { return nil }
      (sums[column], counts[column]) = (sum, count)
    }
  }
}
