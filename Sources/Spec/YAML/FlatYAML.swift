/// A YAML or JSON file as one list of dotted keys and texts, without a schema: for readers that only
/// compare and show what somebody else wrote.
///
/// A map inside a map gives `outer.inner`, an item of a list that holds maps or lists gives
/// `list[0]…`, a list of plain values is one text, `[0.5, 0.999]`, and so is an empty map, `{}`.
/// Values are as they were written: `2e-4` and `0.0002` are different texts.
package struct FlatYAML: Sendable {
  package struct Entry: Sendable, Hashable {
    package let key: String
    package let text: String
    /// Of the value, counted from 1.
    package let line: Int

    package init(key: String, text: String, line: Int) {
      (self.key, self.text, self.line) = (key, text, line)
    }
  }

  /// In the order of the file.
  package private(set) var entries: [Entry] = []

  static let maxDepth = 64
  static let maxEntries = 20_000

  /// - Throws: the reason, in a sentence with its line.
  package init(_ text: String) throws(FlatYAMLError) {
    var text = text[...]
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    let reader = YAMLEventReader(String(text))
    while true {
      let event = try Self.next(reader)
      switch event.kind {
      case .streamStart, .documentStart, .documentEnd: continue
      case .streamEnd: return
      case .alias, .scalar, .listStart, .listEnd, .mapStart, .mapEnd:
        try read(event, from: reader, key: "", depth: 0)
      }
    }
  }

  private static func next(_ reader: borrowing YAMLEventReader) throws(FlatYAMLError) -> YAMLEvent {
    do throws(YAMLSyntaxError) { return try reader.next() } catch {
      throw FlatYAMLError(reason: "line \(error.at.line + 1): \(error.problem)")
    }
  }

  private mutating func add(_ key: String, _ text: String, _ line: Int) throws(FlatYAMLError) {
    guard entries.count < Self.maxEntries else {
      throw FlatYAMLError(reason: "line \(line): more than \(Self.maxEntries) values")
    }
    entries.append(Entry(key: key, text: text, line: line))
  }

  private mutating func read(
    _ event: YAMLEvent, from reader: borrowing YAMLEventReader, key: String, depth: Int
  ) throws(FlatYAMLError) {
    let line = event.start.line + 1
    guard depth < Self.maxDepth else {
      throw FlatYAMLError(reason: "line \(line): nested more than \(Self.maxDepth) deep")
    }
    switch event.kind {
    case .scalar(let text, _): try add(key, text, line)
    case .alias(let name): try add(key, "*\(name)", line)
    case .mapStart:
      var isEmpty = true
      while true {
        let event = try Self.next(reader)
        if case .mapEnd = event.kind { break }
        guard case .scalar(let name, _) = event.kind else {
          throw FlatYAMLError(reason: "line \(event.start.line + 1): a key must be a word")
        }
        isEmpty = false
        let path = key.isEmpty ? name : "\(key).\(name)"
        try read(try Self.next(reader), from: reader, key: path, depth: depth + 1)
      }
      if isEmpty { try add(key, "{}", line) }
    case .listStart: try readList(line, from: reader, key: key, depth: depth)
    case .streamStart, .streamEnd, .documentStart, .documentEnd, .listEnd, .mapEnd:
      throw FlatYAMLError(reason: "line \(line): a value is missing")
    }
  }

  private mutating func readList(
    _ line: Int, from reader: borrowing YAMLEventReader, key: String, depth: Int
  ) throws(FlatYAMLError) {
    var plain: [String] = []
    var isPlain = true
    let first = entries.count
    var index = 0
    while true {
      let event = try Self.next(reader)
      if case .listEnd = event.kind { break }
      if case .scalar(let text, _) = event.kind { plain.append(text) } else { isPlain = false }
      try read(event, from: reader, key: "\(key)[\(index)]", depth: depth + 1)
      index += 1
    }
    if isPlain {
      entries.removeSubrange(first...)
      try add(key, "[\(plain.joined(separator: ", "))]", line)
    }
  }
}

package struct FlatYAMLError: Error, Hashable, CustomStringConvertible {
  package let reason: String
  package init(reason: String) { self.reason = reason }
  package var description: String { reason }
}
