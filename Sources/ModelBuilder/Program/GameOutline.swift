import Spec
import TensorCore

/// What a game is made of, for those who show it.
package struct GameOutline: Sendable {
  package struct Leaf: Sendable {
    package let name: String
    /// `mnist`, `of horses: invert`, `normal`, `one of 10 classes`.
    package let text: String
    /// Of one sample.
    package let shape: String
  }
  package struct NamedValue: Sendable {
    package let name: String
    package let formula: String
    package let shape: String
  }
  package struct Term: Sendable {
    package let name: String
    /// As the file has it, on one line.
    package let text: String
    /// Those that it depends on.
    package let networks: [String]
  }
  package struct Step: Sendable {
    package let name: String
    package let networks: [String]
    /// With their factors, if these are not 1.
    package let terms: [String]
    package let optimizer: String
    /// What is drawn anew before it.
    package let fresh: MoveEntry.Fresh
    package let times: Int
  }
  package let leaves: [Leaf]
  /// What goes into each network where it is walked first: leaves and networks.
  package let inputs: [String: [String]]
  package let values: [NamedValue]
  package let terms: [Term]
  /// Of one round.
  package let moves: [Step]
}

extension TrainingProgram {
  package var outline: GameOutline {
    GameOutline(
      leaves: game.outlinedLeaves(), inputs: game.outlinedInputs,
      values: experiment.game.values.map {
        GameOutline.NamedValue(
          name: $0.name, formula: $0.formula.description, shape: game.shape(of: $0.formula))
      },
      terms: game.terms.map { term in
        GameOutline.Term(
          name: term.name, text: term.choice.text,
          networks: game.networks.map(\.name).filter(game.reach(of: term).contains))
      },
      moves: experiment.game.moves.map { entry in
        let move = game.moves.first { $0.name == entry.name }
        return GameOutline.Step(
          name: entry.name, networks: entry.networks,
          terms: (move?.parts ?? []).map { part in
            let name = game.terms[part.term].name
            return part.factor == 1 ? name : "\(numberText(part.factor)) · \(name)"
          }, optimizer: entry.optimizer.text, fresh: entry.fresh, times: entry.times)
      })
  }
}

extension Game {
  /// The networks that a term depends on.
  func reach(of term: GameTerm) -> Set<String> {
    Reaches(meanings: meanings, players: players, terms: terms).reach(of: term)
  }

  fileprivate func outlinedLeaves() -> [GameOutline.Leaf] {
    let sources = experiment.game.sources.map { entry in
      let text =
        switch entry.kind {
        case .stored(let choice): choice.text
        case .derived(let origin, let changes):
          "\(origin): \(changes.map(\.text).joined(separator: ", "))"
        }
      return GameOutline.Leaf(name: entry.name, text: text, shape: shape(of: .name(entry.name)))
    }
    let latents = latents.map { latent in
      let text =
        switch latent.kind {
        case .vector(let section):
          switch section.distribution {
          case .normal: "normal"
          case .uniform: "uniform"
          }
        case .label(let classes): "one of \(classes) classes"
        }
      return GameOutline.Leaf(name: latent.name, text: text, shape: shape(of: .name(latent.name)))
    }
    return sources + latents
  }

  /// Of one sample.
  fileprivate func shape(of formula: Formula) -> String {
    if case .inputs(let parts) = expanded(formula) {
      return "(\(parts.map(shape).joined(separator: ", ")))"
    }
    do throws(LayerMisfit) {
      let shape = try shapeInInference(of: formula)
      return shape.rank < 2 ? "1" : described(shape)
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
  }

  fileprivate var outlinedInputs: [String: [String]] {
    var found: [String: [String]] = [:]
    func name(_ formula: Formula) -> [String] {
      switch formula {
      case .name(let name): [name]
      case .call(let network, _, _): [network]
      case .part(let whole, _): name(whole)
      case .joined(let parts), .inputs(let parts): parts.flatMap(name)
      }
    }
    func note(_ network: String, _ inputs: [Formula]) {
      let names = inputs.flatMap { name(expanded($0)) }
      for name in names where !(found[network] ?? []).contains(name) {
        found[network, default: []].append(name)
      }
    }
    let written = meanings.values + terms.flatMap(\.formulas)
    for case .call(let network, let inputs, _) in written.flatMap({ expanded($0).calls }) {
      note(network, inputs)
    }
    for played in terms.compactMap(\.adversarial) {
      note(played.critic, [played.real, played.fake])
    }
    return found
  }
}
