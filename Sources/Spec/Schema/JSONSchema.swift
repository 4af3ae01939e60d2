/// The JSON Schema (draft 2020-12) of the experiment file, for editors: completion, descriptions,
/// words, short forms. It is wider than the reader where a schema cannot say it (`${}`, `<<`).
package func jsonSchema(_ vocabulary: Vocabulary) -> String {
  SchemaWriter(vocabulary: vocabulary).document.text
}

/// Where a value may be written in several ways, `if` tells them apart by what was written: an editor
/// then says what is wrong with the way that was meant, and not that none of all ways fits.
///
/// `null` is what an editor makes of `!unset`, so every key may have it.
private struct SchemaWriter {
  let vocabulary: Vocabulary

  var document: JSON {
    let root = object(ExperimentSchema.declaration(vocabulary, nil))
    var definitions: [(String, JSON)] = []
    for category in Category.allCases where !vocabulary.declarations(category).isEmpty {
      definitions.append((category.rawValue, choice(category)))
      definitions.append((Self.item(category), item(category)))
    }
    // A file that extends another may leave out what the other has.
    func required(_ form: GameForm) -> JSON {
      let fields = ExperimentSchema.declaration(vocabulary, form).fields
      return .object([("required", .list(fields.filter(\.isRequired).map { .text($0.name) }))])
    }
    return .object(
      [
        ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
        ("title", .text("gan-exp experiment")),
      ] + root + [
        ("if", Self.has("extends")), ("then", .flag(true)),
        ("else", Self.when(Self.isGeneral, required(.general), otherwise: required(.twoPlayers))),
        (
          "allOf",
          .list([.object([("if", Self.isGeneral), ("then", Self.nothing(of: .twoPlayers))])])
        ),
        ("$defs", .object(definitions)),
      ])
  }

  // MARK: two forms

  /// Whether a file has a key that only the general form has.
  private static var isGeneral: JSON {
    let own = GameForm.general.ownKeys
    let top = own.filter { !$0.contains(".") }.map(has)
    let inside = own.filter { $0.hasPrefix("data.") }.map { path in
      JSON.object([
        ("required", .list([.text("data")])),
        ("properties", .object([("data", has(String(path.dropFirst(5))))])),
      ])
    }
    return .object([("anyOf", .list(top + inside))])
  }

  /// Refuses every key that only a form has. What such a key is stands with the others, so that editors
  /// know the keys of both forms.
  private static func nothing(of form: GameForm) -> JSON {
    let players = Player.allCases.map { "optimizer.\($0.rawValue)" }
    var sections: [(name: String, keys: Members)] = []
    var properties: Members = []
    for path in form.ownKeys + players {
      let steps = path.split(separator: ".").map(String.init)
      if steps.count == 1 {
        properties.append((path, .flag(false)))
      } else if let place = sections.firstIndex(where: { $0.name == steps[0] }) {
        sections[place].keys.append((steps[1], .flag(false)))
      } else {
        sections.append((steps[0], [(steps[1], .flag(false))]))
      }
    }
    properties += sections.map { ($0.name, .object([("properties", .object($0.keys))])) }
    return .object([("properties", .object(properties))])
  }

  // MARK: pieces

  private typealias Members = [(String, JSON)]

  private static let expression = "\\$\\{[^}]*\\}"
  /// What YAML does not take for a number but the reader does.
  private static let number = "^[-+]?[0-9_.]+([eE][-+]?[0-9]+)?$"

  private static let name = "^[A-Za-z_][A-Za-z0-9_]*$"

  private static func has(_ key: String) -> JSON {
    .object([("required", .list([.text(key)]))])
  }

  private static func type(_ names: String...) -> (String, JSON) {
    ("type", names.count == 1 ? .text(names[0]) : .list(names.map(JSON.text)))
  }

  private static func pattern(_ patterns: String...) -> (String, JSON) {
    ("pattern", .text(patterns.joined(separator: "|")))
  }

  private static func when(_ condition: JSON, _ then: JSON, otherwise: JSON) -> JSON {
    .object([("if", condition), ("then", then), ("else", otherwise)])
  }

  /// One of some words, or an expression that gives one.
  private static func words(_ words: [String], _ more: Members = []) -> JSON {
    when(
      .object([type("string"), pattern(expression)]), .flag(true),
      otherwise: .object([("enum", .list(words.map(JSON.text) + [.null]))] + more))
  }

  private func reference(_ name: String) -> JSON { .object([("$ref", .text("#/$defs/" + name))]) }

