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
  /// What metrics are of, and whether it has to be classes.
  let measured: [(isLabel: Bool, formula: LocatedFormula)]
  /// Where something is said of the sources as a whole.
  let data: Origin?
  /// What values need of each other.
  let valueNeeds: Needs
  private let kinds: [String: Kind]
  private let stored: [String: NamedValue]
  /// Latents that are classes.
  private let labels: Set<String>
  private let formulas: [String: LocatedFormula]
  private let records: [String: Record]
  private let choices: [String: Choice]
  private var facts: [String: Facts] = [:]

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
    measured = Record(entries: section("metrics")).formulas
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
    func table<T>(_ values: [NamedValue], _ read: (NamedValue) -> T?) -> [String: T] {
      values.reduce(into: [:]) { if $0[$1.name] == nil { $0[$1.name] = read($1) } }
    }
    var kinds = table(sources) { _ in Kind.source }
    for (kind, values) in [
      (Kind.latent, latents), (.network, networks ?? []), (.value, self.values),
    ] {
      kinds.merge(table(values) { _ in kind }) { first, _ in first }
    }
    self.kinds = kinds.filter { LocatedName.isName($0.key) }
    stored = table(sources) { $0 }
    labels = Set(latents.filter(\.isLabel).map(\.name))
    records = table(networks ?? []) {
      if case .section(let record)? = $0.value { record } else { nil }
    }
    choices = table(terms ?? []) {
      if case .choice(let choice)? = $0.value { choice } else { nil }
    }
    let read: [String: LocatedFormula] = table(self.values) {
      if case .formula(let located)? = $0.value { located } else { nil }
    }
    formulas = read
    valueNeeds = Needs(
      self.values.compactMap { value in
        guard let located = read[value.name] else { return nil }
        var used: [LocatedName] = []
        located.eachName { used.append($0) }
        return (LocatedName(name: value.name, origin: value.origin), used)
      })
    for name in valueNeeds.order {
      guard let formula = read[name]?.formula else { continue }
      facts[name] = Facts(
        isLabel: isLabel(formula), carriesLabel: carriesLabel(formula),
        inputs: inputCount(of: formula))
    }
  }

  /// Everything that a formula may name, in the order of the sections.
  var all: [(kind: Kind, value: NamedValue)] {
    (sources.map { (.source, $0) } + latents.map { (.latent, $0) }
      + (networks ?? []).map { (.network, $0) } + values.map { (.value, $0) })
      .filter { LocatedName.isName($0.1.name) }
  }

  func kind(of name: String) -> Kind? { kinds[name] }
  func formula(of value: String) -> LocatedFormula? { formulas[value] }
  func record(of network: String) -> Record? { records[network] }
  func term(_ name: String) -> Choice? { choices[name] }

  /// The source of which another is made.
  func base(of source: String) -> String? {
    if case .derived(let base, _)? = stored[source]?.value { base.name } else { nil }
  }

  /// Names of the inputs behind a network's first; nil where that is not known.
  func inputs(of network: String) -> [String]? {
    var name = network
    var seen: Set<String> = []
    while seen.insert(name).inserted, let record = records[name] {
      let inputs = record[GameSchema.inputsKey]
      guard inputs.isEmpty, let other = record[GameSchema.likeKey] else { return inputs }
      name = other
    }
    return nil
  }

  // MARK: what values are

  /// What follows from a value's formula.
  private struct Facts {
    /// Whether it is classes.
    let isLabel: Bool
    /// Whether it is of classes that are known.
    let carriesLabel: Bool
    /// Inputs of a critic that it stands for.
    let inputs: Int
  }

  /// Whether a value is classes. What could not be read counts as what is wanted.
  func isLabel(_ formula: Formula) -> Bool {
    switch formula {
    case .name(let name):
      switch kinds[name] {
      case .latent: labels.contains(name)
      case .value: facts[name]?.isLabel ?? true
      case .source, .network: false
      case nil: true
      }
    case .part(let whole, "label"): carriesLabel(whole)
    case .call, .part, .joined, .inputs: false
    }
  }

  /// Whether a value is of classes that are known.
  func carriesLabel(_ formula: Formula) -> Bool {
    switch formula {
    case .name(let name):
      switch kinds[name] {
      case .source: hasClasses(name)
      case .value: facts[name]?.carriesLabel ?? true
      case .latent, .network: false
      case nil: true
      }
    case .call(_, let inputs, let label):
      label != nil || inputs.first.map { carriesLabel($0) } ?? false
    case .part(let whole, _): carriesLabel(whole)
    case .joined(let parts), .inputs(let parts): parts.first.map { carriesLabel($0) } ?? false
    }
  }

  /// Inputs of a critic that a value stands for.
  func inputCount(of formula: Formula) -> Int {
    switch formula {
    case .inputs(let parts): parts.count
    case .name(let name): facts[name]?.inputs ?? 1
    case .call, .part, .joined: 1
    }
  }

  /// A source made of another has its classes.
  private func hasClasses(_ source: String) -> Bool {
    var name = source
    var seen: Set<String> = []
    while seen.insert(name).inserted, let entry = stored[name] {
      switch entry.value {
      case .section(let record): return record[GameSchema.sourceClassesKey] != nil
      case .derived(let base, _): name = base.name
      default: return true  // it could not be read, which has been said
      }
    }
    return true
  }

  // MARK: what depends on what

  /// Something that may depend on something else.
  enum Node: Hashable {
    case value(String)
    case network(String)
  }

  /// The networks on which these depend, those that networks call among them.
  func networks(behind start: [Node]) -> Set<String> {
    var found: Set<String> = []
    var seen = Set(start)
    var open = start
    while let node = open.popLast() {
      let next: [Node]
      switch node {
      case .network(let name):
        found.insert(name)
        next = networksCalled(by: name).map { .network($0.name) }
      case .value(let name): next = formulas[name].map { nodes(in: $0.formula) } ?? []
      }
      for other in next where seen.insert(other).inserted { open.append(other) }
    }
    return found
  }

  /// What a formula names, without what that is made of.
  func nodes(in formula: Formula) -> [Node] {
    switch formula {
    case .name(let name): [.value(name)]
    case .call(let network, let inputs, _): [.network(network)] + inputs.flatMap(nodes)
    case .part(let whole, _): nodes(in: whole)
    case .joined(let parts), .inputs(let parts): parts.flatMap(nodes)
    }
  }

  /// Those that layers of a network name.
  func networksCalled(by network: String) -> [LocatedName] {
    guard let record = records[network],
      let layers = record.entries.first(where: { $0.name == GameSchema.layersKey.declaration.name })
    else { return [] }
    var found: [LocatedName] = []
    Record(entries: [layers]).eachReference { use in
      if case .network = use.kind { found.append(use.name) }
    }
    return found
  }
}

