import Spec

/// What people say of a run or a sweep: notes.json beside its other files.
///
/// No number depends on it, and whoever trains there neither reads nor writes it.
package struct RunNotes: Sendable, Hashable {
  /// In the order in which they were given, each once.
  package private(set) var tags: [String]
  /// A few words, perhaps of several lines; nil: none.
  package var text: String?
  /// What else the file says, which is written as it was: among the tags what is none, and keys of somebody else's.
  private var others: [Other] = []

  package static let none = RunNotes()
  package static let fileName = "notes.json"

  private static let version = 1

  private init() { (tags, text) = ([], nil) }

  /// Something that is not understood.
  private struct Other: Sendable, Hashable {
    /// nil: it stands among the tags.
    let key: String?
    /// As JSON.
    let written: String

    init(_ value: JSON, key: String? = nil) { (self.key, written) = (key, value.compact) }

    var value: JSON { (try? JSON(parsing: Array(written.utf8))) ?? .null }
  }

  package var isEmpty: Bool { tags.isEmpty && text == nil }
  /// Whether a file has nothing to say, not even to somebody else.
  package var needsNoFile: Bool { isEmpty && others.isEmpty }

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
    let strangeTags = others.filter { $0.key == nil }.map(\.value)
    let known: [(String, JSON)?] = [
      ("format", .integer(Self.version)), ("tags", .list(tags.map(JSON.text) + strangeTags)),
      text.map { ("text", .text($0)) },
    ]
    return .object(
      known.compactMap(\.self) + others.compactMap { other in other.key.map { ($0, other.value) } })
  }

  /// - Throws: for a file that cannot be read, or that says something else.
  package init(of folder: String) throws(ReadingError) {
    self.init()
    let path = "\(folder)/\(Self.fileName)"
    guard let bytes = try PlainFiles.bytes(path, limit: 1 << 20) else { return }
    guard let json = try? JSON(parsing: bytes), json["format"]?.int == Self.version,
      let items = json["tags"]?.items, json["text"].map({ $0.string != nil }) ?? true
    else { throw ReadingError(path: path, reason: "does not say tags and a text") }
    for item in items {
      if let tag = item.string, Self.objection(toTag: tag) == nil {
        add(tag)
      } else {
        others.append(Other(item))
      }
    }
    text = json["text"]?.string
    let own = ["format", "tags", "text"]
    others += (json.members ?? []).filter { !own.contains($0.0) }.map { Other($0.1, key: $0.0) }
  }
}
