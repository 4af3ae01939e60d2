/// From events to one located tree: aliases and `<<` expanded, keys unique, sizes bounded.
struct Composer: ~Copyable {
  static let maxDepth = 64
  static let maxNodes = 20_000

  private struct Anchored {
    let node: YAMLNode
    let size: Int
    let depth: Int
  }

  private let events: YAMLEventReader
  private let source: SourceText
  /// Where the text begins in the first line of `source`: a `--set` is parsed from its `=` on.
  private let firstColumn: Int
  private var anchors: [String: Anchored] = [:]
  private var openAnchors: Set<String> = []
  private var size = 0
  private(set) var findings: [Diagnostic] = []

  private init(_ text: String, source: SourceText, firstColumn: Int) {
    events = YAMLEventReader(text)
    self.source = source
    self.firstColumn = firstColumn
  }

  /// The tree of the only document in `text`; nil, with the reason in `findings`, if there is
  /// none. An empty text gives nil without a finding.
  static func compose(
    _ text: String, source: SourceText, firstColumn: Int = 0, findings: inout [Diagnostic]
  ) -> YAMLNode? {
    var composer = Composer(text, source: source, firstColumn: firstColumn)
    var node: YAMLNode?
    do throws(Diagnostic) { node = try composer.document() } catch {
      composer.findings.append(error)
      node = nil
    }
    findings += composer.findings
    return node
  }

  private mutating func document() throws(Diagnostic) -> YAMLNode? {
    var root: YAMLNode?
    while true {
      let event = try next()
      switch event.kind {
      case .streamStart, .documentEnd: continue
      case .streamEnd: return root
      case .documentStart:
        if root != nil {
          throw Diagnostic(
            "a second document begins here", at: origin(event),
            label: "one file is one experiment")
        }
        root = try node(try next(), depth: 1).node
      case .alias, .scalar, .listStart, .listEnd, .mapStart, .mapEnd:
        throw Diagnostic("content outside of a document", at: origin(event))
      }
    }
  }

  private mutating func node(
    _ event: YAMLEvent, depth: Int
  ) throws(Diagnostic) -> Anchored {
    guard depth <= Self.maxDepth else {
      throw Diagnostic("nested more than \(Self.maxDepth) deep", at: origin(event))
    }
    try count(1, at: event)
    let sizeBefore = size - 1
    if let anchor = event.anchor { openAnchors.insert(anchor) }
    let content: YAMLNode.Content
    var innerDepth = 0
    var end: YAMLEvent?
    switch event.kind {
    case .alias(let name): return try alias(name, event, depth: depth)
    case .scalar(let text, let isPlain): content = .scalar(text, isPlain: isPlain)
    case .listStart:
      var items: [YAMLNode] = []
      while true {
        let event = try next()
        if case .listEnd = event.kind {
          end = event
          break
        }
        let item = try node(event, depth: depth + 1)
        innerDepth = max(innerDepth, item.depth)
        items.append(item.node)
      }
      content = .list(items)
    case .mapStart:
      var map = MapComposer()
      while true {
        let event = try next()
        if case .mapEnd = event.kind {
          end = event
          break
        }
        let isMerge = if case .scalar("<<", isPlain: true) = event.kind { true } else { false }
        let key = try node(event, depth: depth + 1)
        let value = try node(try next(), depth: depth + 1)
        innerDepth = max(innerDepth, value.depth)
        if isMerge {
          map.merge(value.node, at: key.node.origin)
        } else {
          map.add(key.node, value.node)
        }
      }
      findings += map.findings
      content = .map(map.finished())
    case .streamStart, .streamEnd, .documentStart, .documentEnd, .listEnd, .mapEnd:
      throw Diagnostic("a value is missing", at: origin(event))
    }
    var result = YAMLNode(content, at: origin(event, to: end))
    if let tag = event.tag { try apply(tag, to: &result) }
    let anchored = Anchored(node: result, size: size - sizeBefore, depth: innerDepth + 1)
    if let anchor = event.anchor {
      openAnchors.remove(anchor)
      anchors[anchor] = anchored
    }
    return anchored
  }

  private mutating func alias(
    _ name: String, _ event: YAMLEvent, depth: Int
  ) throws(Diagnostic) -> Anchored {
    let origin = origin(event)
    guard !openAnchors.contains(name) else {
      throw Diagnostic("`*\(name)` stands inside what it names", at: origin)
    }
    guard let anchored = anchors[name] else {
      let near = nearest(to: name, in: Array(anchors.keys))
      findings.append(
        Diagnostic(
          "nothing above is marked `&\(name)`", at: origin,
          label: near.map { "did you mean `*\($0)`?" }))
      return Anchored(node: YAMLNode(.broken, at: origin), size: 1, depth: 1)
    }
    guard depth + anchored.depth - 1 <= Self.maxDepth else {
      throw Diagnostic("nested more than \(Self.maxDepth) deep", at: origin)
    }
    try count(anchored.size - 1, at: event)
    return Anchored(
      node: anchored.node.used(at: origin.mark), size: anchored.size, depth: anchored.depth)
  }

