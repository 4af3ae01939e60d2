import Spec
import TensorCore

/// What `Game` is made from.
struct GameParts: Sendable {
  let sources: [Source]
  let latents: [Latent]
  /// In the order in which they are shown and kept.
  let networks: [Network]
  /// What the file's names stand for.
  let meanings: [String: Formula]
  let terms: [GameTerm]
  let round: RoundMoves
  /// What is drawn and measured; nil: there is nothing to draw.
  let sampled: Formula?
  /// For each network all that play in it: itself, and those that its layers call.
  let players: [String: Set<String>]
}

/// The moves of a round, once each, and in their order with what each draws anew.
struct RoundMoves: Sendable {
  let movers: [Move]
  let round: [(move: Move, fresh: MoveEntry.Fresh)]
}

extension GameParts {
  /// - Parameter formats: of what lies in each source that is stored.
  init(_ experiment: Experiment, formats: [String: SampleFormat]) {
    let section = experiment.game
    meanings = Dictionary(
      section.values.map { ($0.name, $0.formula) }, uniquingKeysWith: { first, _ in first })
    sources = section.readSources(formats)
    latents = section.readLatents()
    players = section.players
    terms = section.readTerms()
    round = section.readRound(
      reaches: Reaches(meanings: meanings, players: players, terms: terms),
      momentum: experiment.schedule.momentum != nil)
    networks = section.readNetworks(terms, round)
    let (known, meanings) = (sources.map(\.name), meanings)
    let fake = terms.lazy.compactMap(\.adversarial).first.map { game -> Formula in
      // What a critic judges beside other things stands first among them.
      if case .inputs(let inputs) = game.fake.expanded(meanings) { inputs[0] } else { game.fake }
    }
    // Of what is shown, what is made of latents alone.
    let made = (experiment.record.samples?.show ?? []).first { formula in
      let expanded = formula.expanded(meanings)
      return !expanded.networks.isEmpty && !expanded.leaves.contains(where: known.contains)
    }
    sampled = made ?? fake
  }
}

/// Which networks terms and formulas depend on.
struct Reaches: Sendable {
  let meanings: [String: Formula]
  let players: [String: Set<String>]
  let terms: [GameTerm]

  /// The networks that a formula depends on.
  func reach(of formula: Formula) -> Set<String> {
    formula.expanded(meanings).networks.reduce(into: []) { $0.formUnion(players[$1] ?? []) }
  }

  /// Those that what a critic judges depends on.
  func makers(of game: Adversarial) -> Set<String> {
    reach(of: game.real).union(reach(of: game.fake))
  }

  /// The networks that a term depends on.
  func reach(of term: GameTerm) -> Set<String> {
    switch term.kind {
    case .adversarial(let game): makers(of: game).union(players[game.critic] ?? [])
    case .watching(let watcher, _) where watcher.owner != nil:
      Set([watcher.owner].compactMap(\.self))
    case .watching(_, let place):
      terms[place].adversarial.map { makers(of: $0).union(players[$0.critic] ?? []) } ?? []
    case .value(let value): value.formulas.reduce(into: []) { $0.formUnion(reach(of: $1)) }
    }
  }

  /// Which side of an adversarial term a move plays; nil where it moves both the critic and who makes its
  /// samples.
  func side(of game: Adversarial, in networks: [String]) -> Player? {
    let makers = makers(of: game)
    return switch (networks.contains(game.critic), networks.contains(where: makers.contains)) {
    case (true, true): nil
    case (true, false): .discriminator
    case (false, _): .generator
    }
  }

  /// Whether a term counts in a step of these networks that is given no terms.
  func counts(_ term: GameTerm, for networks: [String]) -> Bool {
    switch term.kind {
    case .adversarial, .value: return networks.contains(where: reach(of: term).contains)
    case .watching(let watcher, let place):
      if let owner = watcher.owner { return networks.contains(owner) }
      guard let game = terms[place].adversarial,
        networks.contains(where: reach(of: term).contains),
        let side = side(of: game, in: networks)
      else { return false }
      return watcher.players.contains(side)
    }
  }
}

extension GameSection {
  fileprivate func readSources(_ formats: [String: SampleFormat]) -> [Source] {
    let stored = sources.filter { if case .stored = $0.kind { true } else { false } }
    let isOnly = stored.count == 1
    func stem(of name: String) -> SourceEntry? {
      let entry = sources.first { $0.name == name }
      if case .derived(let origin, _)? = entry?.kind { return stem(of: origin) }
      return entry
    }
    func labels(of entry: SourceEntry) -> (feed: String, classes: Int)? {
      entry.classes.map { (feed: isOnly ? "labels" : "labels/\(entry.name)", classes: $0) }
    }
    return sources.map { entry in
      switch entry.kind {
      case .stored:
        guard let format = formats[entry.name] else {
          preconditionFailure("the data of `\(entry.name)` have no format")
        }
        return Source(
          name: entry.name,
          kind: .stored(feed: isOnly ? "real" : "real/\(entry.name)", format),
          labels: labels(of: entry))
      case .derived(let origin, let changes):
        return Source(
          name: entry.name, kind: .derived(of: origin, changes.map(Catalog.transformation)),
          labels: stem(of: origin).flatMap(labels))
      }
    }
  }

