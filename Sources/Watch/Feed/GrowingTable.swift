import Results
import RunFormat

/// losses.csv while it grows: at each look only the new end of it is read. A last line without its end waits
/// for the rest of it; a file that another has taken the place of is read anew.
struct GrowingTable: Sendable {
  let path: String
  private(set) var curves: [String: GrowingCurve] = [:]
  /// Of the file, without those that only say where a row stands.
  private(set) var columns: [String] = []
  private(set) var epochLength = EpochLength()
  private(set) var damagedRows = 0
  /// How often the file was read from its beginning.
  private(set) var beginnings = 0
  /// What could not be read of it.
  private(set) var problem: String?

  private var names: [String] = []
  private var stamp: FileStamp?
  /// Of the bytes that are in the curves.
  private var end = 0
  /// What stood before `end`: a file that was written over has something else there.
  private var lastBytes: [UInt8] = []

  static let places: Set<String> = ["step", "epoch", "images", "seconds"]
  private static let piece = 1 << 20
  private static let lineLimit = 1 << 16

  init(_ path: String) { self.path = path }

  /// Reads what has come since the last look.
  ///
  /// - Returns: whether anything is different now.
  mutating func refresh() -> Bool {
    guard let now = FileStamp(path) else {
      defer { forget() }
      return stamp != nil
    }
    if now == stamp { return false }
    do throws(ReadingError) {
      if stamp != nil, try !isContinued(now) { forget() }
      stamp = now
      problem = nil
      while try readPiece() {}
    } catch {
      problem = "\(error)"
    }
    return true
  }

  private mutating func forget() {
    let beginnings = self.beginnings
    self = GrowingTable(path)
    self.beginnings = beginnings + 1
  }

  private func isContinued(_ now: FileStamp) throws(ReadingError) -> Bool {
    guard let stamp, stamp.isSameFile(as: now), now.size >= end else { return false }
    let start = end - lastBytes.count
    return try PlainFiles.part(path, from: start, limit: lastBytes.count)?.bytes == lastBytes
  }

  /// - Returns: whether there may be more.
  private mutating func readPiece() throws(ReadingError) -> Bool {
    guard let (bytes, stamp) = try PlainFiles.part(path, from: end, limit: Self.piece) else {
      return false
    }
    self.stamp = stamp
    guard let newline = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
      if bytes.count > Self.lineLimit {
        throw ReadingError(path: path, reason: "a line of more than \(Self.lineLimit) bytes")
      }
      return false
    }
    var lines = bytes[...newline]
    if end == 0 {
      names = NumberTable.columns(header: bytes)
      columns = names.filter { !Self.places.contains($0) }
      lines = lines.drop { $0 != UInt8(ascii: "\n") }.dropFirst()
    }
    add(NumberTable(columns: names, rows: Array(lines)))
    end += newline + 1
    lastBytes = Array(bytes[...newline].suffix(64))
    return bytes.count == Self.piece
  }

  private mutating func add(_ rows: NumberTable) {
    damagedRows += rows.damagedRows
    epochLength.add(rows)
    guard let steps = rows["step"] else { return }
    for column in columns {
      guard let values = rows[column] else { continue }
      for case (let step?, let value?) in zip(steps, values) {
        curves[column, default: GrowingCurve()].add(x: step, y: value)
      }
    }
  }
}
