import Spec
import TensorCore

/// Writes moves one after the other into one graph.
final class RoundWriter {
  /// Generated images of this round, to be used by more than one move.
  private struct Fakes {
    let latents: Value
    let labels: Value?
    let images: ImageBatch
    /// Whether the generator has moved since.
    var isOutdated = false
  }

  /// A move and the random numbers it draws.
  private struct Move {
    let index: Int
    let draws: Draws

    init(_ index: Int, _ key: Value) {
      self.index = index
      draws = Draws(key: key, move: "\(index)")
    }
  }

  private let game: Game
  private let batch: Int
  private let observing: Bool
  private let builder = GraphBuilder()
  let states: StateTable
  private let key: Value
  private var fakes: Fakes?
  private var outputs: [(name: String, value: Value)] = []

  init(game: Game, batch: Int, observing: Bool) {
    self.game = game
    self.batch = batch
    self.observing = observing
    states = StateTable(builder: builder)
    key = builder.feed("key", [3], .int32)
  }

  func finish() -> Graph { builder.finish(outputs: outputs, updates: states.updates) }

  /// The critic learns to tell the batch's images from generated ones.
  func writeDiscriminatorMove(_ index: Int) throws(LayerMisfit) {
    let move = Move(index, key)
    let fakes = try fakesOfRound(move)
    let realScore = try criticScore(of: real, labels: dataLabels, pass: "real", move)
    let fakeScore = try criticScore(of: fakes.images, labels: fakes.labels, pass: "fake", move)
    let scores = Scores(real: { realScore }, fake: fakeScore, draws: move.draws)
    emit("\(index)/real_score", realScore.realness.mean())
    emit("\(index)/fake_score", fakeScore.realness.mean())
    update(.discriminator, game.loss.discriminator(scores), scores, fakes, move)
  }

  /// The generator learns to make images that the critic takes for real.
  func writeGeneratorMove(_ index: Int) throws(LayerMisfit) {
    let move = Move(index, key)
    let fakes = try fakesOfRound(move, upToDate: true)
    let fakeScore = try criticScore(of: fakes.images, labels: fakes.labels, pass: "fake", move)
    let scores = Scores(
      real: { [self] in checkedScore(of: real, labels: dataLabels, pass: "real", move) },
      fake: fakeScore, draws: move.draws)
    update(.generator, game.loss.generator(scores), scores, fakes, move)
    self.fakes?.isOutdated = true
  }

  /// The batch of the data; a graph that does not use it does not ask for it.
  private var real: ImageBatch {
    ImageBatch(value: builder.feed("real", game.imageShape(batch: batch)))
  }

  /// Class labels of the real batch.
  private var dataLabels: Value? {
    game.classes > 0 ? builder.feed("labels", [batch], .int32) : nil
  }

  /// The generated images of this graph: made at first need, and again from the same latents when a
  /// move must see through a generator that has moved since.
  private func fakesOfRound(
    _ move: Move, upToDate: Bool = false
  ) throws(LayerMisfit) -> Fakes {
    if let fakes, !(upToDate && fakes.isOutdated) {
      observe(fakes, move)
      return fakes
    }
    let latents = fakes?.latents ?? drawLatents(move)
    let labels = fakes?.labels ?? drawLabels(move)
    let images = try game.generator.apply(
      Latent(value: latents), in: pass("", labels: labels, move))
    let made = Fakes(latents: latents, labels: labels, images: images)
    fakes = made
    observe(made, move)
    return made
  }

  private func criticScore(
    of images: ImageBatch, labels: Value?, pass name: String, _ move: Move
  ) throws(LayerMisfit) -> Score {
    try game.discriminator.apply(images, in: pass(name, labels: labels, move))
  }

