/// What a file of two players stands for: the same in the general form.
struct TwoPlayerForm {
  /// What a file of two players does not name.
  private enum Name {
    static let images = "images"
    static let latent = "z"
    static let label = "y"
    static let fakes = "fakes"
    static let game = "game"
  }

  private typealias Key = ExperimentSchema
  private typealias Entries = [String: (value: FieldValue, origin: Origin)]

  private let vocabulary: Vocabulary
  private let root: Record
  private let schedule: Record
  private let players: TwoPlayerSections

  /// - Parameter root: a whole file of two players, checked.
  static func expanded(_ root: Record, _ vocabulary: Vocabulary) -> Record {
    TwoPlayerForm(root, vocabulary).expanded
  }

  private init(_ root: Record, _ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    self.root = root
    schedule = root[Key.schedule(vocabulary, .twoPlayers)]
    players = TwoPlayerSections(root, schedule: schedule)
  }

  private var expanded: Record {
    var entries = taken(
      [
        "version", "name", "description", "seed", "augment", "record", "metrics", "precision",
        "guards", "notify", "engine",
      ], of: root)
    let architecture = root.origin(of: Key.architecture)
    let values = [
      named(Name.fakes, .formula(LocatedFormula(fakes, placedAt: architecture)), architecture)
    ]
    entries["data"] = (.section(data), root.origin(of: "data"))
    entries["latents"] = (.named(latents), root.origin(of: Key.latent))
    entries["networks"] = (.named(Player.allCases.reversed().map(network)), architecture)
    entries["values"] = (.named(values), architecture)
    entries["terms"] = (.named([game] + terms.map(\.value)), root.origin(of: Key.loss))
    entries["moves"] = (.sections(moves), root.origin(of: "schedule"))
    entries["init"] = taken(["init"], of: root[Key.architecture])["init"]
    entries["schedule"] = (
      .section(
        record(
          ScheduleSection.declaration(vocabulary, .general),
          taken(
            ["length", "accumulate", "learning_rate", "momentum_ramp", "growing"], of: schedule),
          at: root.origin(of: "schedule"))), root.origin(of: "schedule")
    )
    return record(
      ExperimentSchema.declaration(vocabulary, .general), entries, at: root.origin(of: Key.name))
  }

  // MARK: leaves, networks, values

  private var data: Record {
    let old = root[Key.data(.twoPlayers)]
    let origin = old.origin(of: DataSection.sourceKey)
    var source = taken(["source"], of: old)
    if let labels = players.labels { source["classes"] = (.integer(labels.classes), labels.origin) }
    var entries = taken(["size", "range", "batch", "drop_last"], of: old)
    let images = record(GameSchema.stored, source, at: origin)
    entries["sources"] = (.named([named(Name.images, .section(images), origin)]), origin)
    return record(DataSection.declaration(.general), entries, at: root.origin(of: "data"))
  }

  private var latents: [NamedValue] {
    let z = named(Name.latent, .section(root[Key.latent]), root.origin(of: Key.latent))
    guard let labels = players.labels, labels.fake == .random else { return [z] }
    let classes = record(
      GameSchema.label, ["classes": (.integer(labels.classes), labels.origin)], at: labels.origin)
    return [z, named(Name.label, .section(classes), labels.origin)]
  }

  private func network(_ player: Player) -> NamedValue {
    let architecture = root[Key.architecture]
    let origin = architecture.origin(of: player.rawValue)
    var entries = Entries()
    entries["layers"] = taken([player.rawValue], of: architecture)[player.rawValue]
    entries["weights"] =
      taken([player.rawValue], of: architecture[ArchitectureSection.weightsKey])[
        player.rawValue]
    if player == .generator { entries["ema"] = taken(["ema"], of: schedule)["ema"] }
    let constraints = players.penalties.compactMap { penalty -> Choice? in
      guard let word = vocabulary.declaration(.constraint, named: penalty.name),
        owner(of: penalty) == player.rawValue
      else { return nil }
      return changed(penalty, to: word, .constraint, position: penalty.position)
    }
    entries["constraints"] = (.choices(constraints), root.origin(of: Key.penalties))
    return named(player.rawValue, .section(record(GameSchema.network, entries, at: origin)), origin)
  }

  /// Images made from the latents, with the classes that they are to be of.
  private var fakes: Formula {
    let label: Formula? = players.labels.map { labels in
      switch labels.fake {
      case .random: .name(Name.label)
      case .data: .part(.name(Name.images), "label")
      }
    }
    return .call(network: Player.generator.rawValue, [.name(Name.latent)], label: label)
  }

