/// Checks the names of a file in the general form: that each stands for something, and that every network
/// and every term has its move. Shapes are no business of this.
struct GameCheck {
  let names: GameNames
  /// Names of terms with two sides.
  private(set) var games: [String] = []
  private(set) var findings: [Diagnostic] = []

  /// - Parameter root: what could be read of the file.
  static func findings(in root: [Record.Entry]) -> [Diagnostic] {
    var check = GameCheck(names: GameNames(root))
    check.checkDefinitions()
    check.checkSources()
    check.checkNetworks()
    check.checkValues()
    check.checkTerms()
    check.checkMoves()
    check.checkShown()
    check.checkMeasured()
    return check.findings.isEmpty ? check.whatDecidesNothing(in: root) : check.findings
  }

  /// What is wrong with the formulas of `record.samples.show` and of `metrics`, in a file of two players
  /// said in general.
  static func watchedFindings(in general: Record) -> [Diagnostic] {
    var check = GameCheck(names: GameNames(general.entries))
    check.checkShown()
    check.checkMeasured()
    return check.findings
  }

  /// The same of a formula that stands in no file.
  static func findings(of asked: LocatedFormula, in general: Record) -> [Diagnostic] {
    var check = GameCheck(names: GameNames(general.entries))
    check.check(asked, mayBeInputs: false)
    return check.findings
  }

  private mutating func checkShown() {
    if let shown = names.shown { check(shown, mayBeInputs: false) }
  }

  private mutating func checkMeasured() {
    for (isLabel, formula) in names.measured {
      check(formula, mayBeInputs: false)
      if isLabel { checkLabel(formula) }
    }
  }

  private init(names: GameNames) { self.names = names }

  mutating func report(
    _ message: String, at origin: Origin, label: String? = nil, notes: [String] = []
  ) {
    findings.append(Diagnostic(message, at: origin, label: label, notes: notes))
  }

  /// `there is no network …`, with the nearest one.
  mutating func reportUnknown(
    _ what: String, _ name: LocatedName, known: [String], _ plural: String
  ) {
    report(
      "there is no \(what) `\(name.name.abbreviated)`", at: name.origin,
      label: nearest(to: name.name, in: known).map { "did you mean `\($0)`?" },
      notes: [known.isEmpty ? "there are no \(plural)" : "\(plural): \(Self.list(known))"])
  }

