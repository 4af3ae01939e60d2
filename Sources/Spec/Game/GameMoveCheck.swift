// Who moves down what, and what of a file decides nothing.

extension GameCheck {
  /// The networks on which a term depends, as far as names tell.
  private func networks(of term: Choice) -> Set<String> {
    if let on = term.record.entries.first(where: { $0.name == "on" }),
      case (.name(.network), .text(let network)) = (on.kind, on.value)
    {
      return names.networks(behind: [.network(network)])
    }
    var nodes: [GameNames.Node] = []
    func collect(_ term: Choice, followsGames: Bool) {
      term.record.eachFormula { _, isLabel, located in
        if !isLabel { nodes += names.nodes(in: located.formula) }
      }
      for entry in term.record.entries {
        switch (entry.kind, entry.value) {
        case (.name(.network), .text(let network)): nodes.append(.network(network))
        case (.name(.game), .text(let game)) where followsGames:
          names.term(game).map { collect($0, followsGames: false) }
        case (.name(.game), .none) where followsGames && games.count == 1 && nodes.isEmpty:
          names.term(games[0]).map { collect($0, followsGames: false) }
        default: break  // nothing else leads to a network
        }
      }
    }
    collect(term, followsGames: true)
    return names.networks(behind: nodes)
  }

  private mutating func reportRepeated(_ names: [LocatedName]) {
    for (place, name) in names.enumerated()
    where names[..<place].contains(where: { $0.name == name.name }) {
      report("`\(name.name.abbreviated)` stands twice here", at: name.origin, label: "take it out")
    }
  }

  mutating func checkMoves() {
    guard let moves = names.moves else { return }
    let networks = names.networks?.map(\.name)
    let terms = names.terms.map { Set($0.map(\.name)) }
    var isWhole = true
    for move in moves {
      let record = move.record
      for entry in record.entries {
        switch entry.value {
        case .names(let own) where entry.name == GameSchema.withoutKey.declaration.name:
          for name in own where names.terms?.contains(where: { $0.name == name.name }) == false {
            isWhole = false
            reportUnknown("term", name, known: names.terms?.map(\.name) ?? [], "terms")
          }
        case .names(let own):
          if own.isEmpty { report("the move moves no network", at: move.origin) }
          reportRepeated(own)
          for name in own where networks != nil && names.kind(of: name.name) != .network {
            isWhole = false
            reportUnknown("network", name, known: networks ?? [], "networks")
          }
        case .weightedNames(let own, _):
          reportRepeated(own)
          for name in own where terms?.contains(name.name) == false {
            isWhole = false
            reportUnknown("term", name, known: names.terms?.map(\.name) ?? [], "terms")
          }
        default: break  // other keys name nothing
        }
      }
      if record[GameSchema.moveOptimizerKey] == nil, names.optimizer == nil {
        report(
          "the move has no optimizer", at: move.origin,
          label: "give it `optimizer`, or write one at the top for all")
      }
    }
    checkMovesOfOneName(moves)
    guard isWhole, networks != nil, let terms = names.terms, terms.allSatisfy({ $0.value != nil })
    else { return }
    checkWhatMoves(moves, terms)
  }

  private mutating func checkMovesOfOneName(_ moves: [SectionValue]) {
    var first: [String: SectionValue] = [:]
    var columns: [String: String] = [:]
    for move in moves {
      let record = move.record
      let name =
        record[GameSchema.moveNameKey] ?? MoveEntry.name(of: record[GameSchema.moveNetworksKey])
      let prefix = record[GameSchema.columnsKey] ?? name
      if let other = columns[prefix], other != name {
        report(
          "the columns of `\(name)` and of `\(other)` begin with the same `\(prefix)`",
          at: move.origin, label: "give one of them other `columns`")
      }
      columns[prefix] = columns[prefix] ?? name
      guard let other = first[name] else {
        first[name] = move
        continue
      }
      let differs = ["networks", "terms", "without", "optimizer", "columns", "momentum_ramp"].filter
      { key in
        record.entries.first { $0.name == key }?.value.flow
          != other.record.entries.first { $0.name == key }?.value.flow
      }
      guard !differs.isEmpty else { continue }
      report(
        "two moves are named `\(name)` and differ in \(differs.map { "`\($0)`" }.joined(separator: ", "))",
        at: move.origin, label: "give one of them a `name` of its own",
        notes: ["the first is at \(other.origin.place)"])
    }
  }

