/// Reads located YAML by declarations: types, ranges, words, defaults. Reports everything that is
/// wrong; a value is nil only if something was reported.
struct RecordReader {
  let vocabulary: Vocabulary
  private let form: GameForm?
  var findings: [Diagnostic] = []
  /// Sections by key, once somebody asks.
  private var homes: [String: [String]]?

  /// - Parameter form: that of the file, for hints; nil where that does not matter.
  init(vocabulary: Vocabulary, form: GameForm? = nil) {
    self.vocabulary = vocabulary
    self.form = form
  }

  /// What is being read, for words and positions.
  struct Subject {
    /// `optimizer (adam)`, `leaky_relu`, `data`
    let name: String
    /// `optimizer`, `architecture.generator[3]`, `data`
    let path: String
    /// The key before it.
    var key: Origin?

    func path(of key: String) -> String { path.isEmpty ? key : path + "." + key }

    /// Whether the key at a place stands in what is being read, or in what that is a part of.
    func isWithin(_ place: String) -> Bool {
      let parts = place.split(separator: ".").dropLast()
      return !path.isEmpty && path.split(separator: ".").starts(with: parts)
    }
  }

  /// - Parameters:
  ///   - origin: where a missing key is reported.
  ///   - reserved: keys that the caller reads, such as `kind`.
  mutating func record(
    _ declaration: Declaration, _ entries: [YAMLEntry], at origin: Origin, _ subject: Subject,
    reserved: [String] = []
  ) -> Record? {
    let (read, isComplete) = fields(
      of: declaration, entries, at: origin, subject, reserved: reserved)
    return isComplete ? checked(read, by: declaration) : nil
  }

  /// The fields that could be read, and whether that is all of them.
  mutating func fields(
    of declaration: Declaration, _ entries: [YAMLEntry], at origin: Origin, _ subject: Subject,
    reserved: [String] = []
  ) -> (read: [Record.Entry], isComplete: Bool) {
    let keys = declaration.fields.map(\.name)
    let kind = reserved.filter { $0 == "kind" }
    reportUnknownKeys(
      entries, known: kind + keys + reserved.filter { $0 != "kind" }, in: subject)
    var read: [Record.Entry] = []
    var missing: [FieldDeclaration] = []
    for field in declaration.fields {
      let entry = entries.first { $0.key == field.name }
      let isActive = conditionHolds(field.condition, in: read)
      if let entry, !isActive, let condition = field.condition {
        findings.append(
          Diagnostic(
            "`\(field.name)` belongs to `\(condition)`", at: entry.keyOrigin))
      }
      let node: YAMLNode
      if let entry {
        node = entry.value
      } else if let fallback = field.fallback {
        node = fallback.node(at: origin)
      } else if !isActive {
        continue
      } else {
        missing.append(field)
        continue
      }
      let value = value(
        of: field, node, subject, key: entry?.keyOrigin, isList: field.name == declaration.listKey)
      guard let value else { continue }
      let valueOrigin = entry.map { value.isComposite ? $0.keyOrigin : $0.value.origin }
      read.append(
        Record.Entry(
          name: field.name, kind: field.kind, value: value, origin: valueOrigin ?? node.origin,
          isActive: isActive
            && !field.isUnsaid(as: value),
          fallback: field.fallback))
    }
    // What an unknown key was meant for has been said at that key.
    let unknown = entries.map(\.key).filter { key in !(keys + reserved).contains(key) }
    let meant = Set(
      unknown.prefix(Self.hintLimit).compactMap { Synonyms.meant(by: $0, among: keys) })
    missing.removeAll { meant.contains($0.name) }
    if !missing.isEmpty {
      findings.append(
        Diagnostic(
          "\(subject.name) needs \(missing.map { "`\($0.name)`" }.joined(separator: ", "))",
          at: origin,
          notes: missing.map { field in
            if case .section = field.kind { return "\(field.name): \(field.summary)" }
            return "\(field.name): \(field.summary), \(field.kind.expectation(vocabulary))"
          }))
    }
    let names = Set(read.map(\.name))
    let isComplete = declaration.fields.allSatisfy {
      names.contains($0.name) || $0.isRequired && $0.condition != nil
    }
    return (read, isComplete)
  }

