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

  /// What the lines say.
  package struct Content: Sendable {
    /// Oldest first.
    package fileprivate(set) var records: [JSON] = []
    /// Lines that are not as they were written; they are passed over.
    package fileprivate(set) var damaged = 0
  }

  /// All whole records; none where there is no journal so far.
  ///
  /// - Throws: where there is one that cannot be read, which is not absence.
  package func content() throws(RunError) -> Content {
    var content = Content()
    guard try files.isThere(path) else { return content }
    let bytes = try files.read(path)
    // What stands behind the last newline is being written, or was when its writer died.
    let whole = bytes.prefix((bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1)
    for line in whole.split(separator: UInt8(ascii: "\n")) {
      if let record = (try? JSON(parsing: line))?.unsealed {
        content.records.append(record)
      } else {
        content.damaged += 1
      }
    }
    return content
  }
}