  private mutating func count(_ nodes: Int, at event: YAMLEvent) throws(Diagnostic) {
    size += nodes
    guard size <= Self.maxNodes else {
      throw Diagnostic(
        "more than \(Self.maxNodes) values", at: origin(event),
        notes: ["an alias counts as everything it stands for"])
    }
  }

  private func apply(_ tag: String, to node: inout YAMLNode) throws(Diagnostic) {
    guard tag == "!unset" else {
      // `!` alone says "a plain text", which every scalar is.
      if tag == "!" { return }
      throw Diagnostic(
        "unknown tag `\(tag.replacing("tag:yaml.org,2002:", with: "!!").abbreviated)`",
        at: node.origin,
        notes: ["types come from the key, not from tags; the only tag is `!unset`"])
    }
    guard node.isEmpty else {
      throw Diagnostic("`!unset` takes no value", at: node.origin)
    }
    node.isUnset = true
  }

  private func next() throws(Diagnostic) -> YAMLEvent {
    do throws(YAMLSyntaxError) { return try events.next() } catch {
      throw error.diagnostic(in: source, firstColumn: firstColumn)
    }
  }

  /// - Parameter last: what closes a list or map. A bracket has a width, the end of a block none.
  private func origin(_ event: YAMLEvent, to last: YAMLEvent? = nil) -> Origin {
    var start = event.start
    let closes = last.map { $0.start != $0.end } ?? false
    let end = closes ? last?.end ?? event.end : event.end
    let length: Int
    if start.line == end.line {
      // The mark of an event includes `&anchor`; that of a plain value should not.
      if case .scalar(let text, isPlain: true) = event.kind, event.anchor != nil {
        let column = max(start.column, end.column - text.unicodeScalars.count)
        start = YAMLPosition(line: start.line, column: column)
      }
      length = end.column - start.column
    } else if case .scalar = event.kind, source.lines.indices.contains(start.line) {
      length = source.lines[start.line].unicodeScalars.count - start.column
    } else {
      length = 1
    }
    let shift = start.line == 0 ? firstColumn : 0
    return Origin(
      source: source,
      mark: Mark(line: start.line + 1, column: start.column + shift + 1, length: max(1, length)))
  }
}

/// The entries of one map while it is read.
private struct MapComposer {
  private var entries: [YAMLEntry] = []
  private var merged: [YAMLEntry] = []
  private var keys: [String: Origin] = [:]
  private(set) var findings: [Diagnostic] = []

  mutating func add(_ key: YAMLNode, _ value: YAMLNode) {
    guard case .scalar(let name, _) = key.content else {
      if case .broken = key.content { return }
      findings.append(Diagnostic("a key must be a word, found \(key.found)", at: key.origin))
      return
    }
    if let first = keys[name] {
      findings.append(
        Diagnostic(
          "`\(name.abbreviated)` is written twice", at: key.origin,
          label: "first at line \(first.mark.line)"))
      return
    }
    keys[name] = key.origin
    entries.append(YAMLEntry(key: name, keyOrigin: key.origin, value: value))
  }

  /// `<<: *base` or `<<: [*first, *second]`; what is written beside it wins, then the earlier map.
  mutating func merge(_ node: YAMLNode, at origin: Origin) {
    switch node.content {
    case .map(let entries):
      let present = Set(merged.map(\.key))
      merged += entries.filter { !present.contains($0.key) }
    case .list(let items) where items.allSatisfy({ $0.entries != nil }):
      for item in items { merge(item, at: origin) }
    case .broken: break
    case .scalar, .list:
      findings.append(
        Diagnostic("`<<` merges a map, or a list of maps, found \(node.found)", at: node.origin))
    }
  }

  func finished() -> [YAMLEntry] { entries + merged.filter { keys[$0.key] == nil } }
}

extension YAMLNode {
  /// The same tree, every value marked as used through an alias at `mark`.
  func used(at mark: Mark) -> YAMLNode {
    var copy = self
    copy.origin = origin.used(at: mark)
    switch content {
    case .scalar, .broken: break
    case .list(let items): copy.content = .list(items.map { $0.used(at: mark) })
    case .map(let entries):
      copy.content = .map(
        entries.map {
          YAMLEntry(
            key: $0.key, keyOrigin: $0.keyOrigin.used(at: mark), value: $0.value.used(at: mark))
        })
    }
    return copy
  }
}
