extension Experiment {
  /// The resolved file: a valid spec that reproduces this experiment, with the origin of every
  /// value as a comment if asked.
  package func resolvedYAML(comments: Bool) -> String {
    var printer = ResolvedPrinter(comments: comments)
    printer.block(root, indent: 0)
    return printer.text
  }

  /// The same in the general form: what a file of two players stands for, as a file of its own.
  package var gameYAML: String {
    var printer = ResolvedPrinter(comments: false)
    printer.block(general, indent: 0)
    return printer.text
  }

  /// The same as JSON, numbers as numbers.
  package var resolvedJSON: String { root.json.text }
}

extension Choice {
  /// `linear: {units: 128, bias: true}`, `batch_norm`
  package var text: String {
    let fields = record.printed.map { "\($0.name): \($0.flow)" }
    if category.isWrittenWithKind {
      return "{" + (["kind: \(name)"] + fields).joined(separator: ", ") + "}"
    }
    return fields.isEmpty ? name : "\(name): {\(fields.joined(separator: ", "))}"
  }
}

extension Record {
  /// The entries a resolved file shows: those that mean something, without what resolving used up and
  /// what only says who does the work.
  var printed: [Entry] {
    entries.filter { entry in
      switch entry.kind {
      case .params, .sweep: false
      default:
        entry.isActive && entry.name != ExperimentSchema.extends.name
          && entry.name != ExperimentSchema.engine.declaration.name
      }
    }
  }
}

private struct ResolvedPrinter {
  let comments: Bool
  private(set) var text = ""

  init(comments: Bool) { self.comments = comments }

  mutating func block(_ record: Record, indent: Int) {
    for entry in record.printed { self.entry(entry, indent: indent) }
  }

  private mutating func entry(_ entry: Record.Entry, indent: Int) {
    let note = entry.origin.summary
    switch entry.value {
    case .section(let record) where record.printed.isEmpty:
      line("\(entry.name): {}", note, indent)
    case .section(let record):
      line("\(entry.name):", nil, indent)
      block(record, indent: indent + 2)
    case .choices(let choices) where !choices.isEmpty:
      line("\(entry.name):", nil, indent)
      for choice in choices { item(choice, indent: indent + 2) }
    case .choice(let choice) where choice.category.isWrittenWithKind:
      line("\(entry.name):", nil, indent)
      withKind(choice, indent: indent + 2)
    case .choice(let choice) where !choice.record.printed.isEmpty:
      line("\(entry.name):", nil, indent)
      line(choice.text, choice.originNote, indent + 2)
    case .choice(let choice): line("\(entry.name): \(choice.name)", choice.originNote, indent)
    case .named(let values) where !values.isEmpty:
      line("\(entry.name):", nil, indent)
      for value in values { named(value, indent: indent + 2) }
    case .sections(let sections) where !sections.isEmpty:
      line("\(entry.name):", nil, indent)
      for section in sections {
        line("- \(FieldValue.section(section.record).flow)", section.origin.summary, indent + 2)
      }
    case .perNetwork(let generator, let discriminator):
      line("\(entry.name):", nil, indent)
      for (player, choice) in [("generator", generator), ("discriminator", discriminator)] {
        line("\(player):", nil, indent + 2)
        withKind(choice, indent: indent + 4)
      }
    case .none, .number, .integer, .flag, .text, .texts, .formula, .names, .weightedNames, .named,
      .sections, .derived, .numbers, .integers,
      .choices, .length,
      .lengths, .period, .grid, .duration, .bytes:
      line("\(entry.name): \(entry.flow)", note, indent)
    }
  }

  /// A network's layers one a line, everything else as it fits.
  private mutating func named(_ value: NamedValue, indent: Int) {
    switch value.value {
    case .section(let record) where record.printed.contains { $0.value.hasList }:
      line("\(value.name):", value.origin.summary, indent)
      block(record, indent: indent + 2)
    case .some(let inner): line("\(value.name): \(inner.flow)", value.origin.summary, indent)
    case nil: break
    }
  }

  private mutating func withKind(_ choice: Choice, indent: Int) {
    line("kind: \(choice.name)", choice.origin.summary, indent)
    block(choice.record, indent: indent)
  }

  private mutating func item(_ choice: Choice, indent: Int) {
    guard choice.record.printed.contains(where: { $0.value.hasList }) else {
      line("- \(choice.text)", choice.originNote, indent)
      return
    }
    line("- \(choice.name):", choice.origin.summary, indent)
    block(choice.record, indent: indent + 4)
  }

  private mutating func line(_ content: String, _ note: String?, _ indent: Int) {
    let start = String(repeating: " ", count: indent) + content
    text += start
    if comments, let note {
      text += String(repeating: " ", count: max(2, 48 - start.count)) + "# " + visible(note)
    }
    text += "\n"
  }
}

extension Choice {
  /// Where the word was written, and which of its keys come from elsewhere.
  fileprivate var originNote: String {
    let own = origin.summary
    var note = own
    for entry in record.printed where !entry.origin.isDefault && entry.origin.summary != own {
      let isHere =
        entry.origin.source === origin.source && entry.origin.mark.line == origin.mark.line
      note += ", \(entry.name): \(isHere ? entry.origin.expression ?? own : entry.origin.summary)"
    }
    let defaults = record.printed.filter(\.origin.isDefault).map(\.name)
    if !defaults.isEmpty, !origin.isDefault {
      note += ", default: \(defaults.joined(separator: ", "))"
    }
    return note
  }
}

