/// What a file of two players stands for: a generator that makes `fakes` of latents, a discriminator, the
/// game between them, the penalties that watch it, the moves that they make, and their order in a round.
struct TwoPlayerForm {
  private static let (images, z, y, fakes, game) = ("images", "z", "y", "fakes", "game")

  private let players: TwoPlayerSections
  private let data: DataSection

  static func game(_ players: TwoPlayerSections, _ data: DataSection) -> GameSection {
    let form = TwoPlayerForm(players: players, data: data)
    let terms = form.terms
    return GameSection(
      sources: [
        SourceEntry(
          name: images, kind: .stored(data.source), size: data.size,
          classes: players.labels?.classes, origin: data.origin)
      ],
      latents: form.latents, networks: form.networks,
      values: [
        ValueEntry(name: fakes, formula: form.made, origin: players.architecture.generatorOrigin)
      ], terms: terms.map(\.entry), moves: form.moves(terms))
  }

  private var latents: [LatentEntry] {
    let noise = LatentEntry(
      name: Self.z, kind: .vector(players.latent), origin: players.latent.origin)
    guard let labels = players.labels, labels.fake == .random else { return [noise] }
    return [
      noise,
      LatentEntry(name: Self.y, kind: .label(classes: labels.classes), origin: labels.origin),
    ]
  }

  private var made: Formula {
    let label: Formula? = players.labels.map {
      switch $0.fake {
      case .data: .part(.name(Self.images), "label")
      case .random: .name(Self.y)
      }
    }
    return .call(network: Player.generator.rawValue, [.name(Self.z)], label: label)
  }

  /// In the order in which they are shown and kept.
  private var networks: [NetworkEntry] {
    let architecture = players.architecture
    func network(
      _ player: Player, _ layers: [Choice], _ averaging: AveragingSection?, _ origin: Origin
    ) -> NetworkEntry {
      NetworkEntry(
        name: player.rawValue, layers: layers, like: nil, inputs: [],
        initializers: architecture.initializers, averaging: averaging,
        constraints: players.penalties.filter { $0.name == "clip" && $0.player == player }
          .map { $0.changed(to: .constraint, without: ["on"]) }, origin: origin)
    }
    return [
      network(
        .generator, architecture.generator, players.averaging, architecture.generatorOrigin),
      network(.discriminator, architecture.discriminator, nil, architecture.discriminatorOrigin),
    ]
  }

  /// The game, then the penalties that are terms, each with the optimizer of a step of its own.
  private var terms: [(entry: TermEntry, own: Choice?)] {
    var terms: [(entry: TermEntry, own: Choice?)] = [
      (
        TermEntry(
          name: Self.game, choice: adversarial, place: nil, origin: players.loss.origin), nil
      )
    ]
    var counts: [String: Int] = [:]
    for (place, penalty) in players.penalties.enumerated() where penalty.name != "clip" {
      let count = counts[penalty.name, default: 0] + 1
      counts[penalty.name] = count
      var own: Choice?
      if case .choice(let optimizer)? = penalty.record.value(of: "optimizer") { own = optimizer }
      let watched = Record.Entry(
        name: Self.game, kind: .name(.game), value: .text(Self.game), origin: penalty.origin,
        isActive: true, fallback: DefaultText.none)
      terms.append(
        (
          TermEntry(
            name: count == 1 ? penalty.name : "\(penalty.name)_\(count)",
            choice: penalty.changed(to: .term, adding: [watched], without: ["optimizer"]),
            place: place, origin: penalty.origin), own
        ))
    }
    return terms
  }

  private var adversarial: Choice {
    let origin = players.loss.origin
    func entry(
      _ name: String, _ kind: FieldKind, _ value: FieldValue, _ fallback: DefaultText?
    ) -> Record.Entry {
      Record.Entry(
        name: name, kind: kind, value: value, origin: origin, isActive: true, fallback: fallback)
    }
    func formula(_ name: String) -> FieldValue {
      .formula(LocatedFormula(.name(name), at: origin))
    }
    let batches = TwoPlayerSections.CriticBatch.allCases.map(\.rawValue)
    let record = Record(entries: [
      entry("loss", .choice(.loss), .choice(players.loss), nil),
      entry("critic", .name(.network), .text(Player.discriminator.rawValue), nil),
      entry("real", .formula(isLabel: false), formula(Self.images), nil),
      entry("fake", .formula(isLabel: false), formula(Self.fakes), nil),
      entry(
        "critic_batch", .word(batches), .text(players.criticBatch.rawValue),
        .scalar(batches[0])),
    ])
    return Choice(
      category: .term, name: "adversarial", record: record, origin: origin,
      position: "terms.\(Self.game)")
  }

  /// The moves of a round, and what each draws anew.
  ///
  /// Neighbours that use the same latents play in one segment, which takes one batch of the data at most: a
  /// critic's move joins a segment that has none yet, a generator's one that has one.
  private func moves(_ terms: [(entry: TermEntry, own: Choice?)]) -> [MoveEntry] {
    var segments: [[Player]] = []
    for player in players.order {
      let steps =
        switch player {
        case .discriminator: players.discriminatorSteps
        case .generator: players.generatorSteps
        }
      for _ in 0..<steps {
        if players.latents == .shared, let last = segments.last,
          last.contains(.discriminator) != (player == .discriminator)
        {
          segments[segments.count - 1].append(player)
        } else {
          segments.append([player])
        }
      }
    }
    var moves: [MoveEntry] = []
    // The round's own batch is for the first segment that takes one.
    var isTaken = false
    for segment in segments {
      let takes = segment.contains(.discriminator)
      let fresh: MoveEntry.Fresh = takes && isTaken ? .batch : .latents
      isTaken = isTaken || takes
      for (index, player) in segment.enumerated() {
        let isFirst = moves.isEmpty
        moves.append(
          MoveEntry(
            name: player.rawValue, networks: [player.rawValue],
            terms: nil, optimizer: optimizer(of: player),
            fresh: index == 0 && !isFirst ? fresh : .nothing, times: 1,
            columns: player == .discriminator ? "d" : "g", hasMomentumRamp: true,
            origin: optimizer(of: player).origin))
      }
    }
    for case (let term, let optimizer?) in terms {
      moves.append(
        MoveEntry(
          name: term.name, networks: [Player.generator, .discriminator].map(\.rawValue),
          terms: [(term.name, 1)], optimizer: optimizer, fresh: .latents, times: 1,
          columns: term.name, hasMomentumRamp: false, origin: term.origin))
    }
    return moves
  }

  private func optimizer(of player: Player) -> Choice {
    switch player {
    case .generator: players.optimizer.generator
    case .discriminator: players.optimizer.discriminator
    }
  }
}

extension Choice {
  /// Whose parameters it is about, by its `on`.
  fileprivate var player: Player? {
    guard case .text(let word)? = record.value(of: "on") else { return nil }
    return Player(rawValue: word)
  }

  /// The same word in another place of the file.
  fileprivate func changed(
    to category: Category, adding added: [Record.Entry] = [], without dropped: [String]
  ) -> Choice {
    Choice(
      category: category, name: name,
      record: Record(entries: added + record.entries.filter { !dropped.contains($0.name) }),
      origin: origin, position: position)
  }
}

extension Record {
  fileprivate func value(of name: String) -> FieldValue? {
    entries.first { $0.name == name }?.value
  }
}
