import Spec

/// A move of a round and its name there.
struct PlannedMove {
  let player: Player
  /// `discriminator0` is the first critic move of a round.
  let name: String
}

/// Which moves of a round are written into one graph.
///
/// With `latents: shared` neighbouring moves of different players use the same latents, so they
/// stand in one graph and the fakes are computed once. A graph takes one batch of real images, hence
/// holds one critic move at most.
struct RoundPlan {
  private(set) var segments: [[PlannedMove]] = []

  init(_ schedule: ScheduleSection) {
    var counts: [Player: Int] = [:]
    for player in schedule.order {
      let steps =
        switch player {
        case .discriminator: schedule.discriminatorSteps
        case .generator: schedule.generatorSteps
        }
      for _ in 0..<steps {
        let move = PlannedMove(
          player: player, name: "\(player.rawValue)\(counts[player, default: 0])")
        counts[player, default: 0] += 1
        if schedule.latents == .shared, let last = segments.last, Self.shares(last, with: player) {
          segments[segments.count - 1].append(move)
        } else {
          segments.append([move])
        }
      }
    }
  }

  private static func shares(_ segment: [PlannedMove], with player: Player) -> Bool {
    let hasCritic = segment.contains { $0.player == .discriminator }
    switch player {
    case .discriminator: return !hasCritic
    case .generator: return hasCritic
    }
  }
}