  private func known(_ category: Category) -> JSON {
    vocabulary.declarations(category).isEmpty ? .flag(false) : reference(category.rawValue)
  }

  private func object(_ declaration: Declaration, extra: Members = []) -> Members {
    [
      ("description", .text(declaration.description)), Self.type("object", "null"),
      ("properties", .object(extra + declaration.fields.map { ($0.name, property($0)) })),
      ("additionalProperties", .flag(false)),
    ]
  }

  // MARK: keys

  private func property(_ field: FieldDeclaration) -> JSON {
    var text = field.summary + "."
    if let condition = field.condition {
      text += " Only with \(condition)."
    }
    switch field.fallback {
    case nil: text += " Required."
    case .empty: break
    case .some(let fallback): text += " Default: \(fallback.text)."
    }
    var members: Members = [("description", .text(text))]
    if let fallback = field.fallback?.json(field.kind) { members.append(("default", fallback)) }
    guard field.isOptional else {
      // What the key means stands for what its section is.
      return .object(members + form(of: field.kind).filter { $0.0 != "description" })
    }
    if case .word(let words) = field.kind {
      return .object(members + Self.words(words + ["none"]).members)
    }
    let none = JSON.object([("const", .text("none"))])
    return .object(
      members
        + Self.when(none, .flag(true), otherwise: .object(form(of: field.kind))).members)
  }

  private func form(of kind: FieldKind) -> Members {
    func array(_ items: JSON, count: Int? = nil) -> Members {
      let size = count.map {
        [("minItems", JSON.integer($0)), ("maxItems", JSON.integer($0))]
      }
      return [("items", items)] + (size ?? [])
    }
    let expression = Self.expression
    switch kind {
    case .number(let bounds):
      return [Self.type("number", "string", "null")] + bounds.schema
        + [Self.pattern(Self.number, expression)]
    case .integer(let bounds):
      return [Self.type("number", "string", "null"), ("multipleOf", .integer(1))] + bounds.schema
        + [Self.pattern(Self.number, expression)]
    case .flag:
      return [
        Self.type("boolean", "string", "null"),
        Self.pattern("^([Yy]es|[Nn]o|[Oo]n|[Oo]ff|[Tt]rue|[Ff]alse)$", expression),
      ]
    case .text: return [Self.type("string", "number", "boolean", "null")]
    case .texts:
      return [Self.type("array", "null")] + array(.object(form(of: .text)), count: nil)
    case .word(let words): return Self.words(words).members
    case .order(let words):
      return [Self.type("array", "null")] + array(Self.words(words), count: words.count)
    case .numbers(let count, let bounds):
      return [Self.type("array", "string", "null"), Self.pattern(expression)]
        + array(.object(form(of: .number(bounds))), count: count)
    case .integers(let count, let bounds):
      return [Self.type("array", "string", "null"), Self.pattern(expression)]
        + array(.object(form(of: .integer(bounds))), count: count)
    case .sizes(let bounds):
      let one = form(of: .integer(bounds)).filter { $0.0 != "type" }
      return [Self.type("number", "array", "string", "null")] + one
        + array(.object(form(of: .integer(bounds))), count: 2)
    case .choice(let category), .choicePerNetwork(let category):
      return known(category).members
    case .choices(let category):
      let items =
        vocabulary.declarations(category).isEmpty ? .flag(false) : reference(Self.item(category))
      return [Self.type("array", "string", "null"), Self.pattern(expression)] + array(items)
    case .formula:
      return [Self.type("string", "array", "null")] + array(.object([Self.type("string", "null")]))
    case .name: return [Self.type("string", "null"), Self.pattern(Self.name, expression)]
    case .names:
      return [Self.type("string", "array", "null"), Self.pattern(Self.name, expression)]
        + array(.object(form(of: .name(.free))))
    case .section(let section): return self.section(section)
    case .sections(let section):
      return [Self.type("array", "string", "null"), Self.pattern(Self.expression)]
        + array(.object(self.section(section)))
    case .named(let kind):
      return [
        Self.type("object", "null"), ("propertyNames", .object([Self.pattern(Self.name)])),
        ("additionalProperties", .object(form(of: kind))),
      ]
    case .dataSource: return self.section(GameSchema.anySource(vocabulary))
    case .transformed(let word):
      let isOn = JSON.object([Self.type("boolean")])
      return Self.when(isOn, .flag(true), otherwise: .object(withKey(word))).members
    case .latent: return self.section(GameSchema.anyLatent)
    case .weightedNames:
      return [Self.type("array", "object", "string", "null")]
        + array(.object(form(of: .name(.free))))
        + [("additionalProperties", .object(form(of: .number(.any))))]
    case .length:
      return text("^ *[0-9_.]+[kM]? +(epochs?|steps?|images?) *$")
    case .lengths:
      return [Self.type("string", "array", "null")]
        + text("^ *[0-9_.]+[kM]? +(epochs?|steps?|images?) *$").dropFirst()
        + array(.object(form(of: .length)))
    case .period: return text("^ *(every +)?[0-9_.]+[kM]? +(epochs?|steps?) *$")
    case .grid: return text("^ *[0-9]+ *x *[0-9]+ *$")
    case .duration:
      return text("^( *[0-9_.]+ *(s|m|h|d|sec|min|(second|minute|hour|day)s?))+ *$")
    case .bytes: return text("^ *[0-9_.]+ *([kKMGT]i?)?B *$")
    case .params: return [Self.type("object", "null")]
    case .sweep:
      let paths = SweepSection.pathKeys.map { key in
        let isMap = key.name == "axes" || key.name == "linked"
        return (
          key.name,
          JSON.object([
            ("description", .text(key.summary + ".")),
            Self.type(isMap ? "object" : "array", "null"),
          ])
        )
      }
      return object(SweepSection.declaration, extra: paths)
    }
  }

