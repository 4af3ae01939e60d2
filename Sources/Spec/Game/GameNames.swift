/// What a file in the general form defines, as far as it could be read.
struct GameNames {
  /// What a name in a formula may stand for.
  enum Kind: String {
    case source
    case latent
    case value
    case network

    var words: String { self == .source ? "a source of the data" : "a \(rawValue)" }
  }

  let sources: [NamedValue]
  let latents: [NamedValue]
  /// nil: the section itself could not be read.
  let networks: [NamedValue]?
  let values: [NamedValue]
  let terms: [NamedValue]?
  let moves: [SectionValue]?
  let optimizer: Choice?
  let epoch: LocatedName?
  /// `record.samples.show`
  let shown: LocatedFormula?
  /// Where something is said of the sources as a whole.
  let data: Origin?

  init(_ root: [Record.Entry]) {
    func entry(_ name: String, _ entries: [Record.Entry]) -> Record.Entry? {
      entries.first { $0.name == name }
    }
    func values(_ name: String, _ entries: [Record.Entry]) -> [NamedValue]? {
      if case .named(let values)? = entry(name, entries)?.value { values } else { nil }
    }
    func section(_ name: String) -> [Record.Entry] {
      if case .section(let record)? = entry(name, root)?.value { record.entries } else { [] }
    }
    sources = values("sources", section("data")) ?? []
    data = entry("sources", section("data"))?.origin
    latents = values("latents", root) ?? []
    shown = entry("samples", section("record")).flatMap { samples in
      guard case .section(let record) = samples.value,
        case .formula(let located)? = entry("show", record.entries)?.value
      else { return nil }
      return located
    }
    networks = values("networks", root)
    self.values = values("values", root) ?? []
    terms = values("terms", root)
    moves =
      if case .sections(let moves)? = entry("moves", root)?.value { moves } else { nil }
    optimizer =
      if case .choice(let choice)? = entry("optimizer", root)?.value { choice } else { nil }
    epoch = entry("epoch", section("schedule")).flatMap { entry in
      if case .text(let name) = entry.value {
        LocatedName(name: name, origin: entry.origin)
      } else {
        nil
      }
    }
  }

  /// Everything that a formula may name, in the order of the sections.
  var all: [(kind: Kind, value: NamedValue)] {
    (sources.map { (.source, $0) } + latents.map { (.latent, $0) }
      + (networks ?? []).map { (.network, $0) } + values.map { (.value, $0) })
      .filter { LocatedName.isName($0.1.name) }
  }

  func kind(of name: String) -> Kind? { all.first { $0.value.name == name }?.kind }

  func formula(of value: String) -> LocatedFormula? {
    if case .formula(let located)? = values.first(where: { $0.name == value })?.value {
      located
    } else {
      nil
    }
  }

  func record(of network: String) -> Record? {
    if case .section(let record)? = networks?.first(where: { $0.name == network })?.value {
      record
    } else {
      nil
    }
  }

  func term(_ name: String) -> Choice? {
    if case .choice(let choice)? = terms?.first(where: { $0.name == name })?.value {
      choice
    } else {
      nil
    }
  }

  /// Names of the inputs behind a network's first; nil where that is not known.
  func inputs(of network: String) -> [String]? {
    var name = network
    var seen: Set<String> = []
    while seen.insert(name).inserted, let record = record(of: name) {
      let inputs = record[GameSchema.inputsKey]
      guard inputs.isEmpty, let other = record[GameSchema.likeKey] else { return inputs }
      name = other
    }
    return nil
  }

  // MARK: labels

  /// Whether a value is classes.
  func isLabel(_ formula: Formula, _ seen: Set<String> = []) -> Bool {
    switch formula {
    case .name(let name):
      switch kind(of: name) {
      case .latent: latents.first { $0.name == name }?.isLabel ?? false
      case .value where !seen.contains(name):
        self.formula(of: name).map { isLabel($0.formula, seen.union([name])) } ?? true
      case .value, .source, .network: false
      case nil: true
      }
    case .part(let whole, "label"): carriesLabel(whole)
    case .call, .part, .joined, .inputs: false
    }
  }

