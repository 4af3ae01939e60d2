import CLibrary

/// A CSV file of numbers with a line of names: losses.csv, timing.csv.
///
/// What is not a number is missing. A last line without its end is still being written and left out; so
/// is a row with too few or too many cells, and those are counted.
package struct NumberTable: Sendable {
  package let columns: [String]
  /// One array a column, all of one length.
  package private(set) var values: [[Double?]]
  package private(set) var damagedRows = 0

  package var rowCount: Int { values.first?.count ?? 0 }

  package subscript(column: String) -> [Double?]? {
    columns.firstIndex(of: column).map { values[$0] }
  }

  /// The last value of a column that is there.
  package func last(_ column: String) -> Double? { self[column]?.last ?? nil }

  package init(columns: [String], values: [[Double?]]) {
    (self.columns, self.values) = (columns, values)
  }

  package init(_ bytes: [UInt8]) {
    let lines = bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    self.init(header: lines.first ?? [], bytes)
    if let first = lines.first { read(bytes, from: first.count + 1) }
  }

  /// Rows without the line of names, as they come while a file grows.
  package init(columns: [String], rows: [UInt8]) {
    self.init(columns: columns, values: columns.map { _ in [] })
    read(rows, from: 0)
  }

  /// The names in the first line of a file; none where that line has no end yet.
  package static func columns(header bytes: [UInt8]) -> [String] {
    NumberTable(header: bytes.prefix { $0 != UInt8(ascii: "\n") }, bytes).columns
  }

  /// The last row of a file of which only the two ends were read.
  init(head: [UInt8], tail: [UInt8], isWhole: Bool) {
    let header = head.prefix { $0 != UInt8(ascii: "\n") }
    self.init(header: header, head)
    guard let end = tail.lastIndex(of: UInt8(ascii: "\n")) else { return }
    let start = tail[..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if start == 0 { return }
    read(tail, from: start)
  }

  /// Bytes that one row is sure to be shorter than.
  private static let rowLength = 4_096

  /// The last complete row of a file, read from its two ends; nil where there is no such file.
  package init?(lastRowOf path: String) throws(ReadingError) {
    guard
      let ends = try PlainFiles.ends(path, head: Self.rowLength, tail: Self.rowLength)
    else { return nil }
    self.init(head: ends.head, tail: ends.tail, isWhole: ends.isWhole)
  }

  package static let none = NumberTable(columns: [], values: [])

  private init(header: ArraySlice<UInt8>, _ bytes: [UInt8]) {
    let isComplete = header.endIndex < bytes.count
    var names = String(decoding: header, as: UTF8.self)
    if names.hasSuffix("\r") { names.removeLast() }
    columns = isComplete ? names.split(separator: ",").map(String.init) : []
    values = columns.map { _ in [] }
  }

  private mutating func read(_ bytes: [UInt8], from start: Int) {
    let (comma, lineEnd) = (UInt8(ascii: ","), UInt8(ascii: "\n"))
    var row = [Double?](repeating: nil, count: columns.count)
    var damaged = 0
    // A zero at the end stops strtod.
    (bytes + [0]).withUnsafeBufferPointer { buffer in
      var position = start
      while position < bytes.count {
        guard let end = buffer[position...].firstIndex(of: lineEnd) else { break }
        var cell = 0
        var cursor = position
        while cursor <= end {
          let stop = buffer[cursor...end].firstIndex { $0 == comma || $0 == lineEnd } ?? end
          if cell < row.count { row[cell] = Self.number(buffer, cursor, stop) }
          cell += 1
          cursor = stop + 1
        }
        let isEmpty = position == end
        position = end + 1
        if isEmpty { continue }
        // A row that does not say where it stands belongs nowhere.
        guard cell == row.count, row[0]?.isFinite == true else {
          damaged += 1
          continue
        }
        for column in row.indices { values[column].append(row[column]) }
      }
    }
    damagedRows = damaged
  }

  private static func number(
    _ buffer: UnsafeBufferPointer<UInt8>, _ start: Int, _ stop: Int
  ) -> Double? {
    guard start < stop, let base = buffer.baseAddress else { return nil }
    var end: UnsafeMutablePointer<CChar>?
    let text = UnsafeRawPointer(base + start).assumingMemoryBound(to: CChar.self)
    let value = strtod(text, &end)
    guard let end else { return nil }
    var read = UnsafeRawPointer(end) - UnsafeRawPointer(text)
    if start + read < stop, buffer[start + read] == UInt8(ascii: "\r") { read += 1 }
    return read == stop - start ? value : nil
  }
}
