/// What follows the `=` of `--set` and `--sweep`: a value that the shell has read already, not a file
/// with comments.
///
/// Where the schema wants one value (a text, a number, a word, an amount), everything behind `=` is
/// that value, unless it stands in quotes. Elsewhere it is YAML in which `#` is a letter as any other.
struct ValueText {
  let source: SourceText
  /// Columns of `source` before the value.
  let firstColumn: Int
  /// What the schema says of the place; empty where it says nothing.
  let kinds: [FieldKind]

  /// nil, with the reason in `findings`, if this is no value at all.
  func node(_ text: String, findings: inout [Diagnostic]) -> YAMLNode? {
    let trimmed = text.trimmed
    if trimmed == "!unset" { return composed(text, findings: &findings) }
    let form = Form(kinds)
    if let first = trimmed.unicodeScalars.first {
      if first == "\"" || first == "'" {
        var own: [Diagnostic] = []
        let node = composed(text, findings: &own)
        if own.isEmpty, case .scalar? = node?.content { return node }
        if form != .text { return quoted(node, own, text, &findings) }
      }
      let isNested = first == "{" || first == "["
      switch form {
      case .text: return plain(text)
      case .single where !isNested: return plain(trimmed)
      case .shorthand(let keys, let isText) where !isNested && !names(keys, trimmed):
        return plain(isText ? text : trimmed)
      case .any where Self.indicators.contains(first) && !text.contains("\n"),
        .any where trimmed == "-":
        return plain(trimmed)
      case .single, .shorthand, .any: break
      }
    }
    return composed(text, findings: &findings)
  }

  /// The values of an axis. Where the schema wants one value, so does each place of a list.
  func axis(_ text: String, findings: inout [Diagnostic]) -> YAMLNode? {
    composed(text, itemsAreValues: Form(kinds) != .any, findings: &findings)
  }

  // MARK: forms

  private enum Form: Equatable {
    /// Nothing but a text.
    case text
    /// One value of another type.
    case single
    /// A section that one value may stand for, as `folder: pics`; its keys.
    case shorthand(keys: [String], isText: Bool)
    case any

    init(_ kinds: [FieldKind]) {
      guard let first = kinds.first else {
        self = .any
        return
      }
      let all = kinds.map(Form.init)
      self = all.allSatisfy { $0 == Form(first) } ? Form(first) : .any
    }

    private init(_ kind: FieldKind) {
      switch kind {
      case .text: self = .text
      case .number, .integer, .flag, .word, .formula, .name, .length, .period, .grid, .duration,
        .bytes:
        self = .single
      case .section(let section):
        guard let shorthand = section.shorthand.flatMap({ section.field($0) }) else {
          self = .any
          return
        }
        switch Form(shorthand.kind) {
        case .text: self = .shorthand(keys: section.fields.map(\.name), isText: true)
        case .single: self = .shorthand(keys: section.fields.map(\.name), isText: false)
        case .shorthand, .any: self = .any
        }
      case .order, .texts, .names, .weightedNames, .sections, .named, .dataSource, .latent,
        .transformed,
        .numbers, .integers, .sizes, .choice, .choices, .choicePerNetwork,
        .lengths,
        .params, .sweep:
        self = .any
      }
    }
  }

  /// What begins something else than a value in YAML, and nothing in a value.
  private static let indicators: Set<Unicode.Scalar> = ["&", "*", "!", "%", "@", "`"]

  /// Whether a text is the block form of a map with one of these keys.
  private func names(_ keys: [String], _ text: String) -> Bool {
    keys.contains { text.hasPrefix("\($0): ") || text.hasPrefix("\($0):\n") }
  }

  private func plain(_ text: String) -> YAMLNode {
    let width = max(1, text.unicodeScalars.count)
    let origin = Origin(
      source: source, mark: Mark(line: 1, column: firstColumn + 1, length: width))
    return .plain(text, at: origin)
  }

  private func quoted(
    _ node: YAMLNode?, _ own: [Diagnostic], _ text: String, _ findings: inout [Diagnostic]
  ) -> YAMLNode? {
    if own.isEmpty { return node }
    if text.contains("\n") {
      findings += own
      return nil
    }
    return plain(text.trimmed)
  }

  // MARK: YAML without comments

