import Spec
import TensorCore

/// What can be played and is hardly meant: said by `validate`, at the start of a run and in its log.
extension TrainingProgram {
  /// As far as can be said without the data, each at its place in the spec.
  package var warnings: [Diagnostic] {
    guard experiment.twoPlayers != nil else { return idleKeys }
    return rangeOddities + scoreOddities + slopeOddities + slopeSourceOddities + batchNormOddities
      + labelOddities + growingOddities + idleKeys
  }

  private func warning(
    _ message: String, at origin: Origin, _ advice: String, because notes: String...
  ) -> Diagnostic {
    Diagnostic(message, at: origin, severity: .warning, label: advice, notes: notes)
  }

  /// A generator that cannot make all of the data's values, or makes many that no sample has.
  private var rangeOddities: [Diagnostic] {
    guard case .image = format, game.generator.levels == nil,
      let (span, layer) = game.generator.layers.span
    else { return [] }
    let range = experiment.data.range
    let words = "data.range is \(range), \(layer.choice.name) gives numbers \(span)"
    let fitting = Self.closing(range)
    if span.low > range.low || span.high < range.high {
      return [
        warning(
          "the generator cannot make some of the data's values: \(words)",
          at: layer.choice.origin, fitting,
          because: Self.place(experiment.data.rangeOrigin, "range"))
      ]
    }
    guard span.low.isFinite, span.high.isFinite, span.low < range.low || span.high > range.high
    else { return [] }
    return [
      warning(
        "the generator makes values that no picture of the data has: \(words)",
        at: layer.choice.origin, fitting, because: Self.place(experiment.data.rangeOrigin, "range"))
    ]
  }

  /// The last layer that goes with a range.
  private static func closing(_ range: ValueRange) -> String {
    switch (range.low, range.high) {
    case (-1, 1): "end with `tanh`"
    case (0, 1): "end with `sigmoid`"
    default: "data.range: [-1, 1] goes with `tanh`, [0, 1] with `sigmoid`"
    }
  }

  private static func place(_ origin: Origin, _ what: String) -> String {
    "\(what): \(origin.place)"
  }

  /// A loss of plain scores on a critic that bounds them.
  private var scoreOddities: [Diagnostic] {
    guard game.loss.demands.unboundedScores, let (span, layer) = scoreLayers.span else { return [] }
    let name = game.twoPlayers.loss.name
    return [
      warning(
        "the loss \(name) is for scores of any size, and \(layer.choice.name) gives numbers \(span)",
        at: layer.choice.origin, "take it out",
        because: Self.place(game.twoPlayers.loss.origin, name))
    ]
  }

  private var scoreLayers: LayerList {
    guard let heads = game.discriminator.heads else { return game.discriminator.layers }
    return heads.lists.first { $0.head == .score }?.layers ?? game.discriminator.layers
  }

  /// A difference of means that grows without end.
  private var slopeOddities: [Diagnostic] {
    guard game.loss.demands.boundedSlope else { return [] }
    let isHeld = game.penalties.contains {
      $0.traits.boundsSlope && $0.players.contains(.discriminator)
    }
    let isNormalized = states.contains {
      $0.network == game.discriminator.name && $0.role == .statistic
        && $0.name.hasSuffix(".weight_u")
    }
    if isHeld || isNormalized { return [] }
    return [
      warning(
        "the loss \(game.twoPlayers.loss.name) means nothing for a critic whose slope nothing holds",
        at: game.twoPlayers.loss.origin, "add `penalties: [{clip: 0.01}]` or `[gradient_penalty]`",
        because: "or write `spectral_norm: true` in every layer of the critic that has weights")
    ]
  }

  /// A choice between before and behind a function that is not there.
  private var slopeSourceOddities: [Diagnostic] {
    let last = scoreLayers.entries.last?.layer
    guard game.loss.demands.critic == .scores(1), !(last is Sigmoid || last is Softmax) else {
      return []
    }
    return zip(game.penalties, game.twoPlayers.penalties).compactMap { penalty, choice in
      guard penalty.traits.slopeSource == .output else { return nil }
      return warning(
        "\(choice.name).slope_of: output changes nothing: the critic ends in no sigmoid and no "
          + "softmax", at: choice.record.origin(of: SlopeSource.field), "leave it out")
    }
  }

  /// Slopes of single samples where the critic's answers depend on the whole batch.
  private var batchNormOddities: [Diagnostic] {
    guard
      let place = game.penalties.firstIndex(where: {
        $0.traits.judgesSamplesAlone && $0.players.contains(.discriminator)
      }),
      let norm = states.first(where: {
        $0.network == game.discriminator.name && $0.name.hasSuffix(".running_mean")
      })
    else { return [] }
    let penalty = game.twoPlayers.penalties[place]
    let entries = game.discriminator.layers.entries
    let index = norm.name.split(separator: ".").dropFirst().first.flatMap { Int($0) }
    let layer = index.flatMap { entries.indices.contains($0) ? entries[$0].choice : nil }
    return [
      warning(
        "\(penalty.name) holds the slope of each sample, and batch norm makes what the critic says "
          + "of one depend on the others", at: layer?.origin ?? penalty.origin,
        "take `layer_norm` or `instance_norm` in the critic",
        because: Self.place(penalty.origin, penalty.name),
        "Gulrajani et al. 2017, section 4: no critic batch normalization")
    ]
  }

  /// Labels that nobody looks at.
  private var labelOddities: [Diagnostic] {
    guard let labels = game.twoPlayers.labels else { return [] }
    // A graph declares only what it needs.
    let graphs = game.stages.flatMap {
      stage in
      round(batch: 2, at: stage).graphs + [sampler(count: 2, at: stage)]
        + measures.map { graph(of: $0, count: 2, weights: .raw, at: stage) }
    }
    let feeds = Set(
      ["labels"]
        + game.latents.compactMap {
          if case .label = $0.kind { $0.feed } else { nil }
        })
    if graphs.contains(where: { $0.inputs(.feed).contains { feeds.contains($0.name) } }) {
      return []
    }
    return [
      warning(
        "no layer, no penalty and no metric uses the labels", at: labels.origin,
        "add `concat_label`, `conditional_batch_norm`, `projection` or `classification`, or take "
          + "`labels` out")
    ]
  }

  /// Networks that grow and never get to their last level.
  private var growingOddities: [Diagnostic] {
    guard let growth, let section = experiment.schedule.growing else { return [] }
    let perRound = experiment.data.batch * game.twoPlayers.discriminatorSteps
    let shortfall = growth.shortfall(of: experiment.schedule.length, imagesPerRound: perRound)
    return [shortfall].compactMap(\.self).map {
      Diagnostic(
        $0, at: section.origin, severity: .warning,
        notes: ["a longer schedule.length, or shorter `fade` and `stable`"])
    }
  }
}
