/// The cells of a CSV file whose cells hold no commas and no quotes, as all that a run adds rows to.
///
/// A last line without its end is still being written, or was when its writer died: it is left out. So is
/// a row with too few or too many cells.
package struct CellTable: Sendable, Hashable {
  package let header: [String]
  /// Each with as many cells as the header.
  package let rows: [[String]]

  package init(_ bytes: [UInt8]) {
    let lineEnd = UInt8(ascii: "\n")
    let whole = bytes.prefix((bytes.lastIndex(of: lineEnd) ?? -1) + 1)
    let lines = whole.split(separator: lineEnd).map(Self.cells)
    let header = lines.first ?? []
    self.header = header
    rows = lines.dropFirst().filter { $0.count == header.count }
  }

  private static func cells(of line: ArraySlice<UInt8>) -> [String] {
    let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    return line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }
}