extension Record.Entry {
  /// The value on one line; a square in its short form.
  var flow: String {
    if case .sizes = kind, case .integers(let sides) = value, Set(sides).count == 1 {
      return "\(sides[0])"
    }
    return value.flow
  }
}

extension FieldValue {
  fileprivate var hasList: Bool { if case .choices = self { true } else { false } }

  /// On one line, as YAML.
  var flow: String {
    switch self {
    case .none: "none"
    case .number(let x): numberText(x)
    case .integer(let n): "\(n)"
    case .flag(let on): on ? "true" : "false"
    case .text(let text): YAMLText.scalar(text)
    case .texts(let texts): "[\(texts.map(YAMLText.scalar).joined(separator: ", "))]"
    case .formula(let located): located.formula.yaml
    case .names(let names): "[\(names.map { YAMLText.scalar($0.name) }.joined(separator: ", "))]"
    case .numbers(let xs): "[\(xs.map(numberText).joined(separator: ", "))]"
    case .integers(let ns): "[\(ns.map { "\($0)" }.joined(separator: ", "))]"
    case .choice(let choice): choice.flow
    case .choices(let choices): "[\(choices.map(\.flow).joined(separator: ", "))]"
    case .perNetwork(let generator, let discriminator):
      "{generator: \(generator.flow), discriminator: \(discriminator.flow)}"
    case .sections(let sections):
      "[\(sections.map { FieldValue.section($0.record).flow }.joined(separator: ", "))]"
    case .named(let values):
      "{\(values.map { "\($0.name): \($0.value?.flow ?? "none")" }.joined(separator: ", "))}"
    case .derived(let base, let changes):
      "{\((["of: \(base.name)"] + changes.map(\.keyed)).joined(separator: ", "))}"
    case .weightedNames(let names, nil): "[\(names.map(\.name).joined(separator: ", "))]"
    case .weightedNames(let names, let factors?):
      "{\(zip(names, factors).map { "\($0.name): \(numberText($1))" }.joined(separator: ", "))}"
    case .section(let record):
      "{\(record.printed.map { "\($0.name): \($0.flow)" }.joined(separator: ", "))}"
    case .length(let length): Amounts.text(length)
    case .lengths(let lengths):
      lengths.count == 1
        ? Amounts.text(lengths[0]) : "[\(lengths.map(Amounts.text).joined(separator: ", "))]"
    case .period(let period): Amounts.text(period)
    case .grid(let grid): "\(grid.rows)x\(grid.columns)"
    case .duration(let seconds): "\(numberText(seconds))s"
    case .bytes(let bytes): "\(bytes)B"
    }
  }

  var json: JSON {
    switch self {
    case .none: .null
    case .number(let x): .number(x)
    case .integer(let n): .integer(n)
    case .flag(let on): .flag(on)
    case .text(let text): .text(text)
    case .texts(let texts): .list(texts.map(JSON.text))
    case .formula(let located): .text(located.formula.description)
    case .names(let names): .list(names.map { .text($0.name) })
    case .numbers(let xs): .list(xs.map(JSON.number))
    case .integers(let ns): .list(ns.map(JSON.integer))
    case .choice(let choice): choice.json
    case .choices(let choices): .list(choices.map(\.json))
    case .perNetwork(let generator, let discriminator):
      .object([("generator", generator.json), ("discriminator", discriminator.json)])
    case .section(let record): record.json
    case .sections(let sections): .list(sections.map(\.record.json))
    case .named(let values): .object(values.map { ($0.name, $0.value?.json ?? .null) })
    case .derived(let base, let changes):
      .object(
        [("of", .text(base.name))]
          + changes.map { ($0.name, .object($0.record.printed.map { ($0.name, $0.value.json) })) })
    case .weightedNames(let names, nil): .list(names.map { .text($0.name) })
    case .weightedNames(let names, let factors?):
      .object(zip(names, factors).map { ($0.name, .number($1)) })
    case .length, .period, .grid, .duration: .text(flow)
    case .lengths(let lengths):
      lengths.count == 1 ? .text(flow) : .list(lengths.map { .text(Amounts.text($0)) })
    case .bytes(let bytes): .text("\(bytes)B")
    }
  }
}

extension Choice {
  /// As an entry of a map: `invert: {}`.
  fileprivate var keyed: String {
    record.printed.isEmpty ? "\(name): {}" : text
  }

  fileprivate var flow: String {
    category.isWrittenWithKind || record.printed.isEmpty ? text : "{\(text)}"
  }

  var json: JSON {
    let fields = record.printed.map { ($0.name, $0.value.json) }
    return category.isWrittenWithKind
      ? .object([("kind", .text(name))] + fields) : .object([(name, .object(fields))])
  }
}

extension Record {
  var json: JSON { .object(printed.map { ($0.name, $0.value.json) }) }
}

extension Formula {
  /// As a value of YAML: what is joined as a list, everything else as a text.
  var yaml: String {
    guard case .joined(let parts) = self else { return YAMLText.scalar(description) }
    return "[\(parts.map(\.yaml).joined(separator: ", "))]"
  }
}
