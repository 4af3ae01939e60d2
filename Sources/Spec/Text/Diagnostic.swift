/// One thing that is wrong (or odd) in a spec, and where.
package struct Diagnostic: Error, Sendable {
  package enum Severity: String, Sendable { case error, warning }

  package let origin: Origin
  package let severity: Severity
  /// What is wrong, in one line.
  package let message: String
  /// What to write instead; stands behind the caret.
  package let label: String?
  /// Further lines, each behind `=`.
  package let notes: [String]
  /// Whether it says that what is written there decides nothing.
  package let isWithoutEffect: Bool

  package init(
    _ message: String, at origin: Origin, severity: Severity = .error, label: String? = nil,
    notes: [String] = [], isWithoutEffect: Bool = false
  ) {
    self.origin = origin
    self.severity = severity
    self.message = message
    self.label = label
    self.notes = notes
    self.isWithoutEffect = isWithoutEffect
  }
}

/// Everything that is wrong with a spec, in the order of the text.
package struct Diagnostics: Error, Sendable {
  package let entries: [Diagnostic]

  /// Sorts by file (in order of first mention), line and column, and drops repetitions.
  package init(_ entries: [Diagnostic]) {
    var files: [ObjectIdentifier: Int] = [:]
    for entry in entries where files[ObjectIdentifier(entry.origin.source)] == nil {
      files[ObjectIdentifier(entry.origin.source)] = files.count
    }
    func place(_ entry: Diagnostic) -> (Int, Int, Int) {
      let mark = entry.origin.mark
      return (files[ObjectIdentifier(entry.origin.source)] ?? 0, mark.line, mark.column)
    }
    var seen: Set<String> = []
    let order = entries.enumerated().sorted {
      let (a, b) = (place($0.element), place($1.element))
      return a == b ? $0.offset < $1.offset : a < b
    }
    self.entries = order.map(\.element).filter { entry in
      let (file, line, column) = place(entry)
      return seen.insert("\(file):\(line):\(column):\(entry.message)").inserted
    }
  }

  package var hasErrors: Bool { entries.contains { $0.severity == .error } }
}
