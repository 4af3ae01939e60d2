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
    guard rest > 0 else { return [] }
    let fitting = (1...batch).reversed().first { size in
      count % size == 0 || smallestPart(of: count % size) > 1
    }
    return smallBatchProblems(
      of: rest,
      because: "\(count) samples in batches of \(batch): the last batch of an epoch has \(rest)"
        + (fitting.map { "; data.batch: \($0) has no such rest" } ?? ""))
  }

  private func smallBatchProblems(of size: Int, because note: String) -> [Diagnostic] {
    let part = smallestPart(of: size)
    // Two samples are what all shapes are checked with.
    guard part < 2 else { return [] }
    let seen = experiment.twoPlayers!.criticBatch == .joint ? 2 * part : part
    let generatorBuilder = GraphBuilder()
    let latents = generatorBuilder.feed("latents", [part, experiment.twoPlayers!.latent.width])
    var found: [Diagnostic] = []
    do throws(LayerMisfit) {
      _ = try generator.apply(latents, in: pass(generatorBuilder, batch: part))
    } catch {
      found += problem(error, note)
    }
    let criticBuilder = GraphBuilder()
    let samples = ImageBatch(value: criticBuilder.feed("real", sampleShape(batch: seen)))
    do throws(LayerMisfit) {
      _ = try discriminator.judge(samples, in: pass(criticBuilder, batch: seen))
    } catch {
      found += problem(error, note)
    }
    return found
  }

  private func problem(_ misfit: LayerMisfit, _ note: String) -> [Diagnostic] {
    misfit.choice.map {
      [$0.error(misfit.message, notes: [note, misfit.advice].compactMap(\.self))]
    } ?? []
  }

  private func pass(_ builder: GraphBuilder, batch: Int) -> Pass {
    let pass = Pass(
      states: StateTable(builder: builder), mode: .training,
      labels: classes > 0 ? builder.feed("labels", [batch], .int32) : nil, classes: classes,
      initializers: initializers,
      draws: Draws(key: builder.feed("key", [3], .int32), move: ""))
    pass.refusesOneSample = true
    return pass
  }
}

extension TrainingProgram {
  /// What cannot be played with so many samples of data.
  package func problems(sampleCount: Int) -> Diagnostics? {
    let found = Diagnostics(game.lastBatchProblems(sampleCount: sampleCount))
    return found.hasErrors ? found : nil
  }
}
