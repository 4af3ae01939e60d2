import Spec
import TensorCore

extension Game {
  /// Whether the networks fit each other and the data; both networks are checked before either is
  /// reported.
  func checkShapes() throws(Diagnostics) {
    let missing = growingProblems()
    if !missing.isEmpty { throw Diagnostics(dataProblems() + missing) }
    var found = dataProblems() + generatorProblems()
    found += discriminatorProblems()
    found += scheduleProblems()
    // Shapes come first: a walk with one sample would only tell of them again.
    if found.isEmpty { found = smallBatchProblems() }
    if !found.isEmpty { throw Diagnostics(found) }
  }

  private func checkPass(_ builder: GraphBuilder) -> Pass {
    Pass(
      states: StateTable(builder: builder), mode: .training,
      labels: classes > 0 ? builder.feed("labels", [2], .int32) : nil, classes: classes,
      initializers: generator.initializers,
      draws: Draws(key: builder.feed("key", [3], .int32), move: ""))
  }

  /// What the schedule asks of moves that they cannot do.
  func scheduleProblems() -> [Diagnostic] {
    let (schedule, batch) = (experiment.schedule, experiment.data.batch)
    var found: [Diagnostic] = []
    if schedule.accumulate > batch {
      found.append(
        Diagnostic(
          "a batch of \(counted(batch, "image")) does not divide into "
            + "\(counted(schedule.accumulate, "part"))", at: schedule.accumulateOrigin,
          label: "at most \(batch)"))
    }
    if schedule.accumulate > 1,
      let balanced = terms.lazy.compactMap(\.adversarial).first(where: {
        $0.loss is any BalancedLoss
      })
    {
      found.append(
        Diagnostic(
          "the controller of \(balanced.choice.name) follows whole batches",
          at: schedule.accumulateOrigin, label: "leave it at 1"))
    }
    if let momentum = schedule.momentum {
      let kinds = moves.filter(\.hasMomentumRamp).map(\.stepper).filter {
        $0.optimizer.momentum == nil
      }
      for kind in kinds {
        found.append(
          Diagnostic(
            "\(kind.choice.name) has no momentum that could change", at: momentum.origin,
            notes: ["momentum ramps are for sgd and rmsprop"]))
      }
    }
    return found
  }

  /// Keys that say something of images, where the data are none.
  func dataProblems() -> [Diagnostic] {
    guard case .vector = format else { return [] }
    let data = experiment.data
    var found: [Diagnostic] = []
    if data.size != nil {
      found.append(
        Diagnostic(
          "data.size resizes images, and the data are \(format)", at: data.sizeOrigin,
          notes: ["leave `size` out"]))
    }
    if data.range != .standard {
      found.append(
        Diagnostic(
          "data.range scales images, and the data are \(format), which are fed as they are",
          at: data.rangeOrigin, notes: ["leave `range` out"]))
    }
    found += experiment.augmentations.map { augmentation in
      augmentation.error(
        "\(augmentation.name) changes images, and the data are \(format)",
        notes: ["leave `\(augmentation.name)` out of `augment`"])
    }
    return found
  }

