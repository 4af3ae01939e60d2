/// The JSON Schema (draft 2020-12) of the experiment file, for editors: completion, descriptions,
/// words, short forms. It is wider than the reader where a schema cannot say it (`${}`, `<<`).
package func jsonSchema(_ vocabulary: Vocabulary) -> String {
  SchemaWriter(vocabulary: vocabulary).document.text
}

private struct SchemaWriter {
  let vocabulary: Vocabulary

  var document: JSON {
    let root = object(ExperimentSchema.declaration(vocabulary))
    var definitions: [(String, JSON)] = [
      (
        "expression",
        .object([
          ("type", .text("string")), ("pattern", .text("\\$\\{[^}]*\\}")),
          ("description", .text("Arithmetic over params")),
        ])
      )
    ]
    for category in Category.allCases where !vocabulary.declarations(category).isEmpty {
      definitions.append((category.rawValue, choice(category)))
    }
    return .object(
      [
        ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
        ("title", .text("gan-exp experiment")),
      ] + root + [("$defs", .object(definitions))])
  }

  private func object(
    _ declaration: Declaration, extra: [(String, JSON)] = []
  ) -> [(String, JSON)] {
    let properties = extra + declaration.fields.map { ($0.name, property($0)) }
    var members: [(String, JSON)] = [
      ("description", .text(declaration.description)), ("type", .text("object")),
      ("properties", .object(properties)), ("additionalProperties", .flag(false)),
    ]
    if declaration.name == "experiment" {
      // A file that extends another may leave out what the other has.
      let required = declaration.fields.filter(\.isRequired).map(\.name)
      members.append(
        (
          "anyOf",
          .list([
            .object([("required", .list([.text("extends")]))]),
            .object([("required", .list(required.map(JSON.text)))]),
          ])
        ))
    }
    return members
  }

  private func property(_ field: FieldDeclaration) -> JSON {
    var alternatives = forms(of: field.kind)
    if field.isOptional { alternatives.append(.object([("enum", .list([.text("none"), .null]))])) }
    var text = field.summary + "."
    if let condition = field.condition {
      text += " Only with \(condition)."
    }
    switch field.fallback {
    case nil: text += " Required."
    case .empty: break
    case .some(let fallback): text += " Default: \(fallback.text)."
    }
    var members: [(String, JSON)] = [("description", .text(text))]
    if let fallback = field.fallback?.json(field.kind) { members.append(("default", fallback)) }
    members.append(("anyOf", .list(alternatives)))
    return .object(members)
  }

  /// The ways to write it, the plainest first.
  private func forms(of kind: FieldKind) -> [JSON] {
    func type(_ name: String, _ more: [(String, JSON)] = []) -> JSON {
      .object([("type", .text(name))] + more)
    }
    func pattern(_ pattern: String) -> JSON { type("string", [("pattern", .text(pattern))]) }
    func array(_ items: [JSON], count: Int? = nil) -> JSON {
      let size = count.map {
        [("minItems", JSON.integer($0)), ("maxItems", JSON.integer($0))]
      }
      return type("array", [("items", .object([("anyOf", .list(items))]))] + (size ?? []))
    }
    let expression = reference("expression")
    // What YAML does not take for a number but the reader does.
    let written = pattern("^[-+]?[0-9_.]+([eE][-+]?[0-9]+)?$")
    switch kind {
    case .number(let bounds): return [type("number", bounds.schema), written, expression]
    case .integer(let bounds):
      return [type("number", [("multipleOf", .integer(1))] + bounds.schema), written, expression]
    case .flag:
      return [
        type("boolean"),
        .object([("enum", .list(["yes", "no", "on", "off"].map(JSON.text)))]), expression,
      ]
    case .text: return [type("string"), type("number"), type("boolean")]
    case .word(let words): return [.object([("enum", .list(words.map(JSON.text)))]), expression]
    case .order(let words):
      return [array([.object([("enum", .list(words.map(JSON.text)))])], count: words.count)]
    case .numbers(let count, let bounds):
      return [array(forms(of: .number(bounds)), count: count), expression]
    case .integers(let count, let bounds):
      return [array(forms(of: .integer(bounds)), count: count), expression]
    case .sizes(let bounds):
      let one = forms(of: .integer(bounds))
      return one + [array(one, count: 2)]
    case .choice(let category): return [known(category)]
    case .choices(.layer): return [array([reference("layer"), loop]), expression]
    case .choices(let category): return [array([known(category)]), type("null")]
    case .choicePerNetwork(let category): return [known(category)]
    case .section(let section):
      var forms = [JSON.object(object(section)), type("null")]
      if let shorthand = section.shorthand.flatMap({ section.field($0) }) {
        forms.append(property(shorthand))
      }
      return forms
    case .length: return [pattern("^ *[0-9_.]+[kM]? +(epochs?|steps?|images?) *$"), expression]
    case .lengths:
      let one = forms(of: .length)
      return one + [array(one)]
    case .period: return [pattern("^ *(every +)?[0-9_.]+[kM]? +(epochs?|steps?) *$"), expression]
    case .grid: return [pattern("^ *[0-9]+ *x *[0-9]+ *$"), expression]
    case .duration:
      return [pattern("^( *[0-9_.]+ *(s|m|h|d|sec|min|(second|minute|hour|day)s?))+ *$")]
    case .bytes: return [pattern("^ *[0-9_.]+ *([kKMGT]i?)?B *$")]
    case .params: return [type("object")]
    case .sweep:
      let paths = SweepSection.pathKeys.map { key in
        (
          key.name,
          type(
            key.name == "axes" || key.name == "linked" ? "object" : "array",
            [("description", .text(key.summary + "."))])
        )
      }
      return [.object(object(SweepSection.declaration, extra: paths))]
    }
  }

