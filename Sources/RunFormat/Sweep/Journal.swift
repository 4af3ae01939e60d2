import Spec

/// journal.jsonl: what happened in a sweep, one checksummed record a line. Several processes may add
/// to it; a line that a crash tore is cut off before the next is added.
package struct Journal: Sendable {
  package let path: String
  package let files: FileLayer

  package init(sweep: String, files: FileLayer = FileLayer()) {
    (path, self.files) = ("\(sweep)/journal.jsonl", files)
  }

  package func add(_ event: String, _ members: [(String, JSON)]) throws(RunError) {
    let record = JSON.object(
      [("time", .text(Moment.now.iso)), ("event", .text(event))] + members)
    let line = record.sealed.compact + "\n"
    try files.appendLine(path, Array(line.utf8))
  }

  /// All whole records, oldest first. A line that is not as it was written is passed over.
  package func records() -> [JSON] {
    guard let bytes = try? files.read(path) else { return [] }
    var found: [JSON] = []
    // What stands behind the last newline is being written, or was when its writer died.
    let whole = bytes.prefix((bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
    for line in whole.split(separator: UInt8(ascii: "\n")) {
      if let record = (try? JSON(parsing: line))?.unsealed { found.append(record) }
    }
    return found
  }
}