  private func composed(
    _ text: String, itemsAreValues: Bool = false, findings: inout [Diagnostic]
  ) -> YAMLNode? {
    guard let shield = Shield(text, itemsAreValues: itemsAreValues) else {
      return Composer.compose(text, source: source, firstColumn: firstColumn, findings: &findings)
    }
    var own: [Diagnostic] = []
    let node = Composer.compose(
      shield.text, source: source, firstColumn: firstColumn, findings: &own)
    findings += own.map {
      Diagnostic(
        shield.restored($0.message), at: $0.origin, severity: $0.severity,
        label: $0.label.map(shield.restored), notes: $0.notes.map(shield.restored))
    }
    return node.map { $0.mapText(shield.restored) }
  }
}

/// A text whose `#` YAML does not see: letters of the private use area stand for them while it reads.
private struct Shield {
  let text: String
  /// The letter of `#` and of others is this and their code.
  private let base: UInt32

  /// nil if nothing needs a shield.
  init?(_ text: String, itemsAreValues: Bool) {
    let scalars = Array(text.unicodeScalars)
    let found = Self.places(scalars, itemsAreValues: itemsAreValues)
    guard !found.isEmpty else { return nil }
    let free = stride(from: UInt32(0xE000), to: 0xF800, by: 0x80).first { base in
      !scalars.contains { (base..<base + 0x80).contains($0.value) }
    }
    guard let free else { return nil }
    var view = String.UnicodeScalarView()
    for (place, scalar) in scalars.enumerated() {
      let hidden = found.contains(place) ? Unicode.Scalar(free + scalar.value) : nil
      view.append(hidden ?? scalar)
    }
    (self.text, base) = (String(view), free)
  }

  func restored(_ text: String) -> String {
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isHidden = (base..<base + 0x80).contains(scalar.value)
      view.append(isHidden ? Unicode.Scalar(scalar.value - base) ?? scalar : scalar)
    }
    return String(view)
  }

  /// Where `#` would begin a comment; in a list of values also what would begin something else.
  private static func places(_ text: [Unicode.Scalar], itemsAreValues: Bool) -> Set<Int> {
    var found: Set<Int> = []
    var quote: Unicode.Scalar?
    var depth = 0
    var begins = true
    var place = 0
    func isSpace(_ place: Int) -> Bool {
      !text.indices.contains(place) || [" ", "\t", "\n"].contains(text[place])
    }
    func isUnset(_ place: Int) -> Bool {
      text[place...].starts(with: "!unset".unicodeScalars)
    }
    while place < text.count {
      let c = text[place]
      defer { place += 1 }
      if let open = quote {
        if c == "\\", open == "\"" {
          place += 1
        } else if c == open {
          quote = nil
        }
        continue
      }
      let isValue = itemsAreValues && depth == 1
      switch c {
      case "#" where isSpace(place - 1) || begins: found.insert(place)
      case "\"" where begins, "'" where begins: quote = c
      case "[", "{": depth += 1
      case "]", "}": depth -= 1
      case ":" where isValue && isSpace(place + 1): found.insert(place)
      case "&", "*", "!", "%", "@", "`", "|", ">", "?", "-":
        let isAlone = c != "?" && c != "-" || isSpace(place + 1) || text[place + 1] == ","
        if isValue, begins, isAlone, !isUnset(place) { found.insert(place) }
      default: break
      }
      if !isSpace(place) {
        begins = c == "[" || c == "{" || c == "," || c == ":" && isSpace(place + 1)
      }
    }
    return found
  }
}

extension YAMLNode {
  /// The same tree with other texts.
  fileprivate func mapText(_ change: (String) -> String) -> YAMLNode {
    var copy = self
    switch content {
    case .broken: break
    case .scalar(let text, let isPlain): copy.content = .scalar(change(text), isPlain: isPlain)
    case .list(let items): copy.content = .list(items.map { $0.mapText(change) })
    case .map(let entries):
      copy.content = .map(
        entries.map {
          YAMLEntry(
            key: change($0.key), keyOrigin: $0.keyOrigin, value: $0.value.mapText(change))
        })
    }
    return copy
  }
}

extension String {
  /// Without space at both ends.
  fileprivate var trimmed: String {
    let space: Set<Character> = [" ", "\t", "\n"]
    return String(drop { space.contains($0) }.reversed().drop { space.contains($0) }.reversed())
  }
}
