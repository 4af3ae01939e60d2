import Spec

/// A number of a move that losses.csv has a column for besides those of every game: what a penalty adds
/// to a loss, and what a loss measures.
package struct RecordedTerm: Hashable, Sendable {
  /// `d_gradient_penalty`, `g_classification`, `information` (of a step of its own), `k`.
  package let column: String
  /// Whose move it is of: `discriminator`, `generator`, `information`.
  package let mover: String
  /// Its name among the outputs of that move: `penalty/0`, `measure/k`, `loss`.
  package let output: String
}

extension Game {
  /// Those of this game: what the loss measures, then the penalties in the order of the spec. The
  /// second penalty of a name on the same player is `d_orthogonal_2`.
  ///
  /// - Parameter outputs: of every player's move, by the player.
  func recordedTerms(outputs: [Player: Set<String>]) -> [RecordedTerm] {
    var terms = loss.measures.map {
      RecordedTerm(
        column: $0, mover: Player.discriminator.rawValue, output: "measure/\($0)")
    }
    var counts: [String: Int] = [:]
    func add(_ column: String, _ mover: String, _ output: String) {
      let count = counts[column, default: 0] + 1
      counts[column] = count
      terms.append(
        RecordedTerm(
          column: count == 1 ? column : "\(column)_\(count)", mover: mover, output: output))
    }
    for place in penalties.indices {
      let name = experiment.penalties[place].name
      if penalties[place].ownOptimizer != nil { add(name, name, "loss") }
      for (player, letter) in [(Player.discriminator, "d"), (.generator, "g")]
      where outputs[player]?.contains("penalty/\(place)") == true {
        add("\(letter)_\(name)", player.rawValue, "penalty/\(place)")
      }
    }
    return terms
  }
}
