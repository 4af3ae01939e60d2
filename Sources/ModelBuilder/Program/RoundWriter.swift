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
  func writeDiscriminatorMove(_ move: Int) throws(LayerMisfit) {
    let fakes = try fakesOfRound(move)
    let real = ImageBatch(value: builder.feed("real", game.imageShape(batch: batch)))
    let realScore = try criticScore(of: real, labels: dataLabels, pass: "real", move)
    let fakeScore = try criticScore(of: fakes.images, labels: fakes.labels, pass: "fake", move)
    let loss = game.loss.discriminator(real: realScore, fake: fakeScore)
    emit("\(move)/real_score", realScore.output.mean())
    emit("\(move)/fake_score", fakeScore.output.mean())
    update(.discriminator, toReduce: loss, move)
  }

  /// The generator learns to make images that the critic takes for real.
  func writeGeneratorMove(_ move: Int) throws(LayerMisfit) {
    let fakes = try fakesOfRound(move, upToDate: true)
    let score = try criticScore(of: fakes.images, labels: fakes.labels, pass: "fake", move)
    update(.generator, toReduce: game.loss.generator(fake: score), move)
    self.fakes?.isOutdated = true
  }

  /// Class labels of the real batch.
  private var dataLabels: Value? {
    game.classes > 0 ? builder.feed("labels", [batch], .int32) : nil
  }

  /// The generated images of this graph: made at first need, and again from the same latents when a
  /// move must see through a generator that has moved since.
  private func fakesOfRound(_ move: Int, upToDate: Bool = false) throws(LayerMisfit) -> Fakes {
    if let fakes, !(upToDate && fakes.isOutdated) {
      observe(fakes, move)
      return fakes
    }
    let latents = fakes?.latents ?? drawLatents(move)
    let labels = fakes?.labels ?? drawLabels(move)
    let pass = self.pass("", labels: labels, move)
    let images = try game.generator.apply(Latent(value: latents), in: pass)
    observe(pass, move)
    let made = Fakes(latents: latents, labels: labels, images: images)
    fakes = made
    observe(made, move)
    return made
  }

  private func criticScore(
    of images: ImageBatch, labels: Value?, pass name: String, _ move: Int
  ) throws(LayerMisfit) -> Score {
    let pass = self.pass(name, labels: labels, move)
    let score = try game.discriminator.apply(images, in: pass)
    observe(pass, move)
    return score
  }

  private func update(_ player: Player, toReduce loss: Value, _ move: Int) {
    let parameters = states.parameters(of: player)
    let gradients = builder.gradient(
      of: loss, withRespectTo: parameters.map(\.value), holding: states.held)
    let optimizer = game.optimizer(of: player)
    let counter = StateDeclaration(
      name: "optimizer.\(player.rawValue).step", player: player, role: .optimizer,
      type: TensorType(.scalar), layout: .plain, initial: .constant(0))
    let count = states.read(counter) + 1
    states.write(counter, count)
    for ((declaration, value), gradient) in zip(parameters, gradients) {
      let memory = OptimizerMemory(states: states, parameter: declaration, count: count)
      states.write(declaration, optimizer.step(value, gradient: gradient, memory: memory))
      if observing { emit("\(move)/gradient/\(declaration.name)", gradient) }
    }
    emit("\(move)/loss", loss)
    let squares = gradients.map { $0.squared.sum() }
    if let first = squares.first {
      emit("\(move)/gradient_norm", squares.dropFirst().reduce(first, +).squareRoot)
    }
  }

  private func drawLatents(_ move: Int) -> Value {
    let shape: Shape = [batch, game.experiment.latent.size]
    switch game.experiment.latent.distribution {
    case .uniform(let low, let high):
      return draw(.uniform, "\(move)/latents", shape) * (high - low) + low
    case .normal(let mean, let standardDeviation):
      return draw(.normal, "\(move)/latents", shape) * standardDeviation + mean
    }
  }

  /// Labels for generated images.
  private func drawLabels(_ move: Int) -> Value? {
    guard let section = game.experiment.labels else { return nil }
    switch section.fake {
    case .data: return dataLabels
    case .random:
      let classes = Double(section.classes)
      return (draw(.uniform, "\(move)/labels", [batch]) * classes).floor.minimum(classes - 1)
        .converted(to: .int32)
    }
  }

  private func draw(_ distribution: Distribution, _ stream: String, _ shape: Shape) -> Value {
    builder.add(.random(distribution, stream: Philox.streamID(named: stream), shape: shape), [key])
  }

  private func pass(_ name: String, labels: Value?, _ move: Int) -> Pass {
    Pass(
      states: states, mode: .training, labels: labels, classes: game.classes,
      initializers: game.initializers, key: key, name: name, move: "\(move)")
  }

  private func emit(_ name: String, _ value: Value) { outputs.append((name, value)) }

  private func observe(_ fakes: Fakes, _ move: Int) {
    guard observing else { return }
    emit("\(move)/latents", fakes.latents)
    if let labels = fakes.labels { emit("\(move)/labels", labels) }
  }

  private func observe(_ pass: Pass, _ move: Int) {
    guard observing else { return }
    for (name, mask) in pass.masks { emit("\(move)/dropout/\(name)", mask) }
  }
}
