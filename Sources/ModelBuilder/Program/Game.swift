import Spec
import TensorCore

/// Two networks, a loss and two optimizers: writes the graphs in which they play.
struct Game: Sendable {
  let experiment: Experiment
  let format: SampleFormat
  private(set) var generator: Generator
  private(set) var discriminator: Discriminator
  /// nil: the networks are whole from the start.
  let growth: Growth?
  let loss: any Loss
  let penalties: [any Penalty]
  let augmentations: [any Augmentation]
  let initializers: InitializerSet
  /// nil: learning rates stay as they are.
  let rate: (any RateSchedule)?
  /// nil: the generator's weights are not averaged.
  let average: WeightAverage?

  init(_ experiment: Experiment, format: SampleFormat) {
    self.experiment = experiment
    self.format = format
    generator = Generator(layers: LayerList(experiment.architecture.generator))
    discriminator = Discriminator(layers: LayerList(experiment.architecture.discriminator))
    growth = Growth(experiment, generator, discriminator, format)
    loss = Catalog.loss(experiment.loss)
    penalties = experiment.penalties.map(Catalog.penalty)
    augmentations = experiment.augmentations.map(Catalog.augmentation)
    rate = experiment.schedule.learningRate.map(Catalog.rate)
    average = experiment.schedule.averaging.map {
      WeightAverage($0, movesPerRound: experiment.schedule.generatorSteps)
    }
    initializers = InitializerSet(experiment.architecture.initializers)
  }

  func levels(of player: Player) -> LevelList? {
    switch player {
    case .generator: generator.levels
    case .discriminator: discriminator.levels
    }
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

  var classes: Int { experiment.labels?.classes ?? 0 }

  /// The penalties that a player's parameters are held to.
  func limits(on player: Player) -> [any Penalty] {
    penalties.filter { $0.players.contains(player) }
  }

  /// What a critic says, as penalties ask.
  func traits(features: Value?) -> GameTraits {
    GameTraits(
      critic: loss.critic, heads: Set((discriminator.heads?.lists ?? []).map(\.head)),
      classes: classes, codes: experiment.latent.codes, features: features?.shape.rank,
      format: format)
  }

  var plan: RoundPlan {
    RoundPlan(
      experiment.schedule,
      ownSteps: penalties.indices.filter { penalties[$0].ownOptimizer != nil }
        .map { ($0, experiment.penalties[$0].name) })
  }

  /// All who step: both players, then the penalties with a step of their own.
  var steppers: [Stepper] {
    Player.allCases.map { stepper(of: .player($0)) }
      + penalties.indices.filter { penalties[$0].ownOptimizer != nil }
      .map { stepper(of: .penalty($0)) }
  }

  func stepper(of mover: Mover) -> Stepper {
    switch mover {
    case .player(.generator): Stepper("generator", experiment.optimizer.generator)
    case .player(.discriminator): Stepper("discriminator", experiment.optimizer.discriminator)
    case .penalty(let place):
      Stepper(
        experiment.penalties[place].name,
        penalties[place].ownOptimizer ?? experiment.optimizer.generator, isOwn: true)
    }
  }

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

  /// The moves of `segment`, one after the other, in one graph.
  func write(
    _ segment: [PlannedMove], batch: Int, observing: Bool, real input: RealInput = .values
  ) -> (graph: Graph, states: StateTable) {
    let writer = RoundWriter(game: self, batch: batch, observing: observing, real: input)
    // Shapes were checked before any round is written.
    do throws(LayerMisfit) {
      for (index, move) in segment.enumerated() {
        switch move.mover {
        case .player(.discriminator): try writer.writeDiscriminatorMove(index)
        case .player(.generator): try writer.writeGeneratorMove(index)
        case .penalty(let place): try writer.writePenaltyMove(index, place)
        }
      }
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
    return (writer.finish(), writer.states)
  }

  func writeSampler(count: Int, weights: Weights) -> Graph {
    let builder = GraphBuilder()
    let pass = Pass(
      states: StateTable(builder: builder), mode: .inference,
      labels: classes > 0 ? builder.feed("labels", [count], .int32) : nil, classes: classes,
      initializers: initializers, draws: nil, weights: weights)
    let latent = Latent(value: builder.feed("latents", [count, experiment.latent.width]))
    do throws(LayerMisfit) {
      var samples = try generator.apply(latent, in: pass).value
      if let growth {
        samples = samples.enlarged(growth.factor(of: (generator.stage ?? growth.whole).level))
      }
      return builder.finish(outputs: [("samples", samples)], updates: [])
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
  }
}

/// Who steps, how, and what the gradients are held to.
struct Stepper {
  /// `generator`, `discriminator`, or the penalty's name.
  let name: String
  let optimizer: any Optimizer
  let clipping: GradientClipping
  /// Put before the parameter's in the names of what the optimizer keeps.
  let prefix: String

  init(_ name: String, _ choice: Choice, isOwn: Bool = false) {
    self.name = name
    optimizer = Catalog.optimizer(choice)
    clipping = GradientClipping(choice.record)
    prefix = isOwn ? "\(name)." : ""
  }
}
