import Spec
import TensorCore

extension Game {
  /// What does not fit in a game that the file says itself: each value, then each term of each move, all
  /// of them before anything is reported.
  func misfits() -> [Diagnostic] {
    let builder = GraphBuilder()
    let states = StateTable(builder: builder)
    let key = builder.feed("key", [3], .int32)
    let values = ValueTable(self, batch: 2, states, .played(.values))
    var found = levelMisfits()
    guard found.isEmpty else { return found }
    func report(_ misfit: LayerMisfit, at origin: Origin) {
      let notes = [misfit.advice].compactMap(\.self)
      let diagnostic =
        misfit.choice?.error(misfit.message, notes: notes)
        ?? Diagnostic(misfit.message, at: origin, notes: notes)
      if !found.contains(where: { $0.message == diagnostic.message }) { found.append(diagnostic) }
    }
    let still = BatchPart(
      move: 0, samples: 0..<2, share: 1, draws: Draws(key: key, move: ""), moving: [])
    for entry in experiment.game.values {
      do throws(LayerMisfit) {
        if case .inputs = expanded(entry.formula) {
          _ = try values.inputs(entry.formula, still)
        } else {
          _ = try values.value(entry.formula, still)
        }
      } catch {
        report(error, at: entry.origin)
      }
    }
    guard found.isEmpty else { return found }
    for (index, move) in moves.enumerated() {
      let part = BatchPart(
        move: index, samples: 0..<2, share: 1, draws: Draws(key: key, move: "\(index)"),
        moving: move.networks)
      let writer = TermWriter(self, move, part, values, states)
      if move.parts.isEmpty {
        report(
          LayerMisfit(
            "the move \(move.name) steps down no term",
            advice: "no term depends on its networks and asks something of them"),
          at: move.origin)
      }
      for piece in move.parts {
        let term = terms[piece.term]
        do throws(LayerMisfit) {
          if let played = term.adversarial {
            if side(of: played, in: move) == nil {
              throw LayerMisfit(
                "the move \(move.name) steps the critic \(played.critic) and what it judges down the "
                  + "same term",
                advice: "give the critic a move of its own")
            }
            _ = try writer.side(of: piece.term)
          } else {
            if let misfit = try writer.misfit(of: piece.term) { throw misfit }
            _ = try writer.cost(of: piece.term)
          }
        } catch {
          report(error, at: term.origin)
        }
      }
    }
    if found.isEmpty { found = shownMisfits() }
    return found.isEmpty ? unaskedNetworks() : found
  }

  /// Frozen networks that nothing calls; every other one has a move.
  private func unaskedNetworks() -> [Diagnostic] {
    let looked =
      shown + [measured].compactMap(\.self)
      + (experiment.metrics?.of ?? []).compactMap(PlannedMeasure.init).flatMap(\.formulas)
    let asked = moves.flatMap(\.parts).map { reach(of: terms[$0.term]) } + looked.map(reach)
    let names = asked.reduce(into: Set<String>()) { $0.formUnion($1) }
    return experiment.game.networks.filter { !names.contains($0.name) }.map {
      Diagnostic(
        "nothing asks for `\($0.name)`", at: $0.origin,
        label: "call it in a term, a metric or `record.samples.show`, or take it out")
    }
  }

  /// Levels that no schedule plays, and a schedule without two networks whose levels it could play.
  private func levelMisfits() -> [Diagnostic] {
    if growth != nil { return [] }
    if let section = experiment.schedule.growing {
      return [
        Diagnostic(
          "schedule.growing takes a network that makes images and its critic, each with as many levels "
            + "(`grow`) as the other, whose images can be halved so often", at: section.origin,
          notes: ["`fade` and `stable` have one length for all, or one for each level but one"])
      ]
    }
    return networks.compactMap { network in
      network.levels?.levels.first?.entry.choice.error(
        "grow makes \(network.name) grow, and no schedule says when",
        notes: ["write `schedule: {growing: {fade: 800k images, stable: 800k images}}`"])
    }
  }

  /// What goes into each network where it is walked first. Shapes have been checked.
  func walks() -> [String: NetworkWalk] {
    let builder = GraphBuilder()
    let states = StateTable(builder: builder)
    let key = builder.feed("key", [3], .int32)
    let values = ValueTable(self, batch: 2, states, .played(.values))
    do throws(LayerMisfit) {
      for (index, move) in moves.enumerated() {
        let part = BatchPart(
          move: index, samples: 0..<2, share: 1, draws: Draws(key: key, move: "\(index)"),
          moving: move.networks)
        let writer = TermWriter(self, move, part, values, states)
        for piece in move.parts {
          if terms[piece.term].adversarial == nil {
            _ = try writer.cost(of: piece.term)
          } else {
            _ = try writer.side(of: piece.term)
          }
        }
      }
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
    return values.walks
  }
}
