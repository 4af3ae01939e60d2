import Spec
import TensorCore

/// Two networks, a loss and two optimizers: writes the graphs in which they play.
struct Game: Sendable {
  let experiment: Experiment
  let format: SampleFormat
  private(set) var generator: Network
  private(set) var discriminator: Network
  /// nil: the networks are whole from the start.
  let growth: Growth?
  let loss: any Loss
  let penalties: [any Penalty]
  /// Those that a round is made of, once each.
  let moves: [Move]
  let augmentations: [any Augmentation]
  let initializers: InitializerSet
  /// nil: learning rates stay as they are.
  let rate: (any RateSchedule)?
  /// nil: the generator's weights are not averaged.
  let average: WeightAverage?

  init(_ experiment: Experiment, format: SampleFormat) {
    self.experiment = experiment
    self.format = format
    (generator, discriminator) = TwoPlayerForm.networks(experiment.twoPlayers!.architecture)
    growth = Growth(experiment, generator, discriminator, format)
    loss = Catalog.loss(experiment.twoPlayers!.loss)
    penalties = experiment.twoPlayers!.penalties.map(Catalog.penalty)
    moves = TwoPlayerForm.moves(experiment, penalties)
    augmentations = experiment.augmentations.map(Catalog.augmentation)
    rate = experiment.schedule.learningRate.map(Catalog.rate)
    average = experiment.twoPlayers!.averaging.map {
      WeightAverage($0, movesPerRound: experiment.twoPlayers!.generatorSteps)
    }
    initializers = InitializerSet(experiment.twoPlayers!.architecture.initializers)
  }

  /// In the order in which they are shown and kept.
  var networks: [Network] { [generator, discriminator] }

  func network(_ name: String) -> Network {
    guard let network = networks.first(where: { $0.name == name }) else {
      preconditionFailure("there is no network `\(name)`")
    }
    return network
  }

  /// The same game as its networks play it in a stage of growing.
  func playing(_ stage: GrowthStage?) -> Game {
    var game = self
    game.generator.stage = stage
    game.discriminator.stage = stage
    return game
  }

  /// Every part of the networks plays in one of these.
  var stages: [GrowthStage?] { growth?.stages ?? [nil] }

  /// Samples of the data as networks see them that grow, and play in `stage` now.
  func seen(_ samples: Value) -> Value {
    guard let growth else { return samples }
    return growth.seen(samples, in: discriminator.stage ?? growth.whole)
  }

  var classes: Int { experiment.twoPlayers!.labels?.classes ?? 0 }

  /// What a network's parameters are held to.
  func constraints(on network: String) -> [any Constraint] {
    penalties.filter { $0.players.contains { $0.rawValue == network } }
      .compactMap { $0 as? any Constraint }
  }

  /// What a critic says, as penalties ask.
  func traits(features: Value?) -> GameTraits {
    GameTraits(
      critic: loss.demands.critic, heads: Set((discriminator.heads?.lists ?? []).map(\.head)),
      classes: classes, codes: experiment.twoPlayers!.latent.codes, features: features?.shape.rank,
      format: format)
  }

  var plan: RoundPlan { RoundPlan(TwoPlayerForm.round(experiment.twoPlayers!, moves)) }

  /// Of a batch, real or generated.
  func sampleShape(batch: Int) -> Shape { format.shape(batch: batch) }

  /// Images as they go into the critic.
  func augmented(_ images: ImageBatch, _ draws: Draws, pass: String) -> ImageBatch {
    let changed = augmentations.enumerated().reduce(images.value) { images, entry in
      let (index, augmentation) = entry
      let scope = AugmentationScope(draws: draws, name: "augment/\(index)", pass: pass)
      return augmentation.apply(images, in: scope)
    }
    return ImageBatch(value: changed)
  }

  /// The moves of `segment`, one after the other, in one graph, and what each gives out.
  func write(
    _ segment: [PlannedMove], batch: Int, observing: Bool, real input: RealInput = .values
  ) -> (graph: Graph, states: StateTable, outputs: [[MoveOutput]]) {
    let writer = RoundWriter(game: self, batch: batch, observing: observing, real: input)
    // Shapes were checked before any round is written.
    do throws(LayerMisfit) {
      for (index, move) in segment.enumerated() {
        try writer.write(move.move, index)
      }
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
    return (writer.finish(), writer.states, writer.outputs)
  }

  func writeSampler(count: Int, weights: Weights) -> Graph {
    let builder = GraphBuilder()
    let pass = Pass(
      states: StateTable(builder: builder), mode: .inference,
      labels: classes > 0 ? builder.feed("labels", [count], .int32) : nil, classes: classes,
      initializers: initializers, draws: nil, weights: weights)
    let latents = builder.feed("latents", [count, experiment.twoPlayers!.latent.width])
    do throws(LayerMisfit) {
      var samples = try generator.apply(latents, in: pass)
      if let growth {
        samples = samples.enlarged(growth.factor(of: (generator.stage ?? growth.whole).level))
      }
      return builder.finish(outputs: [("samples", samples)], updates: [])
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
  }
}