  // MARK: terms

  private var game: NamedValue {
    let origin = players.loss.origin
    var entries: Entries = [
      "loss": (.choice(players.loss), root.origin(of: Key.loss)),
      "critic": (.text(Player.discriminator.rawValue), origin),
      "real": (.formula(LocatedFormula(.name(Name.images), placedAt: origin)), origin),
      "fake": (.formula(LocatedFormula(.name(Name.fakes), placedAt: origin)), origin),
    ]
    entries["critic_batch"] = taken(["critic_batch"], of: schedule)["critic_batch"]
    let term = Choice(
      category: .term, name: AdversarialTerm.declaration.name,
      record: record(AdversarialTerm.declaration, entries, at: origin), origin: origin,
      position: "terms.\(Name.game)")
    return named(Name.game, .choice(term), origin)
  }

  private struct Term {
    let value: NamedValue
    /// How both players step down it alone; nil: it is a part of their own moves.
    let optimizer: (name: String, choice: Choice)?
  }

  /// The penalties that are no limits on weights: `orthogonal`, and the second of them `orthogonal_2`.
  private var terms: [Term] {
    var counts: [String: Int] = [:]
    var steps: [String: Int] = [:]
    func counted(_ word: String, _ counts: inout [String: Int]) -> String {
      let count = counts[word, default: 0] + 1
      counts[word] = count
      return count == 1 ? word : "\(word)_\(count)"
    }
    return players.penalties.compactMap { penalty in
      guard let word = vocabulary.declaration(.term, named: penalty.name) else { return nil }
      let name = counted(penalty.name, &counts)
      let term = changed(penalty, to: word, .term, position: "terms.\(name)")
      var optimizer: (String, Choice)?
      if let entry = penalty.record.entries.first(where: { $0.name == "optimizer" }),
        case .choice(let choice) = entry.value
      {
        optimizer = (counted(penalty.name, &steps), choice)
      }
      return Term(
        value: named(name, .choice(term), penalty.origin), optimizer: optimizer)
    }
  }

  private func owner(of penalty: Choice) -> String? {
    let entry = penalty.record.entries.first { $0.name == "on" }
    if case .text(let player)? = entry?.value { return player }
    return nil
  }

  /// A penalty as a word of another category, which has most of its keys.
  private func changed(
    _ penalty: Choice, to word: Declaration, _ category: Category, position: String
  ) -> Choice {
    var entries = taken(penalty.record.entries.map(\.name), of: penalty.record)
    if category == .term { entries["game"] = (.text(Name.game), penalty.origin.byDefault) }
    let idle = Set(penalty.record.entries.filter { !$0.isActive }.map(\.name))
    return Choice(
      category: category, name: word.name,
      record: record(word, entries, at: penalty.origin, idle: idle), origin: penalty.origin,
      position: position)
  }

  // MARK: moves

  /// One step of a round.
  private struct Step {
    let name: String
    let takesBatch: Bool
    /// Whether it draws its latents anew, whoever has drawn some before.
    let isFresh: Bool
  }

  private var moves: [SectionValue] {
    let origin = root.origin(of: "schedule")
    return united(fresh(round)).map { step, fresh, times in
      var entries: Entries = [
        "fresh": (.text(fresh.rawValue), origin.byDefault),
        "times": (.integer(times), origin.byDefault),
      ]
      if let player = Player(rawValue: step.name) {
        entries["networks"] = (.names([placed(step.name, origin)]), origin)
        let alone = terms.filter { $0.optimizer != nil }
        if !alone.isEmpty {
          entries["without"] = (
            .names(alone.map { placed($0.value.name, $0.value.origin) }), origin
          )
        }
        let isCritic = player == .discriminator
        let optimizer = isCritic ? players.optimizer.discriminator : players.optimizer.generator
        entries["optimizer"] = (.choice(optimizer), root.origin(of: Key.optimizer))
        entries["columns"] = (.text(isCritic ? "d" : "g"), origin.byDefault)
      } else if let term = terms.first(where: { $0.optimizer?.name == step.name }),
        let optimizer = term.optimizer
      {
        let origin = term.value.origin
        entries["name"] = (.text(step.name), origin)
        entries["networks"] = (
          .names(Player.allCases.reversed().map { placed($0.rawValue, origin) }), origin
        )
        entries["terms"] = (.weightedNames([placed(term.value.name, origin)], factors: nil), origin)
        entries["optimizer"] = (.choice(optimizer.choice), origin)
        entries["momentum_ramp"] = (.flag(false), origin)
      }
      return SectionValue(record: record(GameSchema.move, entries, at: origin), origin: origin)
    }
  }

