import Spec
import TensorCore

/// What only games of two players have.
extension Game {
  /// What the file says of them.
  var twoPlayers: TwoPlayerSections {
    guard let players = experiment.twoPlayers else {
      preconditionFailure("\(experiment.name) is no game of two players")
    }
    return players
  }
  var generator: Network { network(Player.generator.rawValue) }
  var discriminator: Network { network(Player.discriminator.rawValue) }
  var loss: any Loss { Catalog.loss(twoPlayers.loss) }
  var penalties: [any Penalty] { twoPlayers.penalties.map(Catalog.penalty) }
  var classes: Int { twoPlayers.labels?.classes ?? 0 }

  /// What a critic says, as penalties ask.
  func traits(features: Value?) -> GameTraits {
    GameTraits(
      critic: loss.demands.critic, heads: Set((discriminator.heads?.lists ?? []).map(\.head)),
      classes: classes, codes: twoPlayers.latent.codes, features: features?.shape.rank,
      format: format)
  }
}
