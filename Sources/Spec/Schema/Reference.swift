/// A page of the reference of the experiment file.
package struct ReferencePage: Sendable {
  /// Below `docs`: `reference/layers.md`
  package let path: String
  /// Markdown, with a newline at the end.
  package let text: String
}

/// The reference of the experiment file, from the declarations: `docs/experiment-file.md`, and the pages that it
/// leads to.
package func referencePages(_ vocabulary: Vocabulary) -> [ReferencePage] {
  let writer = ReferenceWriter(vocabulary: vocabulary)
  let categories = Category.allCases.filter { !vocabulary.declarations($0).isEmpty }
  return [writer.index(of: categories), writer.keys, writer.generalForm]
    + categories.map(writer.page)
}

/// The words of a category, one line each: `gan-exp layers`.
package func listing(_ category: Category, _ vocabulary: Vocabulary) -> String {
  let words = vocabulary.declarations(category)
  let width = words.map(\.name.count).max() ?? 0
  return words.map { word in
    word.name + String(repeating: " ", count: width - word.name.count + 2) + word.summary
  }.joined(separator: "\n")
}

/// Everything about one word, for a terminal: `gan-exp layers conv`.
package func description(of word: Declaration, _ vocabulary: Vocabulary) -> String {
  var parts = ["\(word.name): \(word.summary)."]
  if let details = word.details { parts.append(details) }
  let width = word.fields.map(\.name.count).max() ?? 0
  let keys = word.fields.map { field in
    "  " + field.name + String(repeating: " ", count: width - field.name.count + 2)
      + "\(field.summary); \(field.kind.expectation(vocabulary)), "
      + (field.fallback.map { "default \($0.text)" } ?? "required")
  }
  if !keys.isEmpty { parts.append(keys.joined(separator: "\n")) }
  if let shortForm = word.shortForm { parts.append("Short form: \(shortForm)") }
  if let example = word.example { parts.append("Example: \(example)") }
  return parts.joined(separator: "\n\n")
}

private struct ReferenceWriter {
  let vocabulary: Vocabulary

  private var introduction: String {
    """
    # The experiment file

    One YAML file is one experiment. This page, and those it leads to, are written by `gan-exp reference` from the \
    same declarations that the reader checks a file with.

    - Types come from the key, not from YAML: `2e-4`, `1e5` and `40_000` are numbers where a number \
    is wanted; `no` and `12:30` are text where text is wanted.
    - `none` is the value of an optional key that is left out.
    - `extends: base.yaml` builds on another file, found relative to this one: maps merge, lists and \
    values replace, `key: !unset` removes. A loss or an optimizer of another `kind` keeps the keys \
    that both kinds have.
    - `params: {width: 128}` gives names to values; `"${width * 2}"` computes with them \
    (`+ - * / // % **` and parentheses). Whole numbers stay whole except under `/`. `$${` is a \
    literal `${`.
    - In a list, `{for: {width: [256, 512]}, do: [{linear: "${width}"}, relu]}` stands for its `do`, \
    once a value. Several variables of one `for` move together.
    - Anchors (`&name`, `*name`) and `<<` work as everywhere in YAML.
    - `--set optimizer.learning_rate=1e-4` lays a value over the file; lists are counted from 0 as \
    written: `--set architecture.generator[2].leaky_relu=0.1`.
    """
  }

  private var root: Declaration { ExperimentSchema.declaration(vocabulary, .twoPlayers) }

  /// Sections are found by their keys, words by their kinds.
  func index(of categories: [Category]) -> ReferencePage {
    let keys = root.fields.map { field in
      let hasSection: Bool
      switch field.kind {
      case .section, .sweep: hasSection = true
      default: hasSection = false
      }
      return hasSection ? "[`\(field.name)`](\(Self.keysPath)#\(field.name))" : "`\(field.name)`"
    }
    var parts = [
      "# The experiment file", introduction, "## Keys at the top",
      table(root.fields, keys: keys, from: "reference/"),
      "A game of another number of networks has other keys: [the general form](reference/general-form.md).",
      "## Words",
    ]
    for category in categories {
      let path = "reference/\(category.pageName).md"
      let words = vocabulary.declarations(category).map { word in
        "[`\(word.name)`](\(path)#\(Self.anchor(of: word.name)))"
      }
      parts.append("**[\(category.heading)](\(path))**: \(words.joined(separator: ", "))")
    }
    return ReferencePage(
      path: "experiment-file.md", text: parts.joined(separator: "\n\n") + "\n")
  }