  private var loop: JSON {
    .object([
      ("description", .text("Repeats `do` for each value of the variables; unrolled first.")),
      ("type", .text("object")),
      (
        "properties",
        .object([
          (
            "for",
            .object([
              ("type", .text("object")),
              ("description", .text("Variables and their values: {width: [256, 512]}.")),
            ])
          ),
          (
            "do",
            .object([
              ("type", .text("array")),
              (
                "items",
                .object([
                  (
                    "anyOf",
                    .list([reference("layer"), .object([("required", .list([.text("for")]))])])
                  )
                ])
              ),
            ])
          ),
        ])
      ),
      ("required", .list([.text("for"), .text("do")])), ("additionalProperties", .flag(false)),
    ])
  }

  private func known(_ category: Category) -> JSON {
    vocabulary.declarations(category).isEmpty ? .flag(false) : reference(category.rawValue)
  }

  private func reference(_ name: String) -> JSON { .object([("$ref", .text("#/$defs/" + name))]) }

  /// One definition a category: the bare words, then each word with its keys.
  private func choice(_ category: Category) -> JSON {
    let words = vocabulary.declarations(category)
    var alternatives = words.map { word in
      JSON.object([("const", .text(word.name)), ("description", .text(word.description))])
    }
    if category.isWrittenWithKind {
      alternatives += words.map { .object(withKind($0, category)) }
    } else {
      alternatives += words.map { .object(withKey($0)) }
    }
    return .object([("anyOf", .list(alternatives))])
  }

  private func withKey(_ word: Declaration) -> [(String, JSON)] {
    var forms: [JSON] = [.object(object(word)), .object([("type", .text("null"))])]
    if let shorthand = word.shorthand.flatMap({ word.field($0) }) {
      forms.append(property(shorthand))
    }
    if !word.listForm.isEmpty {
      forms.append(
        .object([
          ("type", .text("array")), ("maxItems", .integer(word.listForm.count)),
          (
            "prefixItems",
            .list(word.listForm.compactMap { word.field($0) }.map(property))
          ),
        ]))
    }
    let keyed = JSON.object([
      ("description", .text(word.description)), ("anyOf", .list(forms)),
    ])
    return [
      ("type", .text("object")), ("properties", .object([(word.name, keyed)])),
      ("required", .list([.text(word.name)])), ("additionalProperties", .flag(false)),
    ]
  }

  private func withKind(_ word: Declaration, _ category: Category) -> [(String, JSON)] {
    let kind = JSON.object([
      ("const", .text(word.name)), ("description", .text(word.description)),
    ])
    var extra: [(String, JSON)] = [("kind", kind)]
    if category == .optimizer {
      extra += Player.allCases.map { player in
        let override = JSON.object([
          ("description", .text("Keys that differ for the \(player.rawValue).")),
          ("type", .text("object")),
        ])
        return (player.rawValue, override)
      }
    }
    return object(word, extra: extra)
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