  private func text(_ pattern: String) -> Members {
    [Self.type("string", "null"), Self.pattern(pattern, Self.expression)]
  }

  private func section(_ section: Declaration) -> Members {
    guard let shorthand = section.shorthand.flatMap({ section.field($0) }) else {
      return object(section)
    }
    // A map without a key of the section may be what the short form takes.
    var takesMaps = false
    switch shorthand.kind {
    case .choice, .choicePerNetwork, .section: takesMaps = true
    default: break
    }
    let own =
      takesMaps
      ? [("anyOf", JSON.list(section.fields.map { Self.has($0.name) }))] as Members : []
    return Self.when(
      .object([Self.type("object")] + own), .object(object(section)),
      otherwise: property(shorthand)
    ).members
  }

  // MARK: words

  private static func item(_ category: Category) -> String { category.rawValue + "_in_a_list" }

  /// An entry of a list: a word, or a loop of them.
  private func item(_ category: Category) -> JSON {
    let loop: Members = [
      ("description", .text("Repeats `do` for each value of the variables; unrolled first.")),
      Self.type("object"),
      (
        "properties",
        .object([
          (
            "for",
            .object([
              Self.type("object"),
              ("description", .text("Variables and their values: {width: [256, 512]}.")),
            ])
          ),
          ("do", .object([Self.type("array"), ("items", reference(Self.item(category)))])),
        ])
      ),
      ("required", .list([.text("for"), .text("do")])), ("additionalProperties", .flag(false)),
    ]
    let isLoop = JSON.object([Self.type("object"), ("required", .list([.text("for")]))])
    return Self.when(isLoop, .object(loop), otherwise: known(category))
  }

  /// One definition a category: the bare words, or each word with its keys.
  private func choice(_ category: Category) -> JSON {
    let words = vocabulary.declarations(category)
    let descriptions = [("enumDescriptions", JSON.list(words.map { .text($0.description) }))]
    return Self.when(
      .object([Self.type("object")]),
      .object(
        category.isWrittenWithKind
          ? withKind(category, perNetwork: category == .optimizer)
          : [
            (
              "properties",
              .object(words.map { ($0.name, .object(withKey($0))) })
            ),
            ("additionalProperties", .flag(false)), ("minProperties", .integer(1)),
            ("maxProperties", .integer(1)),
          ]),
      otherwise: Self.words(words.map(\.name), descriptions))
  }

  /// What stands behind a word: its keys, its list, or its short form.
  private func withKey(_ word: Declaration) -> Members {
    let rules = JSON.object(object(word))
    var other = JSON.object([Self.type("object", "null")])
    if let shorthand = word.shorthand.flatMap({ word.field($0) }) { other = property(shorthand) }
    if !word.listForm.isEmpty {
      let items = word.listForm.compactMap { word.field($0) }.map(property)
      other = Self.when(
        .object([Self.type("array")]),
        .object([("maxItems", .integer(items.count)), ("prefixItems", .list(items))]),
        otherwise: other)
    }
    return [("description", .text(word.description))]
      + Self.when(.object([Self.type("object")]), rules, otherwise: other).members
  }

