// Maps whose keys the file chooses, and what stands in those of a game.

extension RecordReader {
  mutating func named(
    _ kind: FieldKind, _ node: YAMLNode, _ subject: Subject
  ) -> [NamedValue]? {
    if node.isEmpty { return [] }
    guard let entries = node.entries else {
      findings.append(expected(.named(kind), node, subject))
      return nil
    }
    return entries.map { entry in
      guard LocatedName.isName(entry.key) else {
        findings.append(
          Diagnostic(
            "`\(entry.key.abbreviated)` cannot be a name in \(subject.path)", at: entry.keyOrigin,
            label: LocatedName.rule))
        return NamedValue(name: entry.key, origin: entry.keyOrigin, value: nil)
      }
      let inner = Subject(
        name: subject.path(of: entry.key), path: subject.path(of: entry.key), key: entry.keyOrigin)
      return NamedValue(
        name: entry.key, origin: entry.keyOrigin, value: value(kind, entry.value, inner))
    }
  }

  mutating func sections(
    _ section: Declaration, _ node: YAMLNode, _ subject: Subject
  ) -> [SectionValue]? {
    guard case .list(let items) = node.content else {
      findings.append(expected(.sections(section), node, subject))
      return nil
    }
    let read = items.enumerated().map { index, item -> SectionValue? in
      let path = "\(subject.path)[\(index)]"
      guard
        case .section(let record)? = value(
          .section(section), item, Subject(name: path, path: path, key: item.origin))
      else { return nil }
      return SectionValue(record: record, origin: item.origin)
    }
    return read.contains { $0 == nil } ? nil : read.compactMap(\.self)
  }

  /// Files or generated numbers, or another source and what is done with it, in the order of the keys.
  mutating func dataSource(_ node: YAMLNode, _ subject: Subject) -> FieldValue? {
    guard let entries = node.entries, let of = entries.first(where: { $0.key == "of" }) else {
      if let entries = node.entries, let word = entries.first(where: isSourceWord),
        let own = entries.first(where: { GameSchema.stored.field($0.key) != nil })
      {
        findings.append(
          Diagnostic(
            "`\(own.key)` stands beside the source, not beside `\(word.key)`", at: own.keyOrigin,
            label: "write {source: {\(word.key): …}, \(own.key): …}"))
        return nil
      }
      return section(GameSchema.stored, node, subject)
    }
    let count = findings.count
    let inner = Subject(name: "`of` in \(subject.name)", path: subject.path(of: "of"))
    let name = name(of.value, .source, inner)
    let words = vocabulary.declarations(.transformation).map(\.name)
    reportUnknownKeys(
      entries, known: ["of"] + words, in: Subject(name: subject.name, path: subject.path))
    var changes: [Choice?] = []
    for entry in entries where words.contains(entry.key) {
      if let change = transformation(entry, subject) { changes.append(change) }
    }
    guard let name, findings.count == count else { return nil }
    return .derived(
      LocatedName(name: name, origin: of.value.origin), changes.compactMap(\.self))
  }

  private func isSourceWord(_ entry: YAMLEntry) -> Bool {
    vocabulary.declaration(.source, named: entry.key) != nil
  }

  /// `invert: true` is the word alone, `invert: false` is nothing.
  private mutating func transformation(_ entry: YAMLEntry, _ subject: Subject) -> Choice? {
    let word = vocabulary.declaration(.transformation, named: entry.key)
    if case .scalar(let text, _) = entry.value.content, word?.shorthand == nil {
      if ["false", "no", "off"].contains(text.lowercased()) { return nil }
      if ["true", "yes", "on"].contains(text.lowercased()) {
        return choice(
          .transformation, .plain(entry.key, at: entry.keyOrigin),
          path: subject.path(of: entry.key))
      }
    }
    return choice(
      .transformation, YAMLNode(.map([entry]), at: entry.keyOrigin),
      path: subject.path(of: entry.key))
  }

  /// A vector, or with `classes` a class.
  mutating func latent(_ node: YAMLNode, _ subject: Subject) -> FieldValue? {
    let isLabel = node.entries?.contains { $0.key == "classes" } == true
    return section(isLabel ? GameSchema.label : LatentSection.declaration, node, subject)
  }

  /// Names, or a map of names and factors.
  mutating func weightedNames(
    _ node: YAMLNode, _ reference: NameKind, _ subject: Subject
  ) -> FieldValue? {
    guard let entries = node.entries else {
      return names(node, reference, subject).map { .weightedNames($0, factors: nil) }
    }
    var names: [LocatedName] = []
    var factors: [Double] = []
    for entry in entries {
      let inner = Subject(
        name: "the factor of `\(entry.key.abbreviated)` in \(subject.name)",
        path: subject.path(of: entry.key))
      guard let factor = number(entry.value, .any, inner) else { return nil }
      names.append(LocatedName(name: entry.key, origin: entry.keyOrigin))
      factors.append(factor)
    }
    return .weightedNames(names, factors: factors)
  }
}

extension YAMLNode {
  /// The moves of a file, those optimizers completed that name no `kind`: what they do not say is as the
  /// optimizer at the top says.
  func completingOptimizers(_ common: YAMLNode?, _ overlay: inout Overlay) -> YAMLNode {
    guard case .list(let moves) = content, let common, !common.isNothing else { return self }
    var result = self
    result.content = .list(
      moves.map { move in
        guard var entries = move.entries,
          let place = entries.firstIndex(where: { $0.key == "optimizer" }),
          let own = entries[place].value.entries, !own.contains(where: { $0.key == "kind" })
        else { return move }
        entries[place].value = overlay.lay(
          entries[place].value, on: common, as: .choice(.optimizer))
        return YAMLNode(.map(entries), at: move.origin)
      })
    return result
  }
}