  /// The record of fields that are all there; nil, with a finding, where they do not go together.
  mutating func checked(_ read: [Record.Entry], by declaration: Declaration) -> Record? {
    let record = Record(entries: read)
    let objections = declaration.check(record)
    for objection in objections {
      findings.append(
        Diagnostic(
          objection.message, at: record.origin(of: objection.field), label: objection.label))
    }
    return objections.isEmpty ? record : nil
  }

  private func conditionHolds(_ condition: FieldCondition?, in read: [Record.Entry]) -> Bool {
    guard let condition else { return true }
    guard let entry = read.first(where: { $0.name == condition.field }) else { return true }
    if case .text(let word) = entry.value { return condition.values.contains(word) }
    return true
  }

  /// More unknown keys than anybody reads would make a file slow to answer.
  private static let hintLimit = 100

  mutating func reportUnknownKeys(
    _ entries: [YAMLEntry], known: [String], in subject: Subject
  ) {
    let unknown = entries.filter { !known.contains($0.key) }
    for (index, entry) in unknown.enumerated() {
      let hint =
        index < Self.hintLimit
        ? meantHere(by: entry, known, subject) ?? place(of: entry, outside: subject)
          ?? Synonyms.absence(entry.key) : nil
      findings.append(
        Diagnostic(
          "unknown key `\(entry.key.abbreviated)` in \(subject.name)", at: entry.keyOrigin,
          label: hint,
          notes: [
            known.isEmpty
              ? "\(subject.name) takes no keys" : "keys here: \(known.joined(separator: ", "))"
          ]))
    }
  }

  /// The key here that was meant; of a length with its value, whose unit the other key has said.
  private func meantHere(by entry: YAMLEntry, _ known: [String], _ subject: Subject) -> String? {
    guard let meant = Synonyms.meant(by: entry.key, among: known) else { return nil }
    if subject.path(of: meant) == "schedule.length", let length = Self.length(entry) {
      return "did you mean `length: \(length)`?"
    }
    return "did you mean `\(meant)`?"
  }

  /// `30 epochs` of `n_epochs: 30`.
  private static func length(_ entry: YAMLEntry) -> String? {
    guard case .scalar(let text, _) = entry.value.content, Synonyms.place(entry.key) != nil else {
      return nil
    }
    return Amounts.suggestion(for: text + " " + Synonyms.unit(ofKey: entry.key), as: .length)
  }

  /// Where a key of that name or meaning belongs.
  private mutating func place(of entry: YAMLEntry, outside subject: Subject) -> String? {
    let key = entry.key
    // Inside of a layer there is more that a word may mean than a place elsewhere.
    guard !subject.path.contains("[") else { return nil }
    if let meant = Synonyms.place(key), !subject.isWithin(meant) {
      let place = form?.place(of: meant) ?? meant
      if place == "schedule.length", let length = Self.length(entry) {
        return "here it is `schedule.length: \(length)`"
      }
      return place.hasSuffix(".\(key)")
        ? "`\(key)` belongs in \(place.dropLast(key.count + 1))" : "here it is `\(place)`"
    }
    let sections = homes ?? sectionsByKey()
    homes = sections
    let homes = (sections[key] ?? []).filter { !subject.isWithin($0 + ".\(key)") }
    guard let last = homes.last, homes.count <= 4 else { return nil }
    let others = homes.dropLast().joined(separator: ", ")
    return "`\(key)` belongs in \(others.isEmpty ? "" : others + " or ")\(last)"
  }

  /// By key, the sections that have it.
  private func sectionsByKey() -> [String: [String]] {
    var found: [String: [String]] = [:]
    func search(_ section: Declaration, _ path: String) {
      for field in section.fields {
        if !path.isEmpty { found[field.name, default: []].append(path) }
        let inside = path.isEmpty ? field.name : "\(path).\(field.name)"
        switch field.kind {
        case .section(let inner): search(inner, inside)
        case .choicePerNetwork(let category):
          let keys = Set(vocabulary.declarations(category).flatMap { $0.fields.map(\.name) })
          for key in keys { found[key, default: []].append(inside) }
        default: break
        }
      }
    }
    search(ExperimentSchema.declaration(vocabulary, form), "")
    return found
  }

