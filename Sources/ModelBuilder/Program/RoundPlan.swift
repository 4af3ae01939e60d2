import Spec

/// Whose step down which loss a move is.
enum Mover: Hashable, Sendable {
  case player(Player)
  /// Both networks, down one penalty that has an optimizer of its own; its place in the spec's list.
  case penalty(Int)
}

/// A move of a round and its name there.
struct PlannedMove {
  let mover: Mover
  /// `discriminator`, `information`: who steps.
  let moverName: String
  /// `discriminator0` is the first critic move of a round.
  let name: String
}

/// Which moves of a round are written into one graph.
///
/// With `latents: shared` neighbouring moves of different players use the same latents, so they
/// stand in one graph and the fakes are computed once. A graph takes one batch of real images, hence
/// holds one critic move at most. Penalties with steps of their own come last, on latents of their own.
struct RoundPlan {
  private(set) var segments: [[PlannedMove]] = []

  /// - Parameter ownSteps: place and name of the penalties that take a step of their own.
  init(_ schedule: ScheduleSection, ownSteps: [(place: Int, name: String)] = []) {
    var counts: [String: Int] = [:]
    func move(_ mover: Mover, _ name: String) -> PlannedMove {
      defer { counts[name, default: 0] += 1 }
      return PlannedMove(
        mover: mover, moverName: name, name: "\(name)\(counts[name, default: 0])")
    }
    for player in schedule.order {
      let steps =
        switch player {
        case .discriminator: schedule.discriminatorSteps
        case .generator: schedule.generatorSteps
        }
      for _ in 0..<steps {
        let move = move(.player(player), player.rawValue)
        if schedule.latents == .shared, let last = segments.last, Self.shares(last, with: player) {
          segments[segments.count - 1].append(move)
        } else {
          segments.append([move])
        }
      }
    }
    for (place, name) in ownSteps { segments.append([move(.penalty(place), name)]) }
  }

  private static func shares(_ segment: [PlannedMove], with player: Player) -> Bool {
    let hasCritic = segment.contains { $0.mover == .player(.discriminator) }
    switch player {
    case .discriminator: return !hasCritic
    case .generator: return hasCritic
    }
  }
}
