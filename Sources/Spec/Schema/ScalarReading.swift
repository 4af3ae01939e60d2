// Numbers, flags, words and lists of them.

extension RecordReader {
  mutating func number(_ node: YAMLNode, _ bounds: Bounds, _ subject: Subject) -> Double? {
    guard case .scalar(let text, _) = node.content, let x = NumberText.number(text) else {
      let isNumber =
        if case .scalar(let text, _) = node.content {
          NumberText.whole(text) != .notANumber
        } else { false }
      let label = isNumber ? "this is too large or too small" : nil
      findings.append(expected(.number(.any), node, subject, label: label))
      return nil
    }
    return isWithin(bounds, x, node, subject) ? x : nil
  }

  mutating func integer(_ node: YAMLNode, _ bounds: Bounds, _ subject: Subject) -> Int? {
    var label: String?
    if case .scalar(let text, _) = node.content {
      switch NumberText.whole(text) {
      case .value(let n): return isWithin(bounds, Double(n), node, subject) ? n : nil
      case .ambiguous(let plain): label = "write \(plain); YAML 1.1 would read octal"
      case .tooLarge: label = "this is too large"
      case .fractional, .notANumber: break
      }
    }
    findings.append(expected(.integer(.any), node, subject, label: label))
    return nil
  }

  private mutating func isWithin(
    _ bounds: Bounds, _ x: Double, _ node: YAMLNode, _ subject: Subject
  ) -> Bool {
    if bounds.contains(x) { return true }
    findings.append(
      Diagnostic(
        "\(subject.name) must be \(bounds.words ?? "another number"), found \(node.found)",
        at: node.origin, notes: node.origin.computation(node)))
    return false
  }

  mutating func flag(_ node: YAMLNode, _ subject: Subject) -> FieldValue? {
    if case .scalar(let text, _) = node.content {
      switch text.lowercased() {
      case "true", "yes", "on": return .flag(true)
      case "false", "no", "off": return .flag(false)
      default: break
      }
    }
    findings.append(expected(.flag, node, subject))
    return nil
  }

  mutating func text(_ node: YAMLNode, _ subject: Subject) -> String? {
    if case .scalar(let text, let isPlain) = node.content, !(text.isEmpty && isPlain) {
      return text
    }
    findings.append(expected(.text, node, subject))
    return nil
  }

  mutating func word(_ node: YAMLNode, _ words: [String], _ subject: Subject) -> FieldValue? {
    guard case .scalar(let text, _) = node.content, !node.isEmpty else {
      findings.append(expected(.word(words), node, subject))
      return nil
    }
    if words.contains(text) { return .text(text) }
    findings.append(
      Diagnostic(
        "\(subject.name) cannot be `\(text.abbreviated)`", at: node.origin,
        label: (Synonyms.value(text, among: words) ?? nearest(to: text, in: words))
          .map { "did you mean `\($0)`?" },
        notes: ["one of: \(words.joined(separator: ", "))"] + node.origin.computation(node)))
    return nil
  }

  mutating func order(_ node: YAMLNode, _ words: [String], _ subject: Subject) -> FieldValue? {
    guard
      let read: [String] = list(
        node, count: nil, .order(words), subject,
        { reader, item in
          if case .text(let word)? = reader.word(item, words, subject) { word } else { nil }
        })
    else { return nil }
    if read.sorted() == words.sorted() { return .texts(read) }
    findings.append(
      Diagnostic(
        "\(subject.name) must name each once: \(words.joined(separator: ", "))", at: node.origin))
    return nil
  }

  mutating func list<T>(
    _ node: YAMLNode, count: Int?, _ kind: FieldKind, _ subject: Subject,
    _ read: (inout RecordReader, YAMLNode) -> T?
  ) -> [T]? {
    guard case .list(let items) = node.content, count == nil || count == items.count else {
      var diagnostic = expected(kind, node, subject)
      if case .list(let items) = node.content {
        diagnostic = Diagnostic(
          "\(subject.name) must be \(kind.expectation(vocabulary)), found a list of \(items.count)",
          at: node.origin)
      }
      findings.append(diagnostic)
      return nil
    }
    var values: [T] = []
    for item in items {
      if case .broken = item.content { continue }
      if let value = read(&self, item) { values.append(value) }
    }
    return values.count == items.count ? values : nil
  }

  mutating func sizes(_ node: YAMLNode, _ bounds: Bounds, _ subject: Subject) -> FieldValue? {
    switch node.content {
    case .scalar:
      if case .scalar(let text, _) = node.content, NumberText.whole(text) == .notANumber {
        findings.append(expected(.sizes(bounds), node, subject))
        return nil
      }
      return integer(node, bounds, subject).map { .integers([$0, $0]) }
    case .list, .map, .broken:
      let read: [Int]? = list(node, count: 2, .sizes(bounds), subject) { reader, item in
        reader.integer(item, bounds, subject)
      }
      return read.map { .integers($0) }
    }
  }