  private static let keysPath = "reference/keys.md"

  /// Every section at the top, and those in them.
  var keys: ReferencePage {
    var parts: [String] = []
    for field in root.fields {
      if case .section(let section) = field.kind { parts += self.section(section, field.name) }
    }
    parts += section(
      SweepSection.declaration, "sweep",
      moreRows: SweepSection.pathKeys.map { "| `\($0.name)` | \(cell($0.summary)) | | |" })
    return page("keys", "Keys of the experiment file", parts)
  }

  /// The keys that only the general form has.
  var generalForm: ReferencePage {
    let own = GameForm.general.ownKeys
    func fields(_ declaration: Declaration, _ prefix: String = "") -> [FieldDeclaration] {
      declaration.fields.filter { own.contains(prefix + $0.name) }.map { field in
        FieldDeclaration(
          name: prefix + field.name, kind: field.kind, fallback: field.fallback,
          isOptional: field.isOptional, summary: field.summary)
      }
    }
    let replaced = GameForm.twoPlayers.ownKeys.map { "`\($0)`" }.joined(separator: ", ")
    return page(
      "general-form", "The general form",
      [
        """
        A game of any number of networks. A file has keys of this table, and of `data.sources`, or those of \
        two players, never both: here there are none of \(replaced), and `optimizer` is the same for all moves that \
        have none of their own. `gan-exp describe FILE --game` prints what a file of two players stands for.

        A formula says what a value is made of: a source, a latent or a value by its name; \
        `network(input)`, with further inputs behind the first and `label:` for the classes that go in with \
        them, `generator(z, label: y)`; `encoder(faces).mean` for a part that a network names; \
        `images.label` for the classes of a source; `[labels, photos]` for what is joined along the \
        channels; `(digits, codes)` for the inputs of a critic that has several. Names are letters, digits \
        and `_`. A comma inside of YAML's `{ }` or `[ ]` needs quotes around the formula.
        """,
        table(
          fields(DataSection.declaration(.general), "data.")
            + fields(ExperimentSchema.declaration(vocabulary, .general))
            + fields(ScheduleSection.declaration(vocabulary, .general), "schedule.")),
      ]
        + section(GameSchema.anySource(vocabulary), "data.sources.NAME", inner: false)
        + section(GameSchema.anyLatent, "latents.NAME", inner: false)
        + section(GameSchema.network, "networks.NAME", inner: false)
        + section(GameSchema.move, "moves[N]", inner: false))
  }

  func page(_ category: Category) -> ReferencePage {
    page(
      category.pageName, category.heading,
      [category.form] + vocabulary.declarations(category).map(entry))
  }

  /// - Parameter parts: of which those that begin with a heading stand in a list at the top.
  private func page(_ name: String, _ title: String, _ parts: [String]) -> ReferencePage {
    let headings = parts.filter { $0.hasPrefix("## `") }.map { part in
      part.dropFirst(4).prefix { $0 != "`" }
    }
    let contents = headings.map { "[`\($0)`](#\(Self.anchor(of: $0)))" }
    let text =
      ["# \(title)", "[The experiment file](../experiment-file.md)"]
      + (contents.isEmpty ? [] : [contents.joined(separator: " · ")]) + parts
    return ReferencePage(
      path: "reference/\(name).md", text: text.joined(separator: "\n\n") + "\n")
  }

  /// Of a heading, as sites that show Markdown make it.
  private static func anchor(of heading: some StringProtocol) -> String {
    heading.lowercased().filter { $0.isLetter || $0.isNumber || "-_".contains($0) }
  }

  /// What stands before an example.
  private func start(of section: Declaration, _ path: String) -> String {
    if path.hasSuffix("]") { return "- " }
    return (path.hasSuffix("NAME") ? "NAME" : section.name) + ": "
  }