  private mutating func checkWhatMoves(_ moves: [SectionValue], _ terms: [NamedValue]) {
    let movers = moves.map { move in
      (
        networks: Set(move.record[GameSchema.moveNetworksKey]),
        terms: move.record[GameSchema.moveTermsKey].map { $0.map(\.name) },
        without: Set(move.record[GameSchema.withoutKey])
      )
    }
    let moved = movers.reduce(into: Set<String>()) { $0.formUnion($1.networks) }
    let frozen = Set((names.networks ?? []).filter(\.isFrozen).map(\.name))
    for network in names.networks ?? []
    where network.value != nil && !moved.union(frozen).contains(network.name) {
      report(
        "no move moves `\(network.name)`", at: network.origin,
        label: "name it in `networks` of a move, or write `frozen: true`")
    }
    for move in moves {
      let key = GameSchema.moveNetworksKey.declaration.name
      guard case .names(let own)? = move.record.entries.first(where: { $0.name == key })?.value
      else { continue }
      for network in own where frozen.contains(network.name) {
        report(
          "`\(network.name)` is frozen, and this moves it", at: network.origin,
          label: "take it out, or `frozen` from the network")
      }
    }
    var depends: [String: Set<String>] = [:]
    let isClean = findings.isEmpty
    for term in terms {
      guard let choice = names.term(term.name) else { continue }
      let own = networks(of: choice)
      depends[term.name] = own
      let able = movers.filter { !$0.networks.isDisjoint(with: own) }
      let isStepped = able.contains {
        $0.terms?.contains(term.name) ?? !$0.without.contains(term.name)
      }
      // A network that never moves has been reported already, and so has a name that stands for nothing,
      // behind which there may be networks.
      guard !isStepped, own.isEmpty ? isClean : own.isSubset(of: moved.union(frozen)) else {
        continue
      }
      report(
        "no move steps down `\(term.name)`", at: term.origin,
        label: own.isEmpty
          ? "it depends on no network"
          : own.isSubset(of: frozen)
            ? "it depends on frozen networks only"
            : "list it in `terms` of a move of "
              + own.subtracting(frozen).sorted().joined(separator: " or "))
    }
    for (move, mover) in zip(moves, movers) {
      let own = (mover.terms ?? terms.map(\.name)).filter {
        !(depends[$0] ?? []).isDisjoint(with: mover.networks)
      }
      guard own.isEmpty, !mover.networks.isEmpty,
        mover.networks.isSubset(of: Set((names.networks ?? []).map(\.name)))
      else {
        continue
      }
      report(
        "the move steps down nothing: no term \(mover.terms == nil ? "" : "that it lists ")depends on "
          + mover.networks.sorted().joined(separator: " or "), at: move.origin)
    }
  }

  // MARK: without effect

  /// What is defined and nothing asks for, in a file that is right otherwise.
  func whatDecidesNothing(in root: [Record.Entry]) -> [Diagnostic] {
    guard let terms = names.terms, let moves = names.moves,
      (terms + names.values + names.sources).allSatisfy({ $0.value != nil })
    else { return [] }
    func warning(_ what: String, _ origin: Origin, _ reason: String) -> Diagnostic {
      Diagnostic(
        "\(what) decides nothing", at: origin, severity: .warning, label: reason,
        isWithoutEffect: true
      )
    }
    let used = usedNames(root)
    var findings: [Diagnostic] = []
    for (kind, value) in names.all where kind != .network && !used.contains(value.name) {
      findings.append(
        warning(
          "\(kind == .source ? "the data source" : "the \(kind.rawValue)") `\(value.name)`",
          value.origin, "no term leads to it"))
    }
    let own = moves.map { $0.record[GameSchema.moveOptimizerKey] }
    if let common = names.optimizer,
      own.allSatisfy({ $0.map { !$0.isOfKind(of: common) } ?? false })
    {
      findings.append(warning("`optimizer` at the top", common.origin, "every move has its own"))
    }
    return findings
  }

  /// Every source, latent and value that some formula of the file outside of `values` leads to.
  private func usedNames(_ root: [Record.Entry]) -> Set<String> {
    var open: [String] = []
    for entry in root {
      switch entry.value {
      case .named(let values) where entry.name == "terms":
        for value in values {
          guard case .choice(let choice)? = value.value else { continue }
          choice.record.eachFormula { _, _, located in located.eachName { open.append($0.name) } }
        }
      case .section(let record):
        record.eachFormula { _, _, located in located.eachName { open.append($0.name) } }
      default: break  // values lead on only from one of these
      }
    }
    if let epoch = names.epoch { open.append(epoch.name) }
    var used = Set(open)
    while let name = open.popLast() {
      var next: [String] = []
      names.formula(of: name)?.eachName { next.append($0.name) }
      if let base = names.base(of: name) { next.append(base) }
      for other in next where used.insert(other).inserted { open.append(other) }
    }
    return used
  }
}

extension NamedValue {
  /// Of a network: whether it never moves.
  fileprivate var isFrozen: Bool {
    guard case .section(let record)? = value else { return false }
    return record[GameSchema.frozenKey]
  }
}

extension Choice {
  /// Whether its kind was written where that of another one was: it has been completed by it.
  fileprivate func isOfKind(of other: Choice) -> Bool {
    origin.source === other.origin.source && origin.mark == other.origin.mark
  }
}
