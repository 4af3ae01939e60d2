import Spec

/// What people say of a run or a sweep: notes.json beside its other files.
///
/// No number depends on it, and whoever trains there neither reads nor writes it.
package struct RunNotes: Sendable, Hashable {
  /// In the order in which they were given, each once.
  package private(set) var tags: [String]
  /// A few words, perhaps of several lines; nil: none.
  package var text: String?

  package static let none = RunNotes()
  package static let fileName = "notes.json"

  private static let version = 1

  private init() { (tags, text) = ([], nil) }

  package var isEmpty: Bool { tags.isEmpty && text == nil }

  package mutating func add(_ tag: String) {
    if !tags.contains(tag) { tags.append(tag) }
  }

  /// - Returns: whether it was there.
  @discardableResult
  package mutating func remove(_ tag: String) -> Bool {
    let count = tags.count
    tags.removeAll { $0 == tag }
    return tags.count < count
  }

  /// Those of a sweep hold for its trials too: first the trial's own.
  package func joined(with sweep: RunNotes) -> RunNotes {
    var all = self
    for tag in sweep.tags { all.add(tag) }
    all.text = text ?? sweep.text
    return all
  }

  // MARK: What may stand there

  /// Why a word is no tag; nil where it is one. A tag is asked for in a condition and stands in tables, with
  /// others, between spaces or commas.
  package static func objection(toTag tag: String) -> String? {
    if tag.isEmpty { return "it is empty" }
    if tag.utf8.count > 64 { return "it is longer than 64 bytes" }
    let isPlain = tag.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil
        || "_-.:/+".unicodeScalars.contains($0)
    }
    return isPlain ? nil : "letters, digits and _-.:/+ make a tag"
  }

  /// Longer ones are a page of their own.
  package static let longestText = 16_384

  // MARK: As a file

  package var json: JSON {
    .map([
      "format": .integer(Self.version), "tags": .list(tags.map(JSON.text)),
      "text": text.map(JSON.text),
    ])
  }

  /// - Throws: for a file that cannot be read, or that says something else.
  package init(of folder: String) throws(ReadingError) {
    self.init()
    let path = "\(folder)/\(Self.fileName)"
    guard let bytes = try PlainFiles.bytes(path, limit: 1 << 20) else { return }
    guard let json = try? JSON(parsing: bytes), json["format"]?.int == Self.version,
      let items = json["tags"]?.items
    else { throw ReadingError(path: path, reason: "does not say tags and a text") }
    for tag in items.compactMap(\.string) where Self.objection(toTag: tag) == nil { add(tag) }
    text = json["text"]?.string
  }
}
