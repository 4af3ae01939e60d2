/// `--set a.b[2].c=value`: a place, and a value to lay over it.
struct Override {
  enum Step { case key(String, Origin), index(Int, Origin) }

  /// Before `=`, and where that stands.
  let path: String
  let origin: Origin
  let value: YAMLNode
  private let steps: [Step]

  /// nil, with the reason in `findings`, if this is not `path=value`.
  ///
  /// - Parameter schema: what the value is read by; nil for a setting of a sweep, which is YAML.
  init?(_ text: String, _ schema: SchemaPath?, findings: inout [Diagnostic]) {
    let kind: SourceText.Kind = schema == nil ? .sweep : .set
    let checked = text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" || $0 == "\t" }
    let source = SourceText(name: kind == .set ? "--set" : "sweep", text: text, kind: kind)
    func origin(_ column: Int, _ length: Int) -> Origin {
      Origin(source: source, mark: Mark(line: 1, column: column, length: max(1, length)))
    }
    let scalars = Array(text.unicodeScalars)
    guard checked, text.utf8.count <= 10_000, let equals = scalars.firstIndex(of: "="), equals > 0
    else {
      findings.append(
        Diagnostic(
          "expected path=value", at: origin(1, scalars.count),
          label: "such as optimizer.learning_rate=1e-4"))
      return nil
    }
    var steps: [Step] = []
    var position = 0
    while position < equals {
      let isIndex = scalars[position] == "["
      if isIndex || scalars[position] == "." && position > 0 { position += 1 }
      let end =
        scalars[position..<equals].firstIndex { isIndex ? $0 == "]" : $0 == "." || $0 == "[" }
        ?? equals
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars[position..<end])
      let place = origin(position + 1, end - position)
      let index = isIndex && end < equals ? Int(String(view)) : nil
      guard end > position, !isIndex || index.map({ $0 >= 0 }) == true, steps.count < 32 else {
        findings.append(
          Diagnostic(
            "this is not a path", at: place,
            label: "such as architecture.generator[0] or data.batch"))
        return nil
      }
      steps.append(index.map { .index($0, place) } ?? .key(String(view), place))
      position = isIndex ? end + 1 : end
    }
    self.steps = steps
    let path = Self.text(scalars[..<equals])
    self.path = path
    self.origin = origin(1, equals)
    let rest = Self.text(scalars[(equals + 1)...])
    let count = findings.count
    let node =
      schema.map { schema in
        ValueText(source: source, firstColumn: equals + 1, kinds: schema.kinds(at: path)).node(
          rest, findings: &findings)
      }
      ?? Composer.compose(rest, source: source, firstColumn: equals + 1, findings: &findings)
    guard findings.count == count else { return nil }
    value = node ?? .plain("", at: origin(equals + 2, 1))
  }

  private static func text(_ range: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: range)
    return String(view)
  }

  func apply(to root: YAMLNode, _ overlay: inout Overlay, _ findings: inout [Diagnostic])
    -> YAMLNode
  {
    if case .key(let name, let origin) = steps[0] {
      if name == "extends" {
        findings.append(Diagnostic("`extends` cannot be set", at: origin))
        return root
      }
      if name == "params", steps.count > 1, case .key(let parameter, let origin) = steps[1],
        root["params"]?[parameter] == nil
      {
        let names = root["params"]?.entries?.map(\.key) ?? []
        findings.append(
          Diagnostic(
            "there is no parameter `\(parameter.abbreviated)`", at: origin,
            label: nearest(to: parameter, in: names).map { "did you mean `\($0)`?" },
            notes: names.isEmpty ? [] : ["params: \(names.joined(separator: ", "))"]))
        return root
      }
    }
    let kind = FieldKind.section(ExperimentSchema.declaration(overlay.vocabulary, nil))
    return apply(stepsOfTheTree[...], to: root, as: kind, &overlay, &findings)
  }

  /// A path that an axis names is one key: `sweep.axes.latent.size`.
  private var stepsOfTheTree: [Step] {
    let prefix = "sweep.axes."
    guard path.hasPrefix(prefix), steps.count > 3, case .key(_, let origin) = steps[2] else {
      return steps
    }
    return steps[..<2] + [.key(String(path.dropFirst(prefix.count)), origin)]
  }

  private func apply(
    _ steps: ArraySlice<Step>, to node: YAMLNode, as kind: FieldKind?, _ overlay: inout Overlay,
    _ findings: inout [Diagnostic]
  ) -> YAMLNode {
    let hasIndex = steps.contains { if case .index = $0 { true } else { false } }
    guard hasIndex, let step = steps.first else {
      let over = steps.reversed().reduce(value) { inner, step in
        guard case .key(let key, let origin) = step else { return inner }
        return YAMLNode(.map([YAMLEntry(key: key, keyOrigin: origin, value: inner)]), at: origin)
      }
      return overlay.lay(over, on: node, as: kind)
    }
    if let (steps, node) = Self.written(steps, node, as: kind) {
      return apply(steps, to: node, as: kind, &overlay, &findings)
    }
    var result = node
    switch step {
    case .key(let key, let origin):
      guard var entries = node.entries, let at = entries.firstIndex(where: { $0.key == key }) else {
        let keys = node.entries?.map(\.key) ?? []
        findings.append(
          Diagnostic(
            "there is no `\(key.abbreviated)` here", at: origin,
            label: nearest(to: key, in: keys).map { "did you mean `\($0)`?" },
            notes: keys.isEmpty ? [] : ["keys here: \(keys.joined(separator: ", "))"]))
        return node
      }
      let inner = kind.flatMap { $0.inside(key, overlay.vocabulary) }
      entries[at].value = apply(
        steps.dropFirst(), to: entries[at].value, as: inner, &overlay, &findings)
      result.content = .map(entries)
    case .index(let index, let origin):
      guard case .list(var items) = node.content, items.indices.contains(index) else {
        let message =
          if case .list(let items) = node.content {
            "there are \(items.count) entries, counted from 0"
          } else {
            "this is \(node.found), not a list"
          }
        findings.append(Diagnostic(message, at: origin))
        return node
      }
      let inner: FieldKind? =
        switch kind {
        case .choices(let category): .choice(category)
        case .sections(let section): .section(section)
        default: nil  // of other lists the schema says nothing more
        }
      items[index] = apply(steps.dropFirst(), to: items[index], as: inner, &overlay, &findings)
      result.content = .list(items)
    }
    return result
  }
}