  private func generatorProblems() -> [Diagnostic] {
    let builder = GraphBuilder()
    let latent = builder.feed("latents", [2, twoPlayers.latent.width])
    if let growth, let levels = generator.levels {
      let scope = generator.scope(checkPass(builder))
      var trail = Trail(generator.name, from: latent.shape)
      do throws(LayerMisfit) {
        try levels.walk(generating: latent, growth, in: scope) { trail.add($0, $1, $2) }
        return []
      } catch {
        return trail.problem(error).map { [$0] } ?? []
      }
    }
    return problems(generator, latent, builder) { result in
      let wanted = format.shape(batch: 2)
      guard result.shape != wanted else { return nil }
      guard case .image(let images) = format else {
        let made = described(result.shape)
        return (
          "generator makes \(result.shape.rank == 4 ? "\(made) images" : "vectors of \(made)"), "
            + "the data are \(format)",
          "end with `linear: \(format.valueCount)`"
        )
      }
      if result.shape.rank == 2 {
        let fits = result.shape[1] == wanted.count / 2
        return (
          "generator makes vectors of \(result.shape[1]), data has \(images) images",
          fits
            ? "end with `image: {channels: \(images.channels), size: \(sizeText(of: images))}`"
            : "\(images) images have \(wanted.count / 2) pixels: end with `linear: \(wanted.count / 2)` "
              + "and `image: {channels: \(images.channels), size: \(sizeText(of: images))}`"
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
    let pass = checkPass(builder)
    let real = ImageBatch(value: builder.feed("real", format.shape(batch: 2)))
    var trail = Trail(discriminator.name, from: real.value.shape)
    do throws(LayerMisfit) {
      let score =
        if growth != nil, let levels = discriminator.levels {
          try discriminator.walk(real, levels, in: pass) { trail.add($0, $1, $2) }
        } else {
          try discriminator.judge(real, in: pass) { trail.add($0, $1, $2) }
        }
      return scoreProblems(score, trail) + otherHeadProblems(score) + penaltyProblems(score)
    } catch {
      return trail.problem(error).map { [$0] } ?? []
    }
  }

  /// Whether the critic says what the loss wants to hear.
  private func scoreProblems(_ score: Score, _ trail: Trail) -> [Diagnostic] {
    guard let last = discriminator.layers.entries.last else { return [] }
    func problem(_ message: String, _ advice: String) -> [Diagnostic] {
      [last.choice.error(message, notes: [trail.last, advice].compactMap(\.self))]
    }
    let shape = score.output.shape
    switch (loss.demands.critic, discriminator.heads?.main ?? .score) {
    case (.scores(let width), .score):
      if shape[shape.rank - 1] == width { return [] }
      return problem(
        "discriminator gives \(numbers(shape)) a sample, the loss "
          + "\(twoPlayers.loss.name) takes \(width == 1 ? "one score" : "\(width) scores")",
        width == 1
          ? "end with `linear: 1` (before a closing `sigmoid`), or with a `conv` of one channel"
          : "end with `linear: \(width)` (before a closing `softmax`)")
    case (.scores, _):
      return problem(
        "the critic is an autoencoder, the loss \(twoPlayers.loss.name) takes a score",
        "give `heads` a `score`, or take the loss `began` or `ebgan`")
    case (.reconstruction, _):
      if discriminator.heads?.main == .score {
        return problem(
          "the critic gives a score, the loss \(twoPlayers.loss.name) takes an autoencoder",
          "give `heads` a `reconstruction` in place of the `score`")
      }
      if shape == score.images.value.shape { return [] }
      let what = shape.rank == 4 ? "\(described(shape)) images" : "\(numbers(shape)) a sample"
      let (wanted, advice) =
        switch format {
        case .image(let images):
          ("\(images)", "end with layers that restore \(images) images")
        case .vector(let length): ("\(format)", "end with `linear: \(length)`")
        }
      return problem(
        "discriminator makes \(what), the loss \(twoPlayers.loss.name) compares them with the "
          + "data's \(wanted)", advice)
    }
  }

  /// Whether the other heads are as wide as what they are to tell, and anybody listens.
  private func otherHeadProblems(_ score: Score) -> [Diagnostic] {
    guard let last = discriminator.layers.entries.last else { return [] }
    let codes = twoPlayers.latent.codes
    let heads: [(CriticHead, width: Int, what: String, penalty: String)] = [
      (.class, classes, "labels.classes is \(classes)", "classification"),
      (
        .categorical, codes?.categorical.reduce(0, +) ?? 0,
        "the categorical codes have "
          + "\(counted(codes?.categorical.reduce(0, +) ?? 0, "value"))", "information"
      ),
      (
        .continuous, codes?.continuous ?? 0,
        "latent.codes.continuous is \(codes?.continuous ?? 0)", "information"
      ),
    ]
    return heads.compactMap { head, width, what, penalty in
      guard let reading = score.others[head] else { return nil }
      if !twoPlayers.penalties.contains(where: { $0.name == penalty }) {
        return last.choice.error(
          "nobody listens to the head `\(head.rawValue)`",
          notes: ["add `\(penalty)` to penalties, or take the head out"])
      }
      if width == 0 || reading.output.shape == [2, width] { return nil }
      return last.choice.error(
        "the head `\(head.rawValue)` gives \(numbers(reading.output.shape)), \(what)",
        notes: ["end it with `linear: \(width)`"])
    }
  }

  /// Whether each penalty can be asked of these networks.
  private func penaltyProblems(_ score: Score) -> [Diagnostic] {
    let traits = traits(features: score.features)
    return zip(twoPlayers.penalties, penalties).compactMap { choice, penalty in
      penalty.misfit(with: traits).map {
        choice.error("\(choice.name): \($0.message)", notes: [$0.advice].compactMap(\.self))
      }
    }
  }

  private func sizeText(of images: ImageFormat) -> String {
    images.height == images.width ? "\(images.height)" : "[\(images.height), \(images.width)]"
  }

  private func numbers(_ shape: Shape) -> String {
    shape.rank == 2 ? counted(shape[1], "number") : "\(described(shape)) numbers"
  }

  func counted(_ count: Int, _ thing: String) -> String {
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
    _ network: Network, _ input: Value, _ builder: GraphBuilder,
    judge: (Value) -> (message: String, advice: String)?
  ) -> [Diagnostic] {
    var trail = Trail(network.name, from: input.shape)
    do throws(LayerMisfit) {
      let result = try network.layers.apply(input, in: network.scope(checkPass(builder))) {
        trail.add($0, $1, $2)
      }
      guard let (message, advice) = judge(result), let last = network.layers.entries.last else {
        return []
      }
      return [last.choice.error(message, notes: [trail.last, advice].compactMap(\.self))]
    } catch {
      return trail.problem(error).map { [$0] } ?? []
    }
  }
}

/// What has come out of a network's layers so far.
private struct Trail {
  private let network: String
  private(set) var last: String?

  init(_ network: String, from shape: Shape) {
    self.network = network
    last = "\(network) starts from \(described(shape))"
  }

  mutating func add(_ path: String, _ entry: LayerList.Entry, _ result: Value) {
    let number = path.dropFirst(network.count + 1)
    last = "after layer \(number) (\(entry.choice.name)): \(described(result.shape))"
  }

  func problem(_ misfit: LayerMisfit) -> Diagnostic? {
    misfit.choice?.error(misfit.message, notes: [last, misfit.advice].compactMap(\.self))
  }
}
