import Spec

/// Keys that a spec writes and that decide nothing in its game, each with what it would take.
///
/// A file that another one builds on may say more than that one needs, and a resolved file says every
/// default: only what the spec itself, `--set` or a sweep asks for is looked at.
extension TrainingProgram {
  var idleKeys: [Diagnostic] {
    let ofPlayers = experiment.twoPlayers == nil ? [] : initializersOfNothing + codeKeys
    return (ofPlayers + pictureKeys + endKeys).compactMap(\.self) + drawnForGood
  }

  /// What is said of images and the data are vectors, or the other way round.
  private var pictureKeys: [Diagnostic?] {
    switch format {
    case .image:
      [
        idle(
          "record.samples.points",
          because: "the data are images, of which a picture shows `record.samples.grid`")
      ]
    case .vector:
      [
        idle(
          "record.samples.grid", because: "of vectors a picture shows `record.samples.points`")
      ]
    }
  }

  /// Networks that stay as they are drawn.
  private var drawnForGood: [Diagnostic] {
    experiment.game.networks.compactMap { network in
      guard network.isFrozen, network.weights == nil,
        states.contains(where: { $0.network == network.name && $0.role == .parameter })
      else { return nil }
      return Diagnostic(
        "`\(network.name)` is frozen and starts from no weights: it stays as it is drawn",
        at: network.origin, severity: .warning, label: "name a run or a file: `weights: …`")
    }
  }

  private var codeKeys: [Diagnostic?] {
    guard let codes = game.twoPlayers.latent.codes, codes.continuous == 0 else { return [] }
    return ["low", "high"].map {
      idle("latent.codes.\($0)", because: "there are no continuous codes")
    }
  }

  /// What comes to nothing before the run is over.
  private var endKeys: [Diagnostic?] {
    var found: [Diagnostic?] = []
    if experiment.metrics?.objective == nil, experiment.record.checkpoint?.keepBest ?? 0 > 0 {
      found.append(
        idle(
          "record.checkpoint.keep.best", because: "there is no `metrics.objective` to be best by"))
    }
    if let average = experiment.twoPlayers?.averaging,
      case .steps(let rounds) = experiment.schedule.length, average.startRound >= rounds
    {
      found.append(
        idle("schedule.ema.start", because: "the run ends before: the average is the weights"))
    }
    return found
  }

  private func idle(_ path: String, because reason: String) -> Diagnostic? {
    experiment.chosenOrigin(of: path).map {
      Diagnostic(
        "`\(path)` decides nothing", at: $0, severity: .warning, label: reason,
        isWithoutEffect: true)
    }
  }

  /// Rules for parameters that neither network has.
  private var initializersOfNothing: [Diagnostic?] {
    let kinds = Set(states.compactMap(\.kind))
    let ownNorm = game.twoPlayers.architecture.initializers.batchNorm1D
    func unused(_ key: String, _ what: String, _ takers: [ParameterKind]) -> Diagnostic? {
      if takers.contains(where: kinds.contains) { return nil }
      return idle(
        "architecture.init.\(key)", because: "neither network has \(what) that begins by it")
    }
    /// Norms of vectors begin as other norms do, unless something is said of them alone.
    func norm(_ part: ParameterKind.Part, _ own: Choice?) -> [ParameterKind] {
      own == nil ? [.batchNorm(part), .batchNorm1D(part)] : [.batchNorm(part)]
    }
    return [
      unused("linear.weight", "a linear layer", [.linear(.weight)]),
      unused("linear.bias", "a linear layer with a bias", [.linear(.bias)]),
      unused("conv.weight", "a convolution", [.convolution(.weight)]),
      unused("conv.bias", "a convolution with a bias", [.convolution(.bias)]),
      unused("embedding", "an embedding", [.embedding]),
      unused("batch_norm.scale", "a batch norm", norm(.weight, ownNorm.weight)),
      unused("batch_norm.bias", "a batch norm", norm(.bias, ownNorm.bias)),
      unused("batch_norm_1d.scale", "a batch norm of vectors", [.batchNorm1D(.weight)]),
      unused("batch_norm_1d.bias", "a batch norm of vectors", [.batchNorm1D(.bias)]),
    ]
  }
}