/// Things that need each other, by name.
struct Needs {
  let names: [LocatedName]
  let next: [String: [String]]

  init(_ nodes: [(name: LocatedName, next: [LocatedName])]) {
    names = nodes.map(\.name)
    let known = Set(names.map(\.name))
    next = Dictionary(
      nodes.map { ($0.name.name, $0.next.map(\.name).filter(known.contains)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Each after what it needs; those in circles, and those that need them, are not among them.
  var order: [String] {
    var waiting = next.mapValues { Set($0).count }
    var users: [String: [String]] = [:]
    for name in names.map(\.name) {
      for other in Set(next[name] ?? []) { users[other, default: []].append(name) }
    }
    var order = names.map(\.name).filter { waiting[$0] == 0 }
    var place = 0
    while place < order.count {
      for user in users[order[place]] ?? [] {
        let left = (waiting[user] ?? 1) - 1
        waiting[user] = left
        if left == 0 { order.append(user) }
      }
      place += 1
    }
    return order
  }

  /// Each circle once, from the first of it that the file has.
  var circles: [[String]] {
    let free = Set(order)
    var seen = free
    var circles: [[String]] = []
    for name in names.map(\.name) where !seen.contains(name) {
      // Whatever waits needs something that waits: the way leads into a circle.
      var path: [String] = []
      var places: [String: Int] = [:]
      var at: String? = name
      while let step = at, places[step] == nil, !seen.contains(step) {
        places[step] = path.count
        path.append(step)
        at = next[step]?.first { !free.contains($0) }
      }
      seen.formUnion(path)
      guard let closing = at, let start = places[closing] else { continue }
      let circle = Set(path[start...])
      let first = names.first { circle.contains($0.name) }?.name ?? closing
      let turn = path[start...].firstIndex(of: first) ?? start
      circles.append(path[turn...] + path[start..<turn] + [first])
    }
    return circles
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

  /// Every formula in here, and whether it has to be classes.
  var formulas: [(isLabel: Bool, formula: LocatedFormula)] {
    var found: [(isLabel: Bool, formula: LocatedFormula)] = []
    eachFormula { found.append(($1, $2)) }
    return found
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
