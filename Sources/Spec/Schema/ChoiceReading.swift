// Tagged things: `batch_norm`, `{linear: 128}`, `{kind: adam, learning_rate: 1e-4}`, and sections.

extension RecordReader {
  mutating func choice(_ category: Category, _ node: YAMLNode, path: String) -> Choice? {
    switch node.content {
    case .broken: return nil
    case .scalar(let text, _):
      guard !node.isEmpty else { break }
      guard let declaration = declaration(category, text, at: node.origin) else { return nil }
      let subject = Subject(name: declaration.name, path: path)
      return choice(category, declaration, [], at: node.origin, subject)
    case .list: break
    case .map(let entries) where category.isWrittenWithKind:
      return choiceWithKind(category, entries, at: node.origin, name: path, path: path)
    case .map(let entries):
      guard entries.count == 1 else {
        reportSeveralKeys(category, entries, at: node.origin)
        return nil
      }
      let entry = entries[0]
      guard let declaration = declaration(category, entry.key, at: entry.keyOrigin),
        let arguments = arguments(declaration, entry.value)
      else { return nil }
      let subject = Subject(name: declaration.name, path: path)
      return choice(category, declaration, arguments, at: entry.keyOrigin, subject)
    }
    let subject = Subject(name: path.isEmpty ? "this" : path, path: path)
    findings.append(expected(.choice(category), node, subject))
    return nil
  }

  private mutating func choice(
    _ category: Category, _ declaration: Declaration, _ entries: [YAMLEntry], at origin: Origin,
    _ subject: Subject, reserved: [String] = []
  ) -> Choice? {
    record(declaration, entries, at: origin, subject, reserved: reserved).map {
      Choice(
        category: category, name: declaration.name, record: $0, origin: origin,
        position: subject.path)
    }
  }

  private mutating func reportSeveralKeys(
    _ category: Category, _ entries: [YAMLEntry], at origin: Origin
  ) {
    let what = FieldKind.choice(category).expectation(vocabulary)
    guard let first = entries.first else {
      findings.append(Diagnostic("expected \(what), found an empty map", at: origin))
      return
    }
    let second = entries[1]
    guard let known = vocabulary.declaration(category, named: first.key),
      known.field(second.key) != nil
    else {
      findings.append(
        Diagnostic(
          "\(what) is one key, found `\(first.key.abbreviated)` and `\(second.key.abbreviated)`",
          at: second.keyOrigin))
      return
    }
    var inside = ""
    if let shorthand = known.shorthand, case .scalar(let text, _) = first.value.content,
      !first.value.isEmpty
    {
      inside = "\(shorthand): \(text.abbreviated), "
    }
    findings.append(
      Diagnostic(
        "`\(second.key)` stands beside `\(first.key)`, not inside it", at: second.keyOrigin,
        label: "write {\(first.key): {\(inside)\(second.key): …}}"))
  }

  private mutating func declaration(
    _ category: Category, _ word: String, at origin: Origin
  ) -> Declaration? {
    if let declaration = vocabulary.declaration(category, named: word) { return declaration }
    let names = vocabulary.declarations(category).map(\.name)
    let parts = word.split(separator: " ", maxSplits: 1)
    var label = hint(category, word, names)
    if parts.count == 2, names.contains(String(parts[0])) {
      label = "did you mean `\(parts[0]): \(parts[1])`?".abbreviated
    }
    findings.append(
      Diagnostic(
        "unknown \(category.singular) `\(word.abbreviated)`", at: origin, label: label,
        notes: [
          names.isEmpty
            ? "this version knows no \(category.plural)"
            : "\(category.plural): \(names.joined(separator: ", "))"
        ]))
    return nil
  }

  /// The word of the same meaning, or of nearly the same letters, or what else the word is.
  private func hint(_ category: Category, _ word: String, _ names: [String]) -> String? {
    if category == .source, let path = Self.folder(word) { return "did you mean `\(path)`?" }
    if let meant = Synonyms.word(word, category), names.contains(meant.word) {
      return "did you mean `\(meant.word)`" + (meant.with.map { ", with `\($0)`" } ?? "") + "?"
    }
    if let absence = Synonyms.absence(word) { return absence }
    if let near = nearest(to: word, in: names) { return "did you mean `\(near)`?" }
    let other = Category.allCases.first {
      $0 != category && vocabulary.declaration($0, named: word) != nil
    }
    if let other { return "`\(word)` is \(other.article) \(other.singular)" }
    return category == .source && names.contains("folder")
      ? "for pictures of your own write `{folder: \(word.abbreviated)}`" : nil
  }