  /// Each player's steps, then those down single terms.
  private var round: [Step] {
    var round: [Step] = []
    for player in players.order {
      let isCritic = player == .discriminator
      let step = Step(
        name: player.rawValue, takesBatch: isCritic, isFresh: players.latents == .fresh)
      round += [Step](
        repeating: step, count: isCritic ? players.discriminatorSteps : players.generatorSteps)
    }
    return round
      + terms.compactMap(\.optimizer).map { Step(name: $0.name, takesBatch: false, isFresh: true) }
  }

  /// What each step draws anew. Neighbours use the same latents, and the same batch of the data, until a
  /// second one takes a batch or none does.
  private func fresh(_ round: [Step]) -> [(step: Step, fresh: MoveEntry.Fresh)] {
    var segments: [[Step]] = []
    for step in round {
      if let last = segments.last, !step.isFresh,
        last.contains(where: \.takesBatch) != step.takesBatch
      {
        segments[segments.count - 1].append(step)
      } else {
        segments.append([step])
      }
    }
    // The round's own batch is for the first segment that takes one.
    var isTaken = false
    return segments.enumerated().flatMap { place, segment in
      let takes = segment.contains(where: \.takesBatch)
      let first: MoveEntry.Fresh = takes && isTaken ? .batch : .latents
      isTaken = isTaken || takes
      return segment.enumerated().map { index, step in
        (step, place > 0 && index == 0 ? first : .nothing)
      }
    }
  }

  private func united(
    _ steps: [(step: Step, fresh: MoveEntry.Fresh)]
  ) -> [(step: Step, fresh: MoveEntry.Fresh, times: Int)] {
    var united: [(step: Step, fresh: MoveEntry.Fresh, times: Int)] = []
    for (step, fresh) in steps {
      if let last = united.last, last.step.name == step.name, last.fresh == fresh {
        united[united.count - 1].times += 1
      } else {
        united.append((step, fresh, 1))
      }
    }
    return united
  }

  // MARK: records

  private func placed(_ name: String, _ origin: Origin) -> LocatedName {
    LocatedName(name: name, origin: origin)
  }

  private func named(_ name: String, _ value: FieldValue, _ origin: Origin) -> NamedValue {
    NamedValue(name: name, origin: origin, value: value)
  }

  /// What a record says of these keys, of those that it has.
  private func taken(_ names: [String], of record: Record) -> Entries {
    record.entries.filter { names.contains($0.name) }.reduce(into: Entries()) {
      $0[$1.name] = ($1.value, $1.origin)
    }
  }

  /// A record of these entries, and of defaults.
  ///
  /// - Parameter idle: keys whose condition does not hold.
  private func record(
    _ declaration: Declaration, _ entries: Entries, at origin: Origin, idle: Set<String> = []
  ) -> Record {
    Record(
      entries: declaration.fields.map { field in
        let entry = entries[field.name]
        let value = entry?.value ?? fallback(of: field, at: origin)
        return Record.Entry(
          name: field.name, kind: field.kind, value: value,
          origin: entry?.origin ?? origin.byDefault,
          isActive: !idle.contains(field.name) && !field.isUnsaid(as: value),
          fallback: field.fallback)
      })
  }

  private func fallback(of field: FieldDeclaration, at origin: Origin) -> FieldValue {
    var reader = RecordReader(vocabulary: vocabulary)
    let subject = RecordReader.Subject(name: field.name, path: field.name)
    guard let fallback = field.fallback else { preconditionFailure("\(field.name) has no default") }
    if case .none = fallback { return .none }
    guard let value = reader.value(field.kind, fallback.node(at: origin), subject) else {
      preconditionFailure("the default of \(field.name) cannot be read")
    }
    return value
  }
}

extension LocatedFormula {
  /// A formula that nobody wrote, every part of it at one place.
  init(_ formula: Formula, placedAt origin: Origin) {
    let parts: [Formula] =
      switch formula {
      case .name: []
      case .call(_, let inputs, let label): inputs + [label].compactMap(\.self)
      case .part(let whole, _): [whole]
      case .joined(let parts), .inputs(let parts): parts
      }
    self.init(formula, at: origin, parts.map { LocatedFormula($0, placedAt: origin) })
  }
}