  private mutating func value(
    of field: FieldDeclaration, _ node: YAMLNode, _ subject: Subject, key: Origin?, isList: Bool
  ) -> FieldValue? {
    if field.isOptional, node.isNothing { return FieldValue.none }
    let inner = Subject(
      name: "`\(field.name)` in \(subject.name)",
      path: isList ? subject.path : subject.path(of: field.name), key: key)
    return value(field.kind, node, inner)
  }

  mutating func value(_ kind: FieldKind, _ node: YAMLNode, _ subject: Subject) -> FieldValue? {
    if case .broken = node.content { return nil }
    switch kind {
    case .number(let bounds): return number(node, bounds, subject).map { .number($0) }
    case .integer(let bounds): return integer(node, bounds, subject).map { .integer($0) }
    case .flag: return flag(node, subject)
    case .text: return text(node, subject).map { .text($0) }
    case .texts:
      return list(node, count: nil, kind, subject) { reader, item in
        reader.text(item, subject)
      }.map { .texts($0) }
    case .word(let words): return word(node, words, subject)
    case .order(let words): return order(node, words, subject)
    case .numbers(let count, let bounds):
      return list(node, count: count, kind, subject) { reader, item in
        reader.number(item, bounds, subject)
      }.map { .numbers($0) }
    case .integers(let count, let bounds):
      return list(node, count: count, kind, subject) { reader, item in
        reader.integer(item, bounds, subject)
      }.map { .integers($0) }
    case .sizes(let bounds): return sizes(node, bounds, subject)
    case .formula(let isLabel):
      return formula(node, isLabel: isLabel, subject).map { .formula($0) }
    case .name(let reference): return name(node, reference, subject).map { .text($0) }
    case .names(let reference): return names(node, reference, subject).map { .names($0) }
    case .choice(let category):
      return choice(category, node, path: subject.path).map { .choice($0) }
    case .choices(let category): return choices(category, node, subject)
    case .choicePerNetwork(let category): return choicePerNetwork(category, node, subject)
    case .section(let section): return self.section(section, node, subject)
    case .sections(let section): return sections(section, node, subject).map { .sections($0) }
    case .named(let kind): return named(kind, node, subject).map { .named($0) }
    case .dataSource: return dataSource(node, subject)
    case .latent: return latent(node, subject)
    case .weightedNames(let reference): return weightedNames(node, reference, subject)
    case .transformed(let word): return section(word, node, subject)
    case .length, .period, .grid, .duration, .bytes: return amount(kind, node, subject)
    case .lengths: return lengths(node, subject).map { .lengths($0) }
    case .params, .sweep: return FieldValue.none
    }
  }

  func expected(
    _ kind: FieldKind, _ node: YAMLNode, _ subject: Subject, label: String? = nil
  ) -> Diagnostic {
    if node.isEmpty {
      return Diagnostic(
        "\(subject.name) has no value", at: node.origin,
        label: "expected \(kind.expectation(vocabulary))")
    }
    return Diagnostic(
      "\(subject.name) must be \(kind.expectation(vocabulary)), found \(node.found)",
      at: node.origin, label: label, notes: node.origin.computation(node))
  }
}

extension Origin {
  /// `${z * 2}` gives 200: shown where the value is not what the line says.
  func computation(_ node: YAMLNode) -> [String] {
    guard let expression, case .scalar(let text, _) = node.content else { return [] }
    return ["`\(expression)` gives \(text.abbreviated)"]
  }
}

extension DefaultText {
  func node(at origin: Origin) -> YAMLNode {
    let origin = origin.byDefault
    switch self {
    case .none: return .plain("none", at: origin)
    case .scalar(let text): return .plain(text, at: origin)
    case .list(let items):
      return YAMLNode(.list(items.map { .plain($0, at: origin) }), at: origin)
    case .empty: return YAMLNode(.map([]), at: origin)
    }
  }
}

extension FieldValue {
  /// Written over several places: its own origin is its key.
  var isComposite: Bool {
    switch self {
    case .none, .number, .integer, .flag, .text, .texts, .numbers, .integers, .length, .lengths,
      .formula, .names, .period, .grid, .duration, .bytes:
      false
    case .choice, .choices, .perNetwork, .section, .sections, .named, .derived, .weightedNames: true
    }
  }
}
