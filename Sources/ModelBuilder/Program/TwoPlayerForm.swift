import Spec

/// What a spec of two players stands for: a generator and a discriminator, the moves that they make, and
/// their order in a round.
enum TwoPlayerForm {
  /// In the order in which they are shown and kept.
  static func networks(_ architecture: ArchitectureSection) -> (generator: Network, critic: Network)
  {
    (
      Network(Player.generator.rawValue, LayerList(architecture.generator), .toImages),
      Network(Player.discriminator.rawValue, LayerList(architecture.discriminator), .fromImages)
    )
  }

  /// Both players' moves, then those of terms with a step of their own, once each. No two have one name:
  /// the second of `information` is `information_2`.
  static func moves(_ experiment: Experiment, _ penalties: [any Penalty]) -> [Move] {
    let players = Player.allCases.map { player in
      Move(
        name: player.rawValue, networks: [player.rawValue], goal: .loss(of: player),
        stepper: Stepper(player.rawValue, optimizer(of: player, experiment)),
        takesBatch: player == .discriminator,
        hasMomentumRamp: experiment.schedule.momentum != nil)
    }
    var terms: [Move] = []
    var counts: [String: Int] = [:]
    for (place, choice) in experiment.twoPlayers!.penalties.enumerated() {
      guard let optimizer = (penalties[place] as? any SteppingTerm)?.ownOptimizer else { continue }
      let count = counts[choice.name, default: 0] + 1
      counts[choice.name] = count
      let name = count == 1 ? choice.name : "\(choice.name)_\(count)"
      terms.append(
        Move(
          name: name, networks: [Player.generator, .discriminator].map(\.rawValue),
          goal: .term(place), stepper: Stepper(name, optimizer, isOwn: true), takesBatch: false,
          hasMomentumRamp: false))
    }
    return players + terms
  }

  /// The moves of a round, of those that `moves` has made, and whether each draws its latents anew.
  static func round(_ schedule: TwoPlayerSections, _ moves: [Move]) -> [(move: Move, isFresh: Bool)]
  {
    var round: [(move: Move, isFresh: Bool)] = []
    for player in schedule.order {
      let steps =
        switch player {
        case .discriminator: schedule.discriminatorSteps
        case .generator: schedule.generatorSteps
        }
      guard let move = moves.first(where: { $0.goal == .loss(of: player) }) else { continue }
      for _ in 0..<steps { round.append((move, schedule.latents == .fresh)) }
    }
    for move in moves {
      if case .term = move.goal { round.append((move, true)) }
    }
    return round
  }

  private static func optimizer(of player: Player, _ experiment: Experiment) -> Choice {
    switch player {
    case .generator: experiment.twoPlayers!.optimizer.generator
    case .discriminator: experiment.twoPlayers!.optimizer.discriminator
    }
  }
}
