import Spec
import TensorCore

/// What a spec of two players stands for: a generator that makes `fakes` of latents, a discriminator, the
/// game between them, the moves that they make, and their order in a round.
enum TwoPlayerForm {
  static func parts(_ experiment: Experiment, format: SampleFormat) -> GameParts {
    let penalties = experiment.penalties.map { ($0, Catalog.penalty($0)) }
    let terms = terms(experiment, penalties)
    let movers = movers(experiment, penalties, terms)
    let labels = experiment.labels.map { (feed: "labels", classes: $0.classes) }
    var latents = [Latent(name: "z", kind: .vector(experiment.latent), stream: Latent.only)]
    if let labels = experiment.labels, labels.fake == .random {
      latents.append(Latent(name: "y", kind: .label(classes: labels.classes), stream: "labels"))
    }
    return GameParts(
      sources: [Source(name: "images", kind: .stored(feed: "real", format), labels: labels)],
      latents: latents, networks: networks(experiment, penalties),
      meanings: ["fakes": fakes(experiment)],
      terms: terms,
      round: RoundMoves(movers: movers, round: round(experiment.schedule, movers)),
      sampled: .name("fakes"))
  }

  private static func fakes(_ experiment: Experiment) -> Formula {
    let label: Formula? = experiment.labels.map {
      switch $0.fake {
      case .data: .part(.name("images"), "label")
      case .random: .name("y")
      }
    }
    return .call(network: Player.generator.rawValue, [.name("z")], label: label)
  }

  /// In the order in which they are shown and kept.
  private static func networks(
    _ experiment: Experiment, _ penalties: [(choice: Choice, penalty: any Penalty)]
  ) -> [Network] {
    let architecture = experiment.architecture
    let initializers = InitializerSet(architecture.initializers)
    func constraints(on player: Player) -> [any Constraint] {
      penalties.filter { $0.penalty.players.contains(player) }
        .compactMap { $0.penalty as? any Constraint }
    }
    return [
      Network(
        Player.generator.rawValue, LayerList(architecture.generator), .toImages,
        initializers: initializers,
        average: experiment.schedule.averaging.map {
          WeightAverage($0, movesPerRound: experiment.schedule.generatorSteps)
        }, constraints: constraints(on: .generator)),
      Network(
        Player.discriminator.rawValue, LayerList(architecture.discriminator), .fromImages,
        initializers: initializers, constraints: constraints(on: .discriminator)),
    ]
  }

  /// The game, then the penalties that are terms.
  private static func terms(
    _ experiment: Experiment, _ penalties: [(choice: Choice, penalty: any Penalty)]
  ) -> [GameTerm] {
    let game = Adversarial(
      loss: Catalog.loss(experiment.loss), choice: experiment.loss,
      critic: Player.discriminator.rawValue, real: .name("images"), fake: .name("fakes"),
      criticBatch: experiment.schedule.criticBatch)
    var terms = [
      GameTerm(name: "game", choice: experiment.loss, kind: .adversarial(game), stream: "game")
    ]
    var counts: [String: Int] = [:]
    for (place, (choice, penalty)) in penalties.enumerated() {
      guard let term = penalty as? any Term else { continue }
      let count = counts[choice.name, default: 0] + 1
      counts[choice.name] = count
      terms.append(
        GameTerm(
          name: count == 1 ? choice.name : "\(choice.name)_\(count)", choice: choice,
          kind: .watching(term, game: 0), stream: "penalty/\(place)"))
    }
    return terms
  }

  /// Both players' moves, then those of terms with a step of their own, once each.
  private static func movers(
    _ experiment: Experiment, _ penalties: [(choice: Choice, penalty: any Penalty)],
    _ terms: [GameTerm]
  ) -> [Move] {
    let players = Player.allCases.map { player in
      Move(
        name: player.rawValue, networks: [player.rawValue],
        parts: terms.indices.filter { counts(terms[$0], for: player) }
          .map { Move.Part(term: $0, factor: 1) }, choosesTerms: false,
        stepper: Stepper(player.rawValue, optimizer(of: player, experiment)),
        columns: player == .discriminator ? "d" : "g",
        hasMomentumRamp: experiment.schedule.momentum != nil)
    }
    let own = terms.enumerated().compactMap { place, term -> Move? in
      guard case .watching(let watcher, _) = term.kind,
        let optimizer = (watcher as? any SteppingTerm)?.ownOptimizer
      else { return nil }
      return Move(
        name: term.name, networks: [Player.generator, .discriminator].map(\.rawValue),
        parts: [Move.Part(term: place, factor: 1)], choosesTerms: true,
        stepper: Stepper(term.name, optimizer, isSecond: true), columns: term.name,
        hasMomentumRamp: false)
    }
    return players + own
  }

  private static func counts(_ term: GameTerm, for player: Player) -> Bool {
    switch term.kind {
    case .adversarial: true
    case .watching(let watcher, _): watcher.players.contains(player)
    case .value: false
    }
  }

  /// The moves of a round, of those that `movers` has made, and what each draws anew.
  ///
  /// Neighbours that use the same latents play in one segment, which takes one batch of the data at most: a
  /// critic's move joins a segment that has none yet, a generator's one that has one.
  private static func round(
    _ schedule: ScheduleSection, _ movers: [Move]
  ) -> [(move: Move, fresh: MoveEntry.Fresh)] {
    var segments: [[Move]] = []
    func takesBatch(_ move: Move) -> Bool { move.name == Player.discriminator.rawValue }
    for player in schedule.order {
      let steps =
        switch player {
        case .discriminator: schedule.discriminatorSteps
        case .generator: schedule.generatorSteps
        }
      guard let move = movers.first(where: { $0.name == player.rawValue }) else { continue }
      for _ in 0..<steps {
        if schedule.latents == .shared, let last = segments.last,
          last.contains(where: takesBatch) != takesBatch(move)
        {
          segments[segments.count - 1].append(move)
        } else {
          segments.append([move])
        }
      }
    }
    segments += movers.filter(\.choosesTerms).map { [$0] }
    var round: [(move: Move, fresh: MoveEntry.Fresh)] = []
    // The round's own batch is for the first segment that takes one.
    var isTaken = false
    for segment in segments {
      let takes = segment.contains(where: takesBatch)
      let fresh: MoveEntry.Fresh = takes && isTaken ? .batch : .latents
      isTaken = isTaken || takes
      round += segment.enumerated().map { ($1, $0 == 0 ? fresh : .nothing) }
    }
    return round
  }

  private static func optimizer(of player: Player, _ experiment: Experiment) -> Choice {
    switch player {
    case .generator: experiment.optimizer.generator
    case .discriminator: experiment.optimizer.discriminator
    }
  }
}

/// What only games of two players have.
extension Game {
  var generator: Network { network(Player.generator.rawValue) }
  var discriminator: Network { network(Player.discriminator.rawValue) }
  var loss: any Loss { Catalog.loss(experiment.loss) }
  var penalties: [any Penalty] { experiment.penalties.map(Catalog.penalty) }
  var classes: Int { experiment.labels?.classes ?? 0 }

  /// What a critic says, as penalties ask.
  func traits(features: Value?) -> GameTraits {
    GameTraits(
      critic: loss.demands.critic, heads: Set((discriminator.heads?.lists ?? []).map(\.head)),
      classes: classes, codes: experiment.latent.codes, features: features?.shape.rank,
      format: format)
  }
}