  /// A path where the word of a source should be, as it would be written.
  private static func folder(_ word: String) -> String? {
    let isArchive = [".zip", ".tar", ".tar.gz", ".tgz"].contains { word.hasSuffix($0) }
    let isArray = [".npy", ".npz"].contains { word.hasSuffix($0) }
    guard isArchive || isArray || word.contains("/") || word == "." || word == "~" else {
      return Synonyms.word(word, .source)?.word == "folder" ? "{folder: \(word)}" : nil
    }
    return "{\(isArray ? "numpy" : "folder"): \(word.abbreviated)}"
  }

  /// The keys behind the word, from the short forms too.
  private mutating func arguments(
    _ declaration: Declaration, _ node: YAMLNode
  ) -> [YAMLEntry]? {
    func entry(_ name: String, _ value: YAMLNode) -> YAMLEntry {
      YAMLEntry(key: name, keyOrigin: value.origin, value: value)
    }
    switch node.content {
    case .broken: return nil
    case .map(let entries): return entries
    case .list(let items) where !declaration.listForm.isEmpty:
      guard (1...declaration.listForm.count).contains(items.count) else {
        findings.append(
          Diagnostic(
            "\(declaration.name) takes [\(declaration.listForm.joined(separator: ", "))], "
              + "found a list of \(items.count)", at: node.origin))
        return nil
      }
      return zip(declaration.listForm, items).map(entry)
    case .scalar where node.isEmpty: return []
    case .scalar, .list:
      if let shorthand = declaration.shorthand { return [entry(shorthand, node)] }
      let keys = declaration.fields.map(\.name)
      findings.append(
        Diagnostic(
          "\(declaration.name) takes "
            + (keys.isEmpty ? "no value, found " : "a map of keys, found ") + node.found,
          at: node.origin,
          notes: keys.isEmpty ? [] : ["keys here: \(keys.joined(separator: ", "))"]))
      return nil
    }
  }

  /// - Parameter name: the section, for words: two networks may share what is written there.
  mutating func choiceWithKind(
    _ category: Category, _ entries: [YAMLEntry], at origin: Origin, name: String, path: String,
    reserved: [String] = []
  ) -> Choice? {
    guard let kind = entries.first(where: { $0.key == "kind" }) else {
      let names = vocabulary.declarations(category).map(\.name).joined(separator: ", ")
      let meant = entries.first { Synonyms.key($0.key, among: ["kind"]) != nil }
      findings.append(
        Diagnostic(
          "\(name) needs `kind`", at: meant?.keyOrigin ?? origin,
          label: meant == nil ? nil : "did you mean `kind`?",
          notes: ["\(category.plural): \(names)"]))
      return nil
    }
    let subject = Subject(name: "`kind` in \(name)", path: path)
    guard let word = text(kind.value, subject),
      let declaration = declaration(category, word, at: kind.value.origin)
    else { return nil }
    let own = Subject(name: "\(name) (\(word))", path: path)
    return choice(
      category, declaration, entries.filter { $0.key != "kind" }, at: kind.value.origin, own,
      reserved: ["kind"] + reserved)
  }

  mutating func choices(_ category: Category, _ node: YAMLNode, _ subject: Subject) -> FieldValue? {
    if node.isEmpty { return .choices([]) }
    guard case .list(let items) = node.content else {
      findings.append(expected(.choices(category), node, subject))
      return nil
    }
    let read = items.enumerated().map { index, item in
      choice(category, item, path: "\(subject.path)[\(index)]")
    }
    return read.contains { $0 == nil } ? nil : .choices(read.compactMap(\.self))
  }

  // MARK: sections

  mutating func section(
    _ section: Declaration, _ node: YAMLNode, _ outer: Subject
  ) -> FieldValue? {
    let subject = Subject(name: outer.path, path: outer.path)
    var entries = node.entries ?? []
    let namesOwnKey = entries.contains { section.field($0.key) != nil }
    if let shorthand = section.shorthand, !node.isEmpty, !namesOwnKey,
      node.entries == nil || !entries.isEmpty
    {
      entries = [YAMLEntry(key: shorthand, keyOrigin: node.origin, value: node)]
    } else if node.entries == nil, !node.isEmpty {
      findings.append(expected(.section(section), node, subject))
      return nil
    }
    return record(section, entries, at: outer.key ?? node.origin, subject).map { .section($0) }
  }
}
