/// A column of losses.csv after the first three.
package struct LossColumn: RawRepresentable, ExpressibleByStringLiteral, Hashable, Sendable {
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }
  package init(stringLiteral name: String) { rawValue = name }

  private static let lossEnd = "_loss"

  /// Whether it is what the moves of somebody step down: `NAME_loss`.
  package var isLoss: Bool { rawValue.hasSuffix(Self.lossEnd) }

  /// Whose loss it is: `d` of `d_loss`.
  package var owner: String { String(rawValue.dropLast(isLoss ? Self.lossEnd.count : 0)) }
}

/// One row of losses.csv: means over the rounds since the row before.
package struct LossRow: Sendable, Hashable {
  package let step: Int
  /// Counted from 1.
  package let epoch: Int
  package let images: Int
  /// After the first three, in the order of the file.
  package let columns: [LossColumn]
  /// Without those numbers that no move had.
  package let means: [LossColumn: Double]

  package subscript(column: LossColumn) -> Double? { means[column] }

  package init(
    step: Int, epoch: Int, images: Int, columns: [LossColumn], means: [LossColumn: Double]
  ) {
    (self.step, self.epoch, self.images) = (step, epoch, images)
    (self.columns, self.means) = (columns, means)
  }

  // MARK: As a file

  private static let places = "step,epoch,images"

  package static func header(_ columns: [LossColumn]) -> String {
    places + columns.map { ",\($0.rawValue)" }.joined() + "\n"
  }

  /// Losses are float32; so many digits are written that reading them back gives the same number.
  package var csv: String {
    let cells = columns.map { column in
      // The sign of what is no number says nothing.
      self[column].map { $0.isNaN ? "nan" : "\(Float($0))" } ?? ""
    }
    return "\(step),\(epoch),\(images)," + cells.joined(separator: ",") + "\n"
  }

  /// The columns that a first line of losses.csv names; nil if it is none.
  package static func columns(header line: some StringProtocol) -> [LossColumn]? {
    guard line.hasPrefix("\(places),") else { return nil }
    let names = line.split(separator: ",", omittingEmptySubsequences: false).dropFirst(3)
    guard Set(names).count == names.count, !names.contains("") else { return nil }
    return names.map { LossColumn(rawValue: String($0)) }
  }

  /// The rows of a whole file.
  package static func rows(of file: [UInt8]) -> [LossRow] {
    let table = CellTable(file)
    guard let columns = columns(header: table.header.joined(separator: ",")) else { return [] }
    return table.rows.compactMap { LossRow($0, columns: columns) }
  }

  private init?(_ cells: [String], columns: [LossColumn]) {
    guard let step = Int(cells[0]), let epoch = Int(cells[1]), let images = Int(cells[2]) else {
      return nil
    }
    var means: [LossColumn: Double] = [:]
    for (column, cell) in zip(columns, cells.dropFirst(3)) where !cell.isEmpty {
      guard let value = Float(cell) else { return nil }
      means[column] = Double(value)
    }
    self.init(step: step, epoch: epoch, images: images, columns: columns, means: means)
  }
}
