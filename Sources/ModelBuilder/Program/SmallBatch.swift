import Spec
import TensorCore

/// Layers that learn from the other samples of a batch, where there are none.
extension Game {
  /// The fewest samples that are played at once of a batch of `size`.
  private func smallestPart(of size: Int) -> Int {
    size / max(1, min(experiment.schedule.accumulate, size))
  }

  /// What the batches that the file asks for leave too small.
  func smallBatchProblems() -> [Diagnostic] {
    let (batch, parts) = (experiment.data.batch, experiment.schedule.accumulate)
    return smallBatchProblems(
      of: batch,
      because: parts > 1
        ? "schedule.accumulate: \(parts) plays a batch of \(batch) in parts of one sample"
        : "data.batch is \(batch)")
  }

  /// What the last batch of an epoch of `count` samples leaves too small.
  func lastBatchProblems(sampleCount count: Int) -> [Diagnostic] {
    let (batch, rest) = (experiment.data.batch, count % experiment.data.batch)
    guard rest > 0, !experiment.data.dropLast else { return [] }
    let fitting = (1...batch).reversed().first { size in
      smallestPart(of: size) > 1 && (count % size == 0 || smallestPart(of: count % size) > 1)
    }
    let ways = [
      fitting.map { "data.batch: \($0) has no such rest" },
      count > batch ? "data.drop_last: true leaves it out" : nil,
    ]
    return smallBatchProblems(
      of: rest,
      because: "\(count) samples in batches of \(batch): the last batch of an epoch has \(rest)"
        + ways.compactMap(\.self).map { "; \($0)" }.joined())
  }

  private func smallBatchProblems(of size: Int, because note: String) -> [Diagnostic] {
    let part = smallestPart(of: size)
    // Two samples are what all shapes are checked with.
    guard part < 2 else { return [] }
    let joint = Set(
      terms.compactMap(\.adversarial).filter { $0.criticBatch == .joint }.map(\.critic))
    let walks = walks()
    return networks.flatMap { network -> [Diagnostic] in
      guard let walk = walks[network.name] else { return [] }
      let builder = GraphBuilder()
      let (input, pass) = trialWalk(
        of: network, walk, batch: joint.contains(network.name) ? 2 * part : part, builder)
      pass.refusesOneSample = true
      do throws(LayerMisfit) {
        _ = try network.answer(input, in: pass)
        return []
      } catch {
        return problem(error, note)
      }
    }
  }

  private func problem(_ misfit: LayerMisfit, _ note: String) -> [Diagnostic] {
    misfit.choice.map {
      [$0.error(misfit.message, notes: [note, misfit.advice].compactMap(\.self))]
    } ?? []
  }
}

extension TrainingProgram {
  /// What cannot be played with so many samples of data.
  package func problems(sampleCount: Int) -> Diagnostics? {
    let found = Diagnostics(game.lastBatchProblems(sampleCount: sampleCount))
    return found.hasErrors ? found : nil
  }
}
