/// A piece of YAML and where it was written. Scalars stay text: the schema gives them types.
struct YAMLNode: Sendable {
  indirect enum Content: Sendable {
    case scalar(String, isPlain: Bool)
    case list([YAMLNode])
    case map([YAMLEntry])
    /// Something already reported; whoever meets it says nothing more.
    case broken
  }

  var content: Content
  var origin: Origin
  /// Tagged `!unset`: removes what `extends` brought.
  var isUnset = false

  init(_ content: Content, at origin: Origin, isUnset: Bool = false) {
    self.content = content
    self.origin = origin
    self.isUnset = isUnset
  }

  static func plain(_ text: String, at origin: Origin) -> YAMLNode {
    YAMLNode(.scalar(text, isPlain: true), at: origin)
  }

  /// The words for "nothing" that plain YAML and this file know.
  var isNothing: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL", "none"].contains(text)
  }

  /// A key with nothing behind it.
  var isEmpty: Bool {
    if case .scalar("", isPlain: true) = content { true } else { false }
  }

  var entries: [YAMLEntry]? { if case .map(let entries) = content { entries } else { nil } }

  subscript(_ key: String) -> YAMLNode? { entries?.first { $0.key == key }?.value }

  /// 1 for a scalar.
  var depth: Int {
    switch content {
    case .scalar, .broken: 1
    case .list(let items): 1 + (items.map(\.depth).max() ?? 0)
    case .map(let entries): 1 + (entries.map(\.value.depth).max() ?? 0)
    }
  }

  /// As an error names it.
  var found: String {
    switch content {
    case .scalar("", isPlain: true): "nothing"
    case .scalar(let text, _): "`\(text.abbreviated)`"
    case .list: "a list"
    case .map: "a map"
    case .broken: "an error"
    }
  }
}

struct YAMLEntry: Sendable {
  var key: String
  var keyOrigin: Origin
  var value: YAMLNode
}

extension String {
  /// At most 40 characters, on one line.
  var abbreviated: String {
    let line = split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " ")
    return line.count <= 40 ? line : line.prefix(39) + "…"
  }
}