  /// `{kind: adam, …}`: the keys are those of the kind; of a file that extends another and names none,
  /// those of any.
  ///
  /// - Parameter kind: the kind that counts where none is written; nil if that is not known.
  private func withKind(
    _ category: Category, perNetwork: Bool, inheriting kind: Declaration? = nil
  ) -> Members {
    let words = vocabulary.declarations(category)
    let named = words.map { word in
      JSON.object([
        (
          "if",
          .object([
            ("properties", .object([("kind", .object([("const", .text(word.name))]))])),
            ("required", .list([.text("kind")])),
          ])
        ), ("then", .object(keys(of: word, category, perNetwork: perNetwork))),
      ])
    }
    let without = JSON.object([
      ("if", Self.has("kind")), ("then", .flag(true)),
      (
        "else",
        .object(
          kind.map { keys(of: $0, category, perNetwork: false) }
            ?? keysOfAny(category, perNetwork: perNetwork))
      ),
    ])
    let names = words.map(\.name)
    return [
      ("properties", .object([("kind", Self.words(names))])), ("allOf", .list(named + [without])),
    ]
  }

  private func keys(
    of word: Declaration, _ category: Category, perNetwork: Bool
  ) -> Members {
    let unset = JSON.object([
      ("description", .text("Not a key of \(word.name): `!unset` removes it.")), Self.type("null"),
    ])
    let others = foreignKeys(word, category).map { ($0, unset) }
    let kind = JSON.object([("description", .text(word.description))])
    let keys = word.fields.map { field in
      // The other network may be of another kind, whose keys both share.
      (field.name, property(field))
    }
    let properties =
      [("kind", kind)] + keys + others
      + (perNetwork ? networks(category, word) : [])
    return [("properties", .object(properties)), ("additionalProperties", .flag(false))]
  }

  private func keysOfAny(_ category: Category, perNetwork: Bool) -> Members {
    var found: Members = [("kind", .flag(true))]
    for word in vocabulary.declarations(category) {
      for field in word.fields where !found.contains(where: { $0.0 == field.name }) {
        let forms = vocabulary.declarations(category).compactMap { $0.field(field.name) }
          .map(property)
        let same = forms.allSatisfy { $0.text == forms[0].text }
        found.append((field.name, same ? forms[0] : .object([("anyOf", .list(forms))])))
      }
    }
    if perNetwork { found += networks(category, nil) }
    return [("properties", .object(found)), ("additionalProperties", .flag(false))]
  }

  private func foreignKeys(_ word: Declaration, _ category: Category) -> [String] {
    var found: [String] = []
    for other in vocabulary.declarations(category) {
      for field in other.fields where word.field(field.name) == nil && !found.contains(field.name) {
        found.append(field.name)
      }
    }
    return found
  }

  private func networks(_ category: Category, _ kind: Declaration?) -> Members {
    Player.allCases.map { player in
      let none = JSON.object([("const", .text("none"))])
      let override = JSON.object(
        [
          ("description", .text("Keys that differ for the \(player.rawValue).")),
          Self.type("object", "null"),
        ] + withKind(category, perNetwork: false, inheriting: kind))
      return (player.rawValue, Self.when(none, .flag(true), otherwise: override))
    }
  }
}

extension JSON {
  fileprivate var members: [(String, JSON)] {
    if case .object(let members) = self { members } else { [("allOf", .list([self]))] }
  }
}

extension Declaration {
  fileprivate var description: String {
    ([summary + "."] + [details].compactMap(\.self)).joined(separator: "\n\n")
  }
}

extension DefaultText {
  /// As a value of JSON; nil where the default is a section or nothing.
  fileprivate func json(_ kind: FieldKind) -> JSON? {
    func scalar(_ text: String) -> JSON {
      switch kind {
      case .number, .numbers, .integer, .integers, .sizes:
        NumberText.number(text).map(JSON.number) ?? .text(text)
      case .flag: .flag(text == "true")
      default: .text(text)
      }
    }
    switch self {
    case .none: return .text("none")
    case .scalar(let text): return scalar(text)
    case .list(let items): return .list(items.map(scalar))
    case .empty: return nil
    }
  }
}

extension Bounds {
  fileprivate var schema: [(String, JSON)] {
    var members: [(String, JSON)] = []
    if let lower { members.append((lowerIsOpen ? "exclusiveMinimum" : "minimum", .number(lower))) }
    if let upper { members.append((upperIsOpen ? "exclusiveMaximum" : "maximum", .number(upper))) }
    return members
  }
}