  /// - Parameter inner: whether the sections in it follow.
  private func section(
    _ section: Declaration, _ path: String, moreRows: [String] = [], inner: Bool = true
  ) -> [String] {
    var parts = ["## `\(path)`", section.summary + "."]
    if let details = section.details { parts.append(details) }
    parts.append(([table(section.fields)] + moreRows).joined(separator: "\n"))
    if let example = section.example {
      parts.append(code(start(of: section, path) + example))
    }
    for field in section.fields where inner {
      if case .section(let inner) = field.kind {
        parts += self.section(inner, "\(path).\(field.name)")
      }
    }
    return parts
  }

  private func entry(_ word: Declaration) -> String {
    var parts = ["## `\(word.name)`", word.summary + "."]
    if let details = word.details { parts.append(details) }
    if !word.fields.isEmpty { parts.append(table(word.fields)) }
    if let shortForm = word.shortForm { parts.append("Short form: `\(shortForm)`.") }
    if let example = word.example { parts.append(code(example)) }
    return parts.joined(separator: "\n\n")
  }

  private func code(_ text: String) -> String { "```yaml\n\(text)\n```" }

  /// - Parameters:
  ///   - keys: what stands for their names; nil: those themselves.
  ///   - place: the folder of pages of words, as the page sees it, with a slash at the end.
  private func table(
    _ fields: [FieldDeclaration], keys: [String]? = nil, from place: String = ""
  ) -> String {
    let names = keys ?? fields.map { "`\($0.name)`" }
    let rows = zip(names, fields).map { name, field in
      var summary = field.summary
      if let condition = field.condition {
        summary += " (with `\(condition)`)"
      }
      let value = linked(field.kind, from: place)
      let fallback: String
      switch field.fallback {
      case nil: fallback = "required"
      case .empty: fallback = ""
      case .scalar(let text): fallback = "`\(text)`"
      case .some(.none): fallback = "`none`"
      case .list(let items): fallback = "`[\(items.joined(separator: ", "))]`"
      }
      return "| \(name) | \(cell(summary)) | \(value) | \(fallback) |"
    }
    return (["| key | meaning | value | default |", "| --- | --- | --- | --- |"] + rows)
      .joined(separator: "\n")
  }

  /// What may stand there, and where the words for it are.
  private func linked(_ kind: FieldKind, from place: String) -> String {
    let words = cell(kind.expectation(vocabulary))
    switch kind {
    case .choice(let category), .choicePerNetwork(let category), .choices(let category):
      return "[\(words)](\(place)\(category.pageName).md)"
    default: return words
    }
  }

  private func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}

extension Declaration {
  /// `leaky_relu: SLOPE`, `normal: [MEAN, STANDARD_DEVIATION]`; nil without one.
  fileprivate var shortForm: String? {
    let scalar = shorthand.map { "\(name): \($0.uppercased())" }
    let list =
      listForm.isEmpty
      ? nil : "\(name): [\(listForm.map { $0.uppercased() }.joined(separator: ", "))]"
    let forms = [scalar, list].compactMap(\.self)
    return forms.isEmpty ? nil : forms.joined(separator: "  or  ")
  }
}

extension Category {
  /// Of its page, without an ending.
  fileprivate var pageName: String { plural.replacing(" ", with: "-") }

  fileprivate var heading: String { plural.prefix(1).uppercased() + plural.dropFirst() }

  fileprivate var form: String {
    switch self {
    case .layer:
      "Entries of `architecture.generator` and `architecture.discriminator`: a word, or "
        + "`word: {key: value}`."
    case .loss, .optimizer:
      "`{kind: word, key: value}`, or the word alone where nothing else is said."
    case .term: "What `terms` of the general form names: `word: {key: value}`."
    case .constraint: "Entries of `constraints` of a network: a word, or `{word: {key: value}}`."
    case .transformation:
      "Keys of a data source that is made of another: `{of: NAME, word: options}`."
    case .penalty, .augmentation, .initializer, .rate, .source, .metric:
      "A word, or `{word: {key: value}}`."
    }
  }
}
