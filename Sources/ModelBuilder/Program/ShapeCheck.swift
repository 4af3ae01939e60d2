import Spec
import TensorCore

extension Game {
  /// Whether the networks fit each other and the data; both networks are checked before either is
  /// reported.
  func checkShapes() throws(Diagnostics) {
    var found = generatorProblems()
    found += discriminatorProblems()
    found += scheduleProblems()
    if !found.isEmpty { throw Diagnostics(found) }
  }

  private func checkPass(_ builder: GraphBuilder) -> Pass {
    Pass(
      states: StateTable(builder: builder), mode: .training,
      labels: classes > 0 ? builder.feed("labels", [2], .int32) : nil, classes: classes,
      initializers: initializers,
      draws: Draws(key: builder.feed("key", [3], .int32), move: ""))
  }

  private func scheduleProblems() -> [Diagnostic] {
    let (schedule, batch) = (experiment.schedule, experiment.data.batch)
    var found: [Diagnostic] = []
    if schedule.accumulate > batch {
      found.append(
        Diagnostic(
          "a batch of \(counted(batch, "image")) does not divide into "
            + "\(counted(schedule.accumulate, "part"))", at: schedule.accumulateOrigin,
          label: "at most \(batch)"))
    }
    if let momentum = schedule.momentum {
      let kinds = [experiment.optimizer.generator, experiment.optimizer.discriminator]
      for kind in kinds where Catalog.optimizer(kind).momentum == nil {
        found.append(
          Diagnostic(
            "\(kind.name) has no momentum that could change", at: momentum.origin,
            notes: ["momentum ramps are for sgd and rmsprop"]))
      }
    }
    return found
  }

  private func generatorProblems() -> [Diagnostic] {
    let builder = GraphBuilder()
    let latent = builder.feed("latents", [2, experiment.latent.size])
    return problems(generator.layers, latent, .generator, builder) { result in
      let wanted = imageShape(batch: 2)
      guard result.shape != wanted else { return nil }
      if result.shape.rank == 2 {
        let fits = result.shape[1] == wanted.count / 2
        return (
          "generator makes vectors of \(result.shape[1]), data has \(images) images",
          fits
            ? "end with `image: {channels: \(images.channels), size: \(sizeText)}`"
            : "\(images) images have \(wanted.count / 2) pixels: end with `linear: \(wanted.count / 2)` "
              + "and `image: {channels: \(images.channels), size: \(sizeText)}`"
        )
      }
      return (
        "generator makes \(described(result.shape)) images, data has \(images)",
        advice(for: result.shape, wanted: wanted)
      )
    }
  }

  private func discriminatorProblems() -> [Diagnostic] {
    let builder = GraphBuilder()
    let real = builder.feed("real", imageShape(batch: 2))
    return problems(discriminator.layers, real, .discriminator, builder) { result in
      let width = loss.scoreWidth
      guard result.shape[result.shape.rank - 1] != width else { return nil }
      return (
        "discriminator gives \(numbers(result.shape)) a sample, the loss "
          + "\(experiment.loss.name) takes \(width == 1 ? "one score" : "\(width) scores")",
        width == 1
          ? "end with `linear: 1` (before a closing `sigmoid`), or with a `conv` of one channel"
          : "end with `linear: \(width)` (before a closing `softmax`)"
      )
    }
  }

  private var sizeText: String {
    images.height == images.width ? "\(images.height)" : "[\(images.height), \(images.width)]"
  }

  private func numbers(_ shape: Shape) -> String {
    shape.rank == 2 ? counted(shape[1], "number") : "\(described(shape)) numbers"
  }

  private func counted(_ count: Int, _ thing: String) -> String {
    count == 1 ? "1 \(thing)" : "\(count) \(thing)s"
  }

  private func advice(for shape: Shape, wanted: Shape) -> String {
    if shape[3] != wanted[3] { return "the last layer must make \(counted(wanted[3], "channel"))" }
    if shape[1] == shape[2], wanted[1] == shape[1] * 2, wanted[2] == shape[2] * 2 {
      return "add one more stride-2 layer, or set data.size: \(shape[1])"
    }
    if shape[1] == shape[2] { return "change the layers, or set data.size: \(shape[1])" }
    return "change the layers so that they end in \(wanted[1])×\(wanted[2])"
  }

  /// Walks one network; `judge` says what is wrong with its result, and what to write.
  private func problems(
    _ layers: LayerList, _ input: Value, _ player: Player, _ builder: GraphBuilder,
    judge: (Value) -> (message: String, advice: String)?
  ) -> [Diagnostic] {
    let scope = LayerScope(pass: checkPass(builder), player: player, path: player.rawValue)
    var trail: [String] = ["\(player.rawValue) starts from \(described(input.shape))"]
    do throws(LayerMisfit) {
      let result = try layers.apply(input, in: scope) { path, entry, result in
        let number = (path.split(separator: ".").last.map(String.init) ?? path)
        trail.append("after layer \(number) (\(entry.choice.name)): \(described(result.shape))")
      }
      guard let (message, advice) = judge(result), let last = layers.entries.last else { return [] }
      return [last.choice.error(message, notes: [trail.last, advice].compactMap(\.self))]
    } catch {
      guard let choice = error.choice else { return [] }
      return [choice.error(error.message, notes: [trail.last, error.advice].compactMap(\.self))]
    }
  }
}
