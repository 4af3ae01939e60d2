/// Lays one tree over another: what `extends` and `--set` do. Maps merge, lists and scalars
/// replace, `!unset` removes. A choice of another kind replaces the old one, but the keys that
/// both kinds have stay.
struct Overlay {
  let vocabulary: Vocabulary
  private(set) var findings: [Diagnostic] = []

  init(vocabulary: Vocabulary) { self.vocabulary = vocabulary }

  /// - Parameter kind: what the schema says of this place; nil where it says nothing.
  mutating func lay(_ over: YAMLNode, on base: YAMLNode, as kind: FieldKind?) -> YAMLNode {
    switch kind {
    case .choice(let category) where category.isWrittenWithKind:
      return layKind(over, on: base, category, perNetwork: false)
    case .choicePerNetwork(let category):
      return layKind(over, on: base, category, perNetwork: true)
    case .choice(let category):
      guard let new = over.entries, let old = base.entries, new.count == 1, old.count == 1,
        new[0].key == old[0].key
      else { return over }
      var result = over
      let word = vocabulary.declaration(category, named: new[0].key)
      let value = layMap(
        new[0].value, on: word.map { written(old[0].value, $0) } ?? old[0].value,
        fields: word?.fields ?? [])
      result.content = .map([
        YAMLEntry(key: new[0].key, keyOrigin: new[0].keyOrigin, value: value)
      ])
      return result
    case .section(let section):
      guard section.shorthand != nil, let new = over.entries else {
        return layMap(over, on: base, fields: section.fields)
      }
      // A map without a key of the section stands for one of them, as `{normal: 0.02}` for a weight.
      guard new.contains(where: { section.field($0.key) != nil }) else { return over }
      return layMap(over, on: written(base, section, orMap: true), fields: section.fields)
    case .named(let inner): return layMap(over, on: base, fields: [], others: inner)
    case .dataSource: return lay(over, on: base, as: .section(GameSchema.anySource(vocabulary)))
    case .latent: return lay(over, on: base, as: .section(GameSchema.anyLatent))
    case .transformed(let word): return lay(over, on: base, as: .section(word))
    case .params: return layMap(over, on: base, fields: [])
    case .sweep:
      let paths = ["axes", "linked"].map {
        FieldDeclaration(name: $0, kind: .params, fallback: .empty, isOptional: true, summary: "")
      }
      return layMap(over, on: base, fields: SweepSection.declaration.fields + paths)
    default: return over  // every other kind is a scalar or a list, which replace
    }
  }

  /// A value in a short form, as `ema: 0.999` or `normal: [1, 0.02]`, with its keys written out: what
  /// is laid over one of them leaves the others.
  ///
  /// - Parameter orMap: whether a map without a key of the declaration is a short form too.
  private func written(
    _ node: YAMLNode, _ declaration: Declaration, orMap: Bool = false
  ) -> YAMLNode {
    func map(_ entries: [(String, YAMLNode)]) -> YAMLNode {
      YAMLNode(
        .map(entries.map { YAMLEntry(key: $0, keyOrigin: $1.origin, value: $1) }), at: node.origin)
    }
    switch node.content {
    case .list(let items) where !declaration.listForm.isEmpty:
      return items.count <= declaration.listForm.count
        ? map(Array(zip(declaration.listForm, items))) : node
    case .scalar, .list:
      guard let shorthand = declaration.shorthand, !node.isNothing else { return node }
      return map([(shorthand, node)])
    case .map(let entries):
      guard orMap, let shorthand = declaration.shorthand, !entries.isEmpty,
        !entries.contains(where: { declaration.field($0.key) != nil })
      else { return node }
      return map([(shorthand, node)])
    case .broken: return node
    }
  }

  /// - Parameter others: what the schema says of keys that are no field: those that the file chooses.
  private mutating func layMap(
    _ over: YAMLNode, on base: YAMLNode, fields: [FieldDeclaration], others: FieldKind? = nil
  ) -> YAMLNode {
    guard let new = over.entries, var old = base.entries else {
      // `guards:` with nothing behind it changes nothing.
      return over.isEmpty && !over.isUnset && base.entries != nil ? base : over
    }
    let places = Dictionary(
      old.indices.map { (old[$0].key, $0) }, uniquingKeysWith: { first, _ in first })
    var removed: Set<String> = []
    for entry in new {
      let kind = fields.first { $0.name == entry.key }?.kind ?? others
      if let index = places[entry.key] {
        if entry.value.isUnset {
          removed.insert(entry.key)
        } else {
          old[index].value = lay(entry.value, on: old[index].value, as: kind)
          old[index].keyOrigin = entry.keyOrigin
        }
      } else if entry.value.isUnset {
        findings.append(
          Diagnostic(
            "there is no `\(entry.key.abbreviated)` to unset", at: entry.keyOrigin,
            label: nearest(to: entry.key, in: old.map(\.key)).map { "did you mean `\($0)`?" }))
      } else {
        old.append(entry)
      }
    }
    return YAMLNode(.map(old.filter { !removed.contains($0.key) }), at: base.origin)
  }

  private mutating func layKind(
    _ over: YAMLNode, on base: YAMLNode, _ category: Category, perNetwork: Bool
  ) -> YAMLNode {
    var base = base
    if case .scalar = base.content, !base.isNothing {
      base.content = .map([YAMLEntry(key: "kind", keyOrigin: base.origin, value: base)])
    }
    guard over.entries != nil, let old = base.entries else { return over }
    if case .scalar(let new, _)? = over["kind"]?.content,
      case .scalar(let former, _)? = base["kind"]?.content, new != former,
      let declaration = vocabulary.declaration(category, named: new)
    {
      let players = perNetwork ? Player.allCases.map(\.rawValue) : []
      let kept = Set(["kind"] + declaration.fields.map(\.name) + players)
      for entry in old where !kept.contains(entry.key) && over[entry.key] == nil {
        findings.append(
          Diagnostic(
            "`\(entry.key.abbreviated)` of \(former.abbreviated) is no key of \(new): dropped",
            at: entry.keyOrigin, severity: .warning, isWithoutEffect: true))
      }
      // What is unset by name is there to be removed, without a warning.
      base.content = .map(
        old.filter { kept.contains($0.key) || over[$0.key]?.isUnset == true })
    }
    let kinds = [over, base].compactMap { node -> Declaration? in
      guard case .scalar(let kind, _)? = node["kind"]?.content else { return nil }
      return vocabulary.declaration(category, named: kind)
    }
    let fields = kinds.first?.fields ?? []
    guard perNetwork else { return layMap(over, on: base, fields: fields) }
    let networks = Player.allCases.map {
      FieldDeclaration(
        name: $0.rawValue, kind: .choice(category), fallback: DefaultText.none, isOptional: true,
        summary: "")
    }
    return layMap(over, on: base, fields: fields + networks)
  }
}