  /// One length, or a list of at least one.
  mutating func lengths(_ node: YAMLNode, _ subject: Subject) -> [TrainingLength]? {
    func length(_ value: FieldValue?) -> TrainingLength? {
      if case .length(let length) = value { length } else { nil }
    }
    guard case .list(let items) = node.content else {
      if case .scalar(let text, _) = node.content, let one = length(Amounts.read(text, as: .length))
      {
        return [one]
      }
      findings.append(expected(.lengths, node, subject))
      return nil
    }
    guard !items.isEmpty else {
      findings.append(Diagnostic("\(subject.name) is an empty list", at: node.origin))
      return nil
    }
    return list(node, count: nil, .lengths, subject) { reader, item in
      length(reader.amount(.length, item, subject))
    }
  }

  /// Lengths, periods, grids, durations and sizes of files: numbers with a unit.
  mutating func amount(_ kind: FieldKind, _ node: YAMLNode, _ subject: Subject) -> FieldValue? {
    if case .scalar(let text, _) = node.content, let value = Amounts.read(text, as: kind) {
      return value
    }
    var label: String?
    if case .scalar(let text, _) = node.content { label = Amounts.hint(text, as: kind) }
    findings.append(expected(kind, node, subject, label: label))
    return nil
  }
}

extension Bounds {
  /// `at least 0`, `between 0 and 1`; nil if everything is allowed.
  var words: String? {
    switch (lower, upper) {
    case (nil, nil): nil
    case (let lower?, nil): (lowerIsOpen ? "above " : "at least ") + numberText(lower)
    case (nil, let upper?): (upperIsOpen ? "below " : "at most ") + numberText(upper)
    case (let lower?, let upper?) where lower == upper: "exactly \(numberText(lower))"
    case (let lower?, let upper?):
      lowerIsOpen || upperIsOpen
        ? (lowerIsOpen ? "above " : "at least ") + numberText(lower)
          + (upperIsOpen ? " and below " : " and at most ") + numberText(upper)
        : "between \(numberText(lower)) and \(numberText(upper))"
    }
  }
}

extension FieldKind {
  /// What an error says should stand here.
  func expectation(_ vocabulary: Vocabulary) -> String {
    func bounded(_ noun: String, _ bounds: Bounds) -> String {
      bounds.words.map { "\(noun) \($0)" } ?? noun
    }
    switch self {
    case .number(let bounds): return bounded("a number", bounds)
    case .integer(let bounds): return bounded("a whole number", bounds)
    case .flag: return "true or false"
    case .text: return "a text"
    case .texts: return "a list of texts"
    case .word(let words): return "one of \(words.joined(separator: ", "))"
    case .order(let words): return "a list of \(words.joined(separator: " and "))"
    case .numbers(let count, _):
      return count.map { "a list of \($0) numbers" } ?? "a list of numbers"
    case .integers(let count, _):
      return count.map { "a list of \($0) whole numbers" } ?? "a list of whole numbers"
    case .sizes: return "a whole number or [height, width]"
    case .choice(let category), .choicePerNetwork(let category):
      return "\(category.article) \(category.singular)"
    case .choices(let category): return "a list of \(category.plural)"
    case .formula(let isLabel):
      return isLabel
        ? "classes such as y or images.label"
        : "a formula such as generator(z) or encoder(faces).mean"
    case .name(let reference): return reference.words.map { "the name of \($0)" } ?? "a name"
    case .names(let reference):
      return "a list of names" + (reference.plural.map { " of \($0)" } ?? "")
    case .section, .named, .dataSource, .latent, .transformed: return "a map of keys and values"
    case .sections(let section): return "a list of \(section.name)s"
    case .weightedNames(let reference):
      return
        "a list of names\(reference.plural.map { " of \($0)" } ?? ""), or a map of names and factors"
    case .length: return "a length such as 200 epochs, 10k steps or 5M images"
    case .lengths:
      return "a length such as 10 epochs, 10k steps or 600k images, or a list of them"
    case .period: return "a period such as 50 steps or 10 epochs"
    case .grid: return "rows and columns such as 4x5"
    case .duration: return "a time such as 90 min or 2h"
    case .bytes: return "an amount such as 500MB or 2GB"
    case .params: return "a map of names and values"
    case .sweep: return "a map of keys and values"
    }
  }
}

extension NameKind {
  /// `a network`
  var words: String? {
    switch self {
    case .source: "a data source"
    case .network: "a network"
    case .term: "a term"
    case .game: "an adversarial term"
    case .free: nil
    }
  }

  var plural: String? {
    switch self {
    case .source: "data sources"
    case .network: "networks"
    case .term: "terms"
    case .game: "adversarial terms"
    case .free: nil
    }
  }
}