  /// As many names as anybody reads.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(30).joined(separator: ", ")
    return names.count > 30 ? "\(shown) and \(names.count - 30) more" : shown
  }

  // MARK: what is defined

  private mutating func checkDefinitions() {
    var first: [String: (kind: GameNames.Kind, value: NamedValue)] = [:]
    for (kind, value) in names.all {
      guard let other = first[value.name] else {
        first[value.name] = (kind, value)
        continue
      }
      guard other.kind != kind else { continue }
      report(
        "`\(value.name)` is \(other.kind.words) and \(kind.words)", at: value.origin,
        label: "\(other.kind.words) of that name is at \(other.value.origin.place)")
    }
  }

  private mutating func checkSources() {
    let known = names.sources.map(\.name)
    var bases: [(name: LocatedName, next: [LocatedName])] = []
    for source in names.sources {
      guard case .derived(let base, _)? = source.value else { continue }
      if names.kind(of: base.name) != .source {
        reportUnknown("data source", base, known: known, "data sources")
      }
      bases.append((LocatedName(name: source.name, origin: source.origin), [base]))
    }
    reportCircles(bases) { "`\($0)` is made of itself" }
    if let data = names.data, names.sources.isEmpty {
      report("there are no data sources", at: data, label: "such as {photos: {folder: photos}}")
    } else if let data = names.data, bases.count == names.sources.count {
      report(
        "every data source is made of another", at: data, label: "one at least is read from files")
    }
    if let epoch = names.epoch, names.kind(of: epoch.name) != .source {
      reportUnknown("data source", epoch, known: known, "data sources")
    }
  }

  private mutating func checkNetworks() {
    let networks = names.networks ?? []
    let known = networks.map(\.name)
    var likes: [(name: LocatedName, next: [LocatedName])] = []
    var calls: [(name: LocatedName, next: [LocatedName])] = []
    for network in networks {
      guard case .section(let record)? = network.value else { continue }
      let place = LocatedName(name: network.name, origin: network.origin)
      let called = names.networksCalled(by: network.name)
      for other in called where names.kind(of: other.name) != .network {
        reportUnknown("network", other, known: known, "networks")
      }
      calls.append((place, called))
      guard let like = record[GameSchema.likeKey] else { continue }
      let other = LocatedName(name: like, origin: record.origin(of: GameSchema.likeKey))
      if names.kind(of: like) != .network {
        reportUnknown("network", other, known: known, "networks")
      }
      likes.append((place, [other]))
    }
    reportCircles(likes) { "`\($0)` is like itself" }
    reportCircles(calls) { "the network `\($0)` calls itself" }
  }

  private mutating func checkValues() {
    for value in names.values {
      if case .formula(let located)? = value.value { check(located, mayBeInputs: true) }
    }
    report(names.valueNeeds) { "the value `\($0)` needs itself" }
  }

  private mutating func reportCircles(
    _ nodes: [(name: LocatedName, next: [LocatedName])], _ words: (String) -> String
  ) {
    report(Needs(nodes), words)
  }

  /// Each circle once, at the first of it that the file has.
  private mutating func report(_ needs: Needs, _ words: (String) -> String) {
    for circle in needs.circles {
      guard let place = needs.names.first(where: { $0.name == circle[0] }) else { continue }
      report(
        words(place.name), at: place.origin, notes: ["the circle: \(Self.way(circle))"])
    }
  }

  private static func way(_ names: [String]) -> String {
    let shown = names.count > 12 ? names.prefix(10) + ["…"] + names.suffix(1) : names[...]
    return shown.joined(separator: " → ")
  }

  // MARK: formulas

  private mutating func check(_ located: LocatedFormula, mayBeInputs: Bool) {
    switch located.formula {
    case .name(let name):
      switch names.kind(of: name) {
      case .source, .latent, .value: break
      case .network:
        report(
          "`\(name)` is a network, and a value is wanted", at: located.origin,
          label: "such as \(name)(…)")
      case nil:
        guard names.networks != nil else { return }
        let known = names.all.filter { $0.kind != .network }.map(\.value.name)
        reportUnknown(
          "value", LocatedName(name: name, origin: located.origin), known: known,
          "sources, latents and values")
      }
    case .call(let network, let inputs, let label):
      checkCall(located, network, inputs.count)
      for part in located.parts { check(part, mayBeInputs: false) }
      if label != nil, let part = located.parts.last { checkLabel(part) }
    case .part(let whole, let name):
      for part in located.parts { check(part, mayBeInputs: false) }
      checkPart(name, of: whole, at: located.origin)
    case .joined, .inputs:
      if case .inputs = located.formula, !mayBeInputs {
        report(
          "several inputs in parentheses are for a critic's `real` and `fake`", at: located.origin,
          label: "a network takes them one by one; what is to be joined stands in [ ]")
      }
      for part in located.parts { check(part, mayBeInputs: false) }
    }
  }

  private mutating func checkCall(_ located: LocatedFormula, _ network: String, _ count: Int) {
    switch names.kind(of: network) {
    case .network:
      guard let others = names.inputs(of: network), others.count + 1 != count else { return }
      report(
        "`\(network)` takes \(Self.inputs(others.count + 1)), found \(count)", at: located.origin,
        label: Self.signature(network, others))
    case .some(let kind):
      report(
        "`\(network)` is \(kind.words), and only a network can be called", at: located.origin)
    case nil:
      guard let known = names.networks?.map(\.name) else { return }
      reportUnknown(
        "network", LocatedName(name: network, origin: located.origin), known: known, "networks")
    }
  }

  private static func inputs(_ count: Int) -> String { count == 1 ? "1 input" : "\(count) inputs" }

  /// `critic(…, code)`
  private static func signature(_ network: String, _ others: [String]) -> String {
    "\(network)(\((["…"] + others).joined(separator: ", ")))"
      + (others.isEmpty ? "; further ones are named in its `inputs`" : "")
  }

  private mutating func checkLabel(_ located: LocatedFormula) {
    // Of a part that is called so and is none it has been said.
    if case .part(_, "label") = located.formula { return }
    guard !names.isLabel(located.formula), isKnown(located.formula) else { return }
    report(
      "`\(located.formula)` is no label", at: located.origin,
      label: "write a latent with `classes`, or NAME.label of a source with `classes`")
  }

  private mutating func checkPart(_ name: String, of whole: Formula, at origin: Origin) {
    if name == "label" {
      guard !names.carriesLabel(whole), isKnown(whole) else { return }
      report(
        "`\(whole)` has no label", at: origin,
        label: "a source has one with `classes`, a call with `label:`")
    } else if case .name(let source) = whole, names.kind(of: source) == .source {
      report("`\(source)` is a source, whose only part is `label`", at: origin)
    }
  }

  /// Whether every name stands for something: else there is nothing more to say of a formula.
  private func isKnown(_ formula: Formula) -> Bool {
    switch formula {
    case .name(let name): names.kind(of: name) != nil
    case .call(let network, let inputs, _):
      names.kind(of: network) != nil && inputs.allSatisfy(isKnown)
    case .part(let whole, _): isKnown(whole)
    case .joined(let parts), .inputs(let parts): parts.allSatisfy(isKnown)
    }
  }

  // MARK: terms

  private mutating func checkTerms() {
    let known = (names.networks ?? []).map(\.name)
    let termNames = names.terms.map { Set($0.map(\.name)) }
    games = (names.terms ?? []).map(\.name).filter {
      names.term($0)?.name == AdversarialTerm.declaration.name
    }
    for term in names.terms ?? [] {
      guard case .choice(let choice)? = term.value else { continue }
      let record = choice.record
      var formulas: [(field: String, isLabel: Bool, formula: LocatedFormula)] = []
      record.eachFormula { formulas.append(($0, $1, $2)) }
      for (_, isLabel, formula) in formulas {
        check(formula, mayBeInputs: true)
        if isLabel { checkLabel(formula) }
      }
      var uses: [Record.NameUse] = []
      record.eachReference { uses.append($0) }
      for use in uses {
        switch use.kind {
        case .network where names.networks != nil && names.kind(of: use.name.name) != .network:
          reportUnknown("network", use.name, known: known, "networks")
        case .source where names.kind(of: use.name.name) != .source:
          reportUnknown(
            "data source", use.name, known: names.sources.map(\.name), "data sources")
        case .term where termNames?.contains(use.name.name) == false:
          reportUnknown("term", use.name, known: names.terms?.map(\.name) ?? [], "terms")
        case .game: checkGame(use.name)
        case .network, .source, .term, .free: break
        }
      }
      checkOnlyGame(term, choice)
      checkInputs(choice, formulas.map { ($0.field, $0.formula) })
    }
  }

  private mutating func checkGame(_ game: LocatedName) {
    if let choice = names.term(game.name) {
      guard choice.name != AdversarialTerm.declaration.name else { return }
      report(
        "`\(game.name)` is \(choice.name), and `game` is an adversarial term", at: game.origin,
        notes: games.isEmpty ? [] : ["adversarial terms: \(games.joined(separator: ", "))"])
    } else if names.terms?.contains(where: { $0.name == game.name }) == false {
      reportUnknown("adversarial term", game, known: games, "adversarial terms")
    }
  }

  /// A term that watches a game and does not say which.
  private mutating func checkOnlyGame(_ term: NamedValue, _ choice: Choice) {
    let isOpen = choice.record.entries.contains { entry in
      if case (.name(.game), .none) = (entry.kind, entry.value) { true } else { false }
    }
    var looksAtValue = false
    choice.record.eachFormula { _, _, _ in looksAtValue = true }
    guard isOpen, !looksAtValue, games.count != 1,
      names.terms?.allSatisfy({ $0.value != nil }) == true
    else {
      return
    }
    report(
      games.isEmpty
        ? "`\(term.name)` watches an adversarial term, and there is none"
        : "`\(term.name)` needs `game`: there are several adversarial terms", at: choice.origin,
      label: games.isEmpty ? nil : "game: \(games[0])",
      notes: games.isEmpty ? [] : ["adversarial terms: \(games.joined(separator: ", "))"])
  }

  /// What a critic is shown has as many inputs as it takes.
  private mutating func checkInputs(
    _ choice: Choice, _ formulas: [(field: String, formula: LocatedFormula)]
  ) {
    guard choice.name == AdversarialTerm.declaration.name else { return }
    let critic = AdversarialTerm(choice.record).critic
    guard let others = names.inputs(of: critic) else { return }
    for (field, located) in formulas where isKnown(located.formula) {
      let count = names.inputCount(of: located.formula)
      guard count != others.count + 1 else { continue }
      report(
        "`\(critic)` takes \(Self.inputs(others.count + 1)), `\(field)` gives \(count)",
        at: located.origin,
        label: others.isEmpty
          ? "[ ] joins several as one; inputs behind the first are named in `inputs` of the network"
          : "write (\((["…"] + others).joined(separator: ", ")))")
    }
  }
}
