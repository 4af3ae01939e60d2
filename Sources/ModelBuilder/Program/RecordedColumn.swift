import Spec

/// A number of a round that losses.csv has a column for.
package struct RecordedColumn: Hashable, Sendable {
  /// What it says.
  package enum Kind: String, Sendable {
    /// What a move steps down.
    case loss
    /// What a critic says of a batch, as one number.
    case score
    /// Euclidean norm over all parameters of a mover.
    case gradientNorm = "gradient_norm"
    /// What a penalty adds to a loss, or what a loss measures.
    case term
  }
  /// `d_loss`, `d_gradient_penalty`, `information` (of a step of its own), `k`.
  package let name: String
  /// Whose moves tell it: `discriminator`, `generator`, `information`.
  package let mover: String
  /// What it is called among the outputs of such a move: `loss`, `penalty/0`, `measure/k`.
  package let label: String
  package let kind: Kind
}

extension Game {
  /// Those of every game, then what the loss measures, then the penalties in the order of the spec. The
  /// second penalty of a name on the same player is `d_orthogonal_2`.
  ///
  /// - Parameter labels: of the outputs of each mover's moves.
  func columns(labels: [String: [String]]) -> [RecordedColumn] {
    let (critic, generator) = (Player.discriminator.rawValue, Player.generator.rawValue)
    var columns = [
      RecordedColumn(name: "d_loss", mover: critic, label: "loss", kind: .loss),
      RecordedColumn(name: "g_loss", mover: generator, label: "loss", kind: .loss),
      RecordedColumn(name: "d_real", mover: critic, label: "real_score", kind: .score),
      RecordedColumn(name: "d_fake", mover: critic, label: "fake_score", kind: .score),
      RecordedColumn(
        name: "d_gradient_norm", mover: critic, label: "gradient_norm", kind: .gradientNorm),
      RecordedColumn(
        name: "g_gradient_norm", mover: generator, label: "gradient_norm", kind: .gradientNorm),
    ]
    columns += (labels[critic] ?? []).filter { $0.hasPrefix(RoundWriter.measure) }.map {
      RecordedColumn(
        name: String($0.dropFirst(RoundWriter.measure.count)), mover: critic, label: $0,
        kind: .term)
    }
    var counts: [String: Int] = [:]
    func add(_ name: String, _ mover: String, _ label: String) {
      let count = counts[name, default: 0] + 1
      counts[name] = count
      columns.append(
        RecordedColumn(
          name: count == 1 ? name : "\(name)_\(count)", mover: mover, label: label,
          kind: .term))
    }
    for place in penalties.indices {
      let name = experiment.twoPlayers!.penalties[place].name
      if let move = moves.first(where: { $0.goal == .term(place) }) {
        add(move.name, move.name, "loss")
      }
      for (mover, letter) in [(critic, "d"), (generator, "g")]
      where labels[mover]?.contains("penalty/\(place)") == true {
        add("\(letter)_\(name)", mover, "penalty/\(place)")
      }
    }
    return columns
  }
}
