import Spec
import TensorCore

/// A number of metrics.csv that is taken of values.
package struct PlannedMeasure: Sendable {
  package let choice: Choice
  let measure: any Measure

  /// nil: the choice is a metric of samples.
  package init?(_ choice: Choice) {
    guard let measure = Catalog.measure(choice) else { return nil }
    (self.choice, self.measure) = (choice, measure)
  }

  /// What it is called.
  package var name: String { measure.name ?? choice.name }
  package var formulas: [Formula] { measure.formulas }
  /// nil: all samples that the data have.
  package var sampleCount: Int? { measure.sampleCount }
  package var settings: String { measure.settings }
}

extension TrainingProgram {
  /// In the order of the file.
  package var measures: [PlannedMeasure] {
    (experiment.metrics?.of ?? []).compactMap(PlannedMeasure.init)
  }

  /// The number of a measure → `number` `[]` for `count` samples, in inference mode. Feeds as those of
  /// ``sampler(of:count:weights:at:)``.
  package func graph(
    of planned: PlannedMeasure, count: Int, weights: Weights, at stage: GrowthStage? = nil
  ) -> Graph {
    let builder = GraphBuilder()
    // It was written once before, with two samples.
    do throws(LayerMisfit) {
      let number = try game.playing(stage).write(
        planned.measure, count: count, weights: weights, StateTable(builder: builder))
      return builder.finish(outputs: [("number", number)], updates: [])
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
  }
}

extension Game {
  fileprivate func write(
    _ measure: any Measure, count: Int, weights: Weights, _ states: StateTable
  ) throws(LayerMisfit) -> Value {
    let values = ValueTable(self, batch: count, states, .given, weights: weights)
    let part = BatchPart.whole(count, states.builder)
    let scope = ValueScope(name: "metrics", draws: part.draws) {
      formula throws(LayerMisfit) in try values.value(formula, part)
    }
    return try measure.number(in: scope)
  }

  /// What networks are that play in what is drawn or measured, as far as that can be had.
  func lookedAt() -> (states: [StateDeclaration], walks: [String: NetworkWalk]) {
    let states = StateTable(builder: GraphBuilder())
    let values = ValueTable(self, batch: 2, states, .given)
    for formula in shown + [measured].compactMap(\.self) {
      _ = try? values.value(formula, .whole(2, states.builder))
    }
    let measures = (experiment.metrics?.of ?? []).compactMap(PlannedMeasure.init)
    for formula in measures.flatMap(\.formulas) {
      _ = try? values.value(formula, .whole(2, states.builder))
    }
    return (states.declarations, values.walks)
  }

  /// What cannot be measured.
  ///
  /// - Parameter known: all that the game keeps.
  func measureMisfits(_ known: [StateDeclaration]) -> [Diagnostic] {
    let weights: Weights = experiment.metrics?.weights == .ema ? .ema : .raw
    return (experiment.metrics?.of ?? []).compactMap(PlannedMeasure.init).compactMap { planned in
      do throws(LayerMisfit) {
        try check(planned)
        for stage in stages { try playing(stage).check(planned, weights, known) }
        return nil
      } catch {
        let notes = [error.advice].compactMap(\.self)
        return error.choice?.error(error.message, notes: notes)
          ?? planned.choice.error(error.message, notes: notes)
      }
    }
  }

  /// Whether there are samples.
  private func check(_ planned: PlannedMeasure) throws(LayerMisfit) {
    let leaves = planned.formulas.flatMap { expanded($0).leaves }
    let used = leaves.compactMap { name in sources.first { $0.name == name } }
    if used.isEmpty, planned.sampleCount == nil {
      throw LayerMisfit(
        "`\(planned.name)` is of latents alone, which have no end",
        advice: "say of how many: `samples: 1000`")
    }
  }

  private func check(
    _ planned: PlannedMeasure, _ weights: Weights, _ known: [StateDeclaration]
  ) throws(LayerMisfit) {
    let states = StateTable(builder: GraphBuilder())
    for state in known { _ = states.read(state) }
    var unknown: String?
    do throws(LayerMisfit) {
      _ = try write(planned.measure, count: 2, weights: weights, states)
      unknown = states.declarations.dropFirst(known.count).first?.name
    } catch {
      guard let state = error.state else { throw error }
      unknown = state
    }
    guard let unknown else { return }
    throw LayerMisfit(
      "`\(planned.name)` gives networks values of another kind than moves do, for which there are no "
        + "weights (\(unknown))",
      advice: "give them values of the same size, with classes where moves have them")
  }

  /// The stored sources that terms of moves look at; where there are none, all.
  var playedSources: [String] {
    let formulas = moves.flatMap(\.parts).flatMap { part -> [Formula] in
      guard case .watching(_, let watched) = terms[part.term].kind else {
        return terms[part.term].formulas
      }
      return terms[part.term].formulas + terms[watched].formulas
    }
    let names = Set(storedSources(under: formulas).map(\.name))
    let stored = sources.compactMap { source in
      if case .stored = source.kind { source.name } else { nil }
    }
    return names.isEmpty ? stored : stored.filter(names.contains)
  }
}