  /// The score of images whose shape the critic has already taken.
  private func checkedScore(
    of images: ImageBatch, labels: Value?, pass name: String, _ move: Move
  ) -> Score {
    do throws(LayerMisfit) {
      return try criticScore(of: images, labels: labels, pass: name, move)
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
  }

  /// One step of a player down its loss and its penalties.
  private func update(
    _ player: Player, _ loss: Value, _ scores: Scores, _ fakes: Fakes, _ move: Move
  ) {
    let loss = loss + penalties(of: player, scores, fakes, move)
    let parameters = states.parameters(of: player)
    let gradients = builder.gradient(
      of: loss, withRespectTo: parameters.map(\.value), holding: states.held)
    let (optimizer, clipping) = game.optimizer(of: player)
    let limits = game.penalties.filter { $0.player == player }
    let counter = StateDeclaration(
      name: "optimizer.\(player.rawValue).step", player: player, role: .optimizer,
      type: TensorType(.scalar), layout: .plain, initial: .constant(0))
    let count = states.read(counter) + 1
    states.write(counter, count)
    let learningRate =
      game.rate == nil
      ? builder.constant(optimizer.learningRate)
      : builder.feed(TrainingProgram.learningRateFeed(of: player), .scalar)
    if observing, game.rate != nil { emit("\(move.index)/learning_rate", learningRate) }
    for ((declaration, value), gradient) in zip(parameters, clipping.clipped(gradients)) {
      let memory = OptimizerMemory(
        states: states, parameter: declaration, count: count, learningRate: learningRate)
      let moved = optimizer.step(value, gradient: gradient, memory: memory)
      states.write(declaration, limits.reduce(moved) { $1.constrained($0) })
    }
    if player == .generator {
      game.average?.follow(states.parameters(of: player), count: count, in: states)
    }
    emit("\(move.index)/loss", loss)
    if let norm = jointNorm(gradients) { emit("\(move.index)/gradient_norm", norm) }
    if observing {
      for ((declaration, _), gradient) in zip(parameters, gradients) {
        emit("\(move.index)/gradient/\(declaration.name)", gradient)
      }
      for (name, value) in move.draws.observed { emit("\(move.index)/\(name)", value) }
    }
  }

  /// The sum of what the penalties ask of a player; each is given out by its place in the list.
  private func penalties(
    of player: Player, _ scores: Scores, _ fakes: Fakes, _ move: Move
  ) -> Value {
    var sum = builder.constant(0)
    for (index, penalty) in game.penalties.enumerated() where penalty.player == player {
      let name = "penalty/\(index)"
      let scope = PenaltyScope(
        real: real, fake: fakes.images, scores: scores, parameters: states.parameters(of: player),
        name: name, draws: move.draws, held: states.held,
        critic: { [self] in checkedScore(of: $0, labels: dataLabels, pass: $1, move) })
      guard let term = penalty.term(in: scope) else { continue }
      emit("\(move.index)/\(name)", term)
      sum = sum + term
    }
    return sum
  }

  private func drawLatents(_ move: Move) -> Value {
    let shape: Shape = [batch, game.experiment.latent.size]
    switch game.experiment.latent.distribution {
    case .uniform(let low, let high):
      return move.draws.draw(.uniform, "latents", shape) * (high - low) + low
    case .normal(let mean, let standardDeviation):
      return move.draws.draw(.normal, "latents", shape) * standardDeviation + mean
    }
  }

  /// Labels for generated images.
  private func drawLabels(_ move: Move) -> Value? {
    guard let section = game.experiment.labels else { return nil }
    switch section.fake {
    case .data: return dataLabels
    case .random:
      let classes = Double(section.classes)
      return (move.draws.draw(.uniform, "labels", [batch]) * classes).floor.minimum(classes - 1)
        .converted(to: .int32)
    }
  }

  private func pass(_ name: String, labels: Value?, _ move: Move) -> Pass {
    Pass(
      states: states, mode: .training, labels: labels, classes: game.classes,
      initializers: game.initializers, draws: move.draws, name: name)
  }

  private func emit(_ name: String, _ value: Value) { outputs.append((name, value)) }

  private func observe(_ fakes: Fakes, _ move: Move) {
    guard observing else { return }
    emit("\(move.index)/latents", fakes.latents)
    if let labels = fakes.labels { emit("\(move.index)/labels", labels) }
  }
}