  /// Whether a value is of classes that are known.
  func carriesLabel(_ formula: Formula, _ seen: Set<String> = []) -> Bool {
    switch formula {
    case .name(let name):
      switch kind(of: name) {
      case .source: hasClasses(name)
      case .value where !seen.contains(name):
        self.formula(of: name).map { carriesLabel($0.formula, seen.union([name])) } ?? true
      case .value, .latent, .network: false
      case nil: true
      }
    case .call(_, let inputs, let label):
      label != nil || inputs.first.map { carriesLabel($0, seen) } ?? false
    case .part(let whole, _): carriesLabel(whole, seen)
    case .joined(let parts), .inputs(let parts):
      parts.first.map { carriesLabel($0, seen) } ?? false
    }
  }

  /// A source made of another has its classes.
  private func hasClasses(_ source: String, _ seen: Set<String> = []) -> Bool {
    guard !seen.contains(source), let entry = sources.first(where: { $0.name == source }) else {
      return true
    }
    return switch entry.value {
    case .section(let record): record[GameSchema.sourceClassesKey] != nil
    case .derived(let base, _): hasClasses(base.name, seen.union([source]))
    default: true  // it could not be read, which has been said
    }
  }

  // MARK: what depends on what

  /// The networks that a formula calls, those in values and those that networks call among them.
  func networks(in formula: Formula) -> Set<String> {
    var found: Set<String> = []
    collect(formula, &found)
    return found
  }

  private func collect(_ formula: Formula, _ found: inout Set<String>, _ seen: Set<String> = []) {
    switch formula {
    case .name(let name):
      guard !seen.contains(name), let inner = self.formula(of: name) else { return }
      collect(inner.formula, &found, seen.union([name]))
    case .call(let network, let inputs, _):
      collect(network: network, &found)
      for input in inputs { collect(input, &found, seen) }
    case .part(let whole, _): collect(whole, &found, seen)
    case .joined(let parts), .inputs(let parts):
      for part in parts { collect(part, &found, seen) }
    }
  }

  func collect(network: String, _ found: inout Set<String>) {
    guard found.insert(network).inserted else { return }
    for other in networksCalled(by: network) { collect(network: other.name, &found) }
  }

  /// Those that layers of a network name.
  func networksCalled(by network: String) -> [LocatedName] {
    guard let record = record(of: network) else { return [] }
    var found: [LocatedName] = []
    record.eachReference { reference in
      if case .network = reference.kind { found.append(reference.name) }
    }
    return found.filter { $0.name != record[GameSchema.likeKey] }
  }
}

extension NamedValue {
  /// Of a latent: whether it is a class.
  fileprivate var isLabel: Bool {
    guard case .section(let record)? = value else { return true }
    return record.has(GameSchema.classesKey)
  }
}

extension Record {
  /// A name that stands for something the file defines.
  struct NameUse {
    let kind: NameKind
    let name: LocatedName
  }

  /// Every name in here that stands for something, in choices and sections too.
  func eachReference(_ body: (NameUse) -> Void) {
    for entry in entries {
      switch (entry.kind, entry.value) {
      case (.name(let kind), .text(let name)):
        body(NameUse(kind: kind, name: LocatedName(name: name, origin: entry.origin)))
      case (.names(let kind), .names(let names)):
        for name in names { body(NameUse(kind: kind, name: name)) }
      case (_, .section(let record)): record.eachReference(body)
      case (_, .choice(let choice)): choice.record.eachReference(body)
      case (_, .choices(let choices)): for choice in choices { choice.record.eachReference(body) }
      default: break  // nothing else names anything
      }
    }
  }

  /// Every formula in here, with the field that has it.
  func eachFormula(_ body: (_ field: String, _ isLabel: Bool, LocatedFormula) -> Void) {
    for entry in entries {
      switch (entry.kind, entry.value) {
      case (.formula(let isLabel), .formula(let located)): body(entry.name, isLabel, located)
      case (_, .section(let record)): record.eachFormula(body)
      case (_, .choice(let choice)): choice.record.eachFormula(body)
      case (_, .choices(let choices)): for choice in choices { choice.record.eachFormula(body) }
      default: break  // nothing else has formulas
      }
    }
  }
}