  fileprivate func readLatents() -> [Latent] {
    func isVector(_ latent: LatentEntry) -> Bool {
      if case .vector = latent.kind { true } else { false }
    }
    let vectors = latents.count(where: isVector)
    return latents.map { entry in
      switch entry.kind {
      case .vector(let section):
        Latent(
          name: entry.name, kind: .vector(section),
          stream: vectors == 1 ? Latent.only : "\(Latent.only)/\(entry.name)")
      case .label(let classes):
        Latent(
          name: entry.name, kind: .label(classes: classes),
          stream: latents.count - vectors == 1 ? "labels" : "labels/\(entry.name)")
      }
    }
  }

  /// For each network itself and those that its layers call.
  fileprivate var players: [String: Set<String>] {
    let calls = Dictionary(
      networks.map { network -> (String, Set<String>) in
        let layers = network.layers.flatMap { layer -> [Choice] in [layer] + layer.nested }
          .filter { $0.category == .layer }
        return (network.name, Set(layers.compactMap { (Catalog.layer($0) as? NetworkCall)?.name }))
      }, uniquingKeysWith: { first, _ in first })
    return Dictionary(
      calls.keys.map { name in
        var found: Set<String> = []
        var waiting = [name]
        while let next = waiting.popLast() {
          if found.insert(next).inserted { waiting += calls[next] ?? [] }
        }
        return (name, found)
      }, uniquingKeysWith: { first, _ in first })
  }

  fileprivate func readTerms() -> [GameTerm] {
    let games = terms.indices.filter { terms[$0].choice.name == AdversarialTerm.declaration.name }
    var places = 0
    return terms.map { entry in
      let choice = entry.choice
      if choice.name == AdversarialTerm.declaration.name {
        return GameTerm(
          name: entry.name, choice: choice, kind: .adversarial(Adversarial(choice.record)),
          stream: entry.name, origin: entry.origin)
      }
      let place = entry.place ?? places
      places += 1
      let kind: GameTerm.Kind
      if let value = Catalog.valueTerm(choice) {
        kind = .value(value)
      } else {
        let watched = choice.record.word(of: "game")
        let game = games.first { watched == nil || terms[$0].name == watched }
        guard let game, let term = Catalog.penalty(choice) as? any Term else {
          preconditionFailure("unchecked: `\(entry.name)` watches no adversarial term")
        }
        kind = .watching(term, game: game)
      }
      return GameTerm(
        name: entry.name, choice: choice, kind: kind, stream: "penalty/\(place)",
        origin: entry.origin)
    }
  }

  fileprivate func readNetworks(_ terms: [GameTerm], _ round: RoundMoves) -> [Network] {
    let critics = Set(terms.compactMap { $0.adversarial?.critic })
    return networks.map { entry in
      let leader = round.movers.first { $0.networks.contains(entry.name) }
      let steps = round.round.count { $0.move.name == leader?.name }
      return Network(
        entry.name, LayerList(entry.layers),
        critics.contains(entry.name) ? .fromImages : .toImages,
        initializers: InitializerSet(entry.initializers), inputs: entry.inputs,
        average: entry.averaging.map { WeightAverage($0, movesPerRound: steps) },
        constraints: entry.constraints.map(Catalog.constraint), weights: entry.weights,
        isFrozen: entry.isFrozen)
    }
  }

  fileprivate func readRound(reaches: Reaches, momentum: Bool) -> RoundMoves {
    let terms = reaches.terms
    var movers: [(entry: MoveEntry, parts: [Move.Part])] = []
    for entry in moves where !movers.contains(where: { $0.entry.name == entry.name }) {
      let parts =
        entry.terms?.compactMap { name, factor in
          terms.firstIndex { $0.name == name }.map { Move.Part(term: $0, factor: factor) }
        }
        ?? terms.indices.filter {
          !entry.without.contains(terms[$0].name) && reaches.counts(terms[$0], for: entry.networks)
        }
        .map { Move.Part(term: $0, factor: 1) }
      movers.append((entry, parts))
    }
    func judges(_ mover: (entry: MoveEntry, parts: [Move.Part])) -> Bool {
      mover.parts.contains { part in
        terms[part.term].adversarial.map { mover.entry.networks.contains($0.critic) } ?? false
      }
    }
    // Critics' moves are told of first.
    var known: [Move] = []
    for (entry, parts) in movers.filter(judges) + movers.filter({ !judges($0) }) {
      let isSecond = known.contains { $0.networks.contains(where: entry.networks.contains) }
      known.append(
        Move(
          name: entry.name, networks: entry.networks, parts: parts,
          choosesTerms: entry.terms != nil,
          stepper: Stepper(entry.name, entry.optimizer, isSecond: isSecond),
          columns: entry.columns, hasMomentumRamp: momentum && entry.hasMomentumRamp,
          origin: entry.origin))
    }
    let round = moves.flatMap { entry in
      (0..<entry.times).compactMap { _ in
        known.first { $0.name == entry.name }.map { (move: $0, fresh: entry.fresh) }
      }
    }
    return RoundMoves(movers: known, round: round)
  }
}
