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
    /// What a term adds to a loss, or what a loss measures.
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
  /// The losses of all moves, what critics say, the norms of the gradients, then what losses measure, then
  /// the terms in the order of the file. The second term of one word in the same move is `d_orthogonal_2`.
  ///
  /// - Parameter labels: of the outputs of each mover's moves.
  func columns(labels: [String: [String]]) -> [RecordedColumn] {
    let whole = moves.filter { !stepsAlone($0) }
    var columns = whole.map {
      RecordedColumn(name: "\($0.columns)_loss", mover: $0.name, label: "loss", kind: .loss)
    }
    for move in whole {
      for kind in ["real", "fake"] {
        for label in labels[move.name] ?? [] where label.hasPrefix("\(kind)_score") {
          let term = label.split(separator: "/").dropFirst().first.map(String.init)
          columns.append(
            RecordedColumn(
              name: "\(term ?? move.columns)_\(kind)", mover: move.name, label: label, kind: .score)
          )
        }
      }
    }
    columns += whole.map {
      RecordedColumn(
        name: "\($0.columns)_gradient_norm", mover: $0.name, label: "gradient_norm",
        kind: .gradientNorm)
    }
    for move in whole {
      columns += (labels[move.name] ?? []).filter { $0.hasPrefix(RoundWriter.measure) }.map {
        RecordedColumn(
          name: $0.dropFirst(RoundWriter.measure.count).split(separator: "/").joined(
            separator: "_"),
          mover: move.name, label: $0, kind: .term)
      }
    }
    var counts: [String: Int] = [:]
    for (place, term) in terms.enumerated() {
      if let alone = moves.first(where: { stepsAlone($0) && $0.parts[0].term == place }) {
        columns.append(
          RecordedColumn(name: alone.columns, mover: alone.name, label: "loss", kind: .term))
      }
      let label = term.adversarial == nil ? term.stream : "adversarial/\(term.name)"
      for move in whole where labels[move.name]?.contains(label) == true {
        let name = "\(move.columns)_\(term.plainName)"
        let count = counts[name, default: 0] + 1
        counts[name] = count
        columns.append(
          RecordedColumn(
            name: count == 1 ? name : "\(name)_\(count)", mover: move.name, label: label,
            kind: .term))
      }
    }
    return columns
  }

  /// Whether a move steps down one term that it has been given and that has no sides: there is but one
  /// number to tell of it.
  private func stepsAlone(_ move: Move) -> Bool {
    move.choosesTerms && move.parts.count == 1 && terms[move.parts[0].term].adversarial == nil
  }
}

extension GameTerm {
  /// Its name without the number by which it is told from others of its word.
  fileprivate var plainName: String {
    guard name.hasPrefix(choice.name + "_"),
      name.dropFirst(choice.name.count + 1).allSatisfy(\.isNumber)
    else { return name }
    return choice.name
  }
}

extension Game {
  /// Columns that losses.csv would have twice.
  func clashes(of columns: [RecordedColumn]) -> [Diagnostic] {
    var owners = [
      "step": "the number of rounds", "epoch": "the epoch", "images": "that of samples",
    ]
    var found: [Diagnostic] = []
    for column in columns {
      guard let owner = owners.updateValue("the move `\(column.mover)`", forKey: column.name),
        let entry = experiment.game.moves.first(where: { $0.name == column.mover })
      else { continue }
      found.append(
        Diagnostic(
          "losses.csv would have two columns `\(column.name)`: of the move `\(column.mover)` and of "
            + owner, at: entry.origin, label: "give the move a `name` or `columns` of its own"))
    }
    return found
  }
}