extension Override {
  /// The same place where a section and a list of it are two ways to write one thing: the third layer of
  /// a network is `[2]`, however the network is written. nil where it is written as the path says.
  private static func written(
    _ steps: ArraySlice<Step>, _ node: YAMLNode, as kind: FieldKind?
  ) -> (steps: ArraySlice<Step>, node: YAMLNode)? {
    guard case .section(let section)? = kind, let list = section.listKey, let step = steps.first
    else {
      return nil
    }
    switch (step, node.content) {
    case (.index(_, let origin), .map): return ([.key(list, origin)] + steps, node)
    case (.index(_, let origin), .list):
      return ([.key(list, origin)] + steps, .written(list, node))
    case (.key(list, _), .list): return (steps, .written(list, node))
    case (.key, _), (.index, _): return nil
    }
  }

  /// `--sweep a.b=[1, 2]`: an axis; nil, with the reason in `findings`, if it is none.
  static func axis(
    _ text: String, _ schema: SchemaPath, findings: inout [Diagnostic]
  ) -> YAMLEntry? {
    let source = SourceText(name: "--sweep", text: text, kind: .sweep)
    let scalars = Array(text.unicodeScalars)
    func origin(_ column: Int, _ length: Int) -> Origin {
      Origin(source: source, mark: Mark(line: 1, column: column, length: max(1, length)))
    }
    guard text.utf8.count <= 10_000, let equals = scalars.firstIndex(of: "="), equals > 0 else {
      findings.append(
        Diagnostic(
          "expected path=values", at: origin(1, scalars.count),
          label: "such as latent.size=[16, 64, 100]"))
      return nil
    }
    let path = Self.text(scalars[..<equals])
    let values = ValueText(source: source, firstColumn: equals + 1, kinds: schema.kinds(at: path))
    let value = values.axis(Self.text(scalars[(equals + 1)...]), findings: &findings)
    return YAMLEntry(
      key: path, keyOrigin: origin(1, equals), value: value ?? .plain("", at: origin(equals + 2, 1))
    )
  }
}

extension YAMLNode {
  /// A list as the key of a map.
  fileprivate static func written(_ key: String, _ node: YAMLNode) -> YAMLNode {
    YAMLNode(
      .map([YAMLEntry(key: key, keyOrigin: node.origin, value: node)]), at: node.origin)
  }

  /// The tree with one more axis in `sweep.axes`, or another one in the place of it.
  func adding(_ axis: YAMLEntry) -> YAMLNode {
    func replacing(_ entry: YAMLEntry, in node: YAMLNode?) -> YAMLNode {
      var entries = node?.entries ?? []
      if let place = entries.firstIndex(where: { $0.key == entry.key }) {
        entries[place] = entry
      } else {
        entries.append(entry)
      }
      return YAMLNode(.map(entries), at: node?.origin ?? entry.keyOrigin)
    }
    func entry(_ key: String, _ value: YAMLNode, of node: YAMLNode?) -> YAMLEntry {
      let old = node?.entries?.first { $0.key == key }
      return YAMLEntry(key: key, keyOrigin: old?.keyOrigin ?? axis.keyOrigin, value: value)
    }
    let sweep = self["sweep"]
    let axes = replacing(axis, in: sweep?["axes"])
    let extended = replacing(entry("axes", axes, of: sweep), in: sweep)
    return replacing(entry("sweep", extended, of: self), in: self)
  }
}

extension FieldKind {
  /// What the schema says of `key` in here.
  func inside(_ key: String, _ vocabulary: Vocabulary) -> FieldKind? {
    switch self {
    case .section(let section): section.field(key)?.kind
    case .named(let kind): kind
    case .dataSource: GameSchema.anySource(vocabulary).field(key)?.kind
    case .latent: GameSchema.anyLatent.field(key)?.kind
    case .choice(let category) where !category.isWrittenWithKind:
      vocabulary.declaration(category, named: key).map { .section($0) }
    default: nil
    }
  }
}
