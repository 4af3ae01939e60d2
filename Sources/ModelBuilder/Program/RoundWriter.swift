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

  /// Some samples of a move's batch that are played at once, and the random numbers they draw; mostly
  /// the whole batch.
  private struct Part {
    let move: Int
    let samples: Range<Int>
    /// Of the batch.
    let share: Double
    let draws: Draws
  }

  /// What the parts of a batch add up to, each by its share.
  private struct Total {
    private(set) var numbers: [(name: String, value: Value)] = []
    private(set) var gradients: [Value] = []
    private(set) var draws: [Draws] = []

    mutating func add(_ name: String, _ value: Value, of part: Part) {
      let value = Self.weighted(value, part)
      if let index = numbers.firstIndex(where: { $0.name == name }) {
        numbers[index].value = numbers[index].value + value
      } else {
        numbers.append((name, value))
      }
    }

    mutating func add(gradients more: [Value], of part: Part) {
      let more = more.map { Self.weighted($0, part) }
      gradients = gradients.isEmpty ? more : zip(gradients, more).map { $0 + $1 }
      draws.append(part.draws)
    }

    private static func weighted(_ value: Value, _ part: Part) -> Value {
      part.share == 1 ? value : value * part.share
    }
  }

  /// Before the names of what a loss measures.
  static let measure = "measure/"

  private let game: Game
  private let batch: Int
  private let observing: Bool
  private let input: RealInput
  private let builder = GraphBuilder()
  let states: StateTable
  private let key: Value
  /// Latents and labels of a whole batch of generated images.
  private var origin: (latents: Value, labels: Value?)?
  /// By the first sample of their part.
  private var fakes: [Int: Fakes] = [:]
  private var values: [(name: String, value: Value)] = []
  /// What each move gives out.
  private(set) var outputs: [[MoveOutput]] = []

  init(game: Game, batch: Int, observing: Bool, real input: RealInput) {
    self.game = game
    self.batch = batch
    self.observing = observing
    self.input = input
    states = StateTable(builder: builder)
    key = builder.feed("key", [3], .int32)
  }

  func finish() -> Graph { builder.finish(outputs: values, updates: states.updates) }

  /// One step of the networks of `move`, the `index`-th of the graph.
  func write(_ move: Move, _ index: Int) throws(LayerMisfit) {
    let movesGenerator = move.networks.contains(game.generator.name)
    var total = Total()
    for part in parts(of: index) {
      // Whoever moves a network steps down what it makes now.
      let fakes = try fakes(for: part, upToDate: movesGenerator)
      switch move.goal {
      case .loss(of: .discriminator): try addCriticLoss(move, fakes, part, to: &total)
      case .loss(of: .generator): try addGeneratorLoss(move, fakes, part, to: &total)
      case .term(let place): try addTerm(place, move, fakes, part, to: &total)
      }
    }
    let count = step(move, index, total)
    guard movesGenerator else { return }
    if case .loss = move.goal, let average = game.average {
      average.follow(
        states.parameters(of: game.generator.name),
        count: game.growth == nil ? count : average.ownCount(in: states), in: states)
    }
    for first in fakes.keys { fakes[first]?.isOutdated = true }
  }

  /// The critic learns to tell the batch's images from generated ones.
  private func addCriticLoss(
    _ move: Move, _ fakes: Fakes, _ part: Part, to total: inout Total
  ) throws(LayerMisfit) {
    let (realScore, fakeScore) = try scores(ofRealAnd: fakes, part)
    let scores = Scores(
      real: { realScore }, fake: fakeScore, draws: part.draws, states: states)
    total.add("real_score", game.loss.level(of: realScore), of: part)
    total.add("fake_score", game.loss.level(of: fakeScore), of: part)
    let loss = game.loss.critic(scores)
    add(
      down: loss + penalties(of: .discriminator, scores, fakes, part, &total), move, part,
      to: &total)
    for (name, value) in (game.loss as? any BalancedLoss)?.measured(scores) ?? [] {
      total.add(Self.measure + name, value, of: part)
    }
  }

  /// The generator learns to make images that the critic takes for real.
  private func addGeneratorLoss(
    _ move: Move, _ fakes: Fakes, _ part: Part, to total: inout Total
  ) throws(LayerMisfit) {
    let scores = try scoresOfFakes(fakes, part)
    let loss = game.loss.generator(scores)
    add(
      down: loss + penalties(of: .generator, scores, fakes, part, &total), move, part, to: &total)
  }

  /// All networks of the move step down one term.
  private func addTerm(
    _ place: Int, _ move: Move, _ fakes: Fakes, _ part: Part, to total: inout Total
  ) throws(LayerMisfit) {
    let scores = try scoresOfFakes(fakes, part)
    guard let term = game.penalties[place] as? any Term,
      let value = term.value(in: scope(place, nil, scores, fakes, part))
    else {
      preconditionFailure("a term with a step of its own has nothing to step down")
    }
    add(down: value, move, part, to: &total)
  }

  /// The batch of a move, cut as `schedule.accumulate` says into parts as equal as can be.
  private func parts(of move: Int) -> [Part] {
    let count = min(game.experiment.schedule.accumulate, batch)
    return (0..<count).map { index in
      let samples = batch * index / count..<batch * (index + 1) / count
      return Part(
        move: move, samples: samples, share: Double(samples.count) / Double(batch),
        draws: Draws(key: key, move: "\(move)", part: index))
    }
  }

  /// The samples of a part, of a value that holds the whole batch.
  private func samples(_ part: Part, of value: Value) -> Value {
    part.samples.count == batch ? value : value.slice(axis: 0, part.samples)
  }

  /// The samples of the data; a graph that does not use them does not ask for them.
  private func real(of part: Part) -> ImageBatch {
    judged(ImageBatch(value: samples(part, of: real)))
  }

  /// Samples as a critic is to see them, in which a penalty may take its slope.
  private func judged(_ images: ImageBatch) -> ImageBatch {
    let takesSlopes = game.penalties.contains { $0.traits.slopeSource != nil }
    if takesSlopes { builder.hide(images.value) }
    return images
  }

  private var real: Value {
    let shape = game.sampleShape(batch: batch)
    switch input {
    case .values: return game.seen(builder.feed("real", shape))
    case .bytes:
      return game.seen(
        builder.feed("real", shape, .uint8).scaled(to: game.experiment.data.range))
    }
  }

  /// Class labels of the real batch.
  private var dataLabels: Value? {
    game.classes > 0 ? builder.feed("labels", [batch], .int32) : nil
  }
  private func dataLabels(of part: Part) -> Value? {
    dataLabels.map { samples(part, of: $0) }
  }

  /// The generated images of this graph: made at first need, and again from the same latents when a
  /// move must see through a generator that has moved since.
  private func fakes(for part: Part, upToDate: Bool = false) throws(LayerMisfit) -> Fakes {
    let origin = origin ?? (drawLatents(part.draws), drawLabels(part.draws))
    self.origin = origin
    if part.samples.lowerBound == 0, observing {
      emit("latents", .input, origin.latents, of: part.move)
      if let labels = origin.labels { emit("labels", .input, labels, of: part.move) }
    }
    let place = part.samples.lowerBound
    if let made = fakes[place], !(upToDate && made.isOutdated) { return made }
    let labels = origin.labels.map { samples(part, of: $0) }
    let latents = samples(part, of: origin.latents)
    let images = try game.generator.apply(latents, in: pass("", labels: labels, part))
    let made = Fakes(
      latents: latents, labels: labels, images: judged(ImageBatch(value: images)))
    fakes[place] = made
    return made
  }

  /// What the critic says in its own move: of each kind by itself, or of both as one batch.
  private func scores(
    ofRealAnd fakes: Fakes, _ part: Part
  ) throws(LayerMisfit) -> (real: Score, fake: Score) {
    let (real, labels) = (real(of: part), dataLabels(of: part))
    switch game.experiment.twoPlayers!.criticBatch {
    case .separate:
      let realScore = try criticScore(of: real, labels: labels, pass: "real", part)
      return (
        realScore, try criticScore(of: fakes.images, labels: fakes.labels, pass: "fake", part)
      )
    case .joint:
      let images = real.value.concatenated(with: fakes.images.value, axis: 0)
      // Whole numbers are joined as floats, which hold all there can be.
      let bothLabels = fakes.labels.flatMap { fake in
        labels?.converted(to: .float32).concatenated(with: fake.converted(to: .float32), axis: 0)
          .converted(to: .int32)
      }
      let score = try criticScore(
        of: ImageBatch(value: images), labels: bothLabels, pass: "joint", part)
      let count = part.samples.count
      return (score.part(0..<count), score.part(count..<2 * count))
    }
  }

  private func criticScore(
    of images: ImageBatch, labels: Value?, pass name: String, _ part: Part
  ) throws(LayerMisfit) -> Score {
    let score = try game.discriminator.judge(
      game.augmented(images, part.draws, pass: name), in: pass(name, labels: labels, part))
    if let kink = (game.loss as? any BalancedLoss)?.kink(of: score) {
      part.draws.observe("kink/loss/\(name)", kink, as: .kink)
    }
    return score
  }

  /// The score of images whose shape the critic has already taken.
  private func checkedScore(
    of images: ImageBatch, labels: Value?, pass name: String, _ part: Part
  ) -> Score {
    do throws(LayerMisfit) {
      return try criticScore(of: images, labels: labels, pass: name, part)
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
  }

  /// What the critic says of generated images, and of real ones if it is asked.
  private func scoresOfFakes(_ fakes: Fakes, _ part: Part) throws(LayerMisfit) -> Scores {
    let fakeScore = try criticScore(of: fakes.images, labels: fakes.labels, pass: "fake", part)
    return Scores(
      real: { [self] in
        checkedScore(of: real(of: part), labels: dataLabels(of: part), pass: "real", part)
      }, fake: fakeScore, draws: part.draws, states: states)
  }

  /// Adds what a part of the batch says of a loss and of the way down.
  private func add(down loss: Value, _ move: Move, _ part: Part, to total: inout Total) {
    let parameters = move.networks.flatMap { states.parameters(of: $0) }
    let gradients = builder.gradient(
      of: loss, withRespectTo: parameters.map(\.value), holding: states.held)
    total.add("loss", loss, of: part)
    total.add(gradients: gradients, of: part)
  }

  /// One step of the parameters of a move.
  ///
  /// - Returns: how many steps of the kind have been made, this one included.
  private func step(_ planned: Move, _ move: Int, _ total: Total) -> Value {
    let stepper = planned.stepper
    let parameters = planned.networks.flatMap { states.parameters(of: $0) }
    let counter = StateDeclaration(
      name: "optimizer.\(stepper.name).step", network: planned.networks[0], role: .optimizer,
      type: TensorType(.scalar), layout: .plain, initial: .constant(0))
    let count = states.read(counter) + 1
    states.write(counter, count)
    let learningRate =
      game.rate == nil
      ? builder.constant(stepper.optimizer.learningRate)
      : builder.feed(TrainingProgram.learningRateFeed(of: stepper.name), .scalar)
    let momentum =
      planned.hasMomentumRamp
      ? builder.feed(TrainingProgram.momentumFeed(of: planned.name), .scalar) : nil
    if observing, game.rate != nil { emit("learning_rate", .number, learningRate, of: move) }
    if observing, let momentum { emit("momentum", .number, momentum, of: move) }
    let gradients = stepper.clipping.clipped(total.gradients)
    for ((declaration, value), gradient) in zip(parameters, gradients) {
      let memory = OptimizerMemory(
        states: states, parameter: declaration, prefix: stepper.prefix, count: count,
        learningRate: learningRate, momentum: momentum)
      let moved = stepper.optimizer.step(value, gradient: gradient, memory: memory)
      let constraints = game.constraints(on: declaration.network)
      states.write(declaration, constraints.reduce(moved) { $1.constrained($0) })
    }
    for (name, value) in total.numbers { emit(name, .number, value, of: move) }
    if let norm = jointNorm(total.gradients) { emit("gradient_norm", .number, norm, of: move) }
    if observing {
      for ((declaration, _), gradient) in zip(parameters, total.gradients) {
        emit(
          "gradient/\(declaration.name)", .gradient(of: declaration.name), gradient, of: move)
      }
      for (name, role, value) in total.draws.flatMap(\.observed) {
        emit(name, role, value, of: move)
      }
    }
    return count
  }

  /// The sum of what the penalties ask of a player; each is given out by its place in the list.
  private func penalties(
    of player: Player, _ scores: Scores, _ fakes: Fakes, _ part: Part, _ total: inout Total
  ) -> Value {
    var sum = builder.constant(0)
    for (place, penalty) in game.penalties.enumerated() where penalty.players.contains(player) {
      guard let term = penalty as? any Term,
        let value = term.value(in: scope(place, player, scores, fakes, part))
      else { continue }
      total.add("penalty/\(place)", value, of: part)
      sum = sum + value
    }
    return sum
  }

  /// What the penalty at `place` of the spec's list may look at.
  private func scope(
    _ place: Int, _ player: Player?, _ scores: Scores, _ fakes: Fakes, _ part: Part
  ) -> TermScope {
    TermScope(
      player: player, real: real(of: part), fake: fakes.images, scores: scores,
      labels: (dataLabels(of: part), fakes.labels), latents: fakes.latents,
      latent: game.experiment.twoPlayers!.latent,
      parameters: player.map { states.parameters(of: $0.rawValue) } ?? [],
      name: "penalty/\(place)", draws: part.draws, held: states.held,
      critic: { [self] in checkedScore(of: $0, labels: dataLabels(of: part), pass: $1, part) })
  }

  /// `[batch, width]`: noise, and the codes behind it.
  private func drawLatents(_ draws: Draws) -> Value {
    let section = game.experiment.twoPlayers!.latent
    let shape: Shape = [batch, section.size]
    let noise =
      switch section.distribution {
      case .uniform(let low, let high):
        draws.draw(.uniform, "latents", shape) * (high - low) + low
      case .normal(let mean, let standardDeviation):
        draws.draw(.normal, "latents", shape) * standardDeviation + mean
      }
    guard let codes = section.codes else { return noise }
    var latents = noise
    for (index, count) in codes.categorical.enumerated() {
      let uniform = draws.draw(.uniform, "codes/categorical/\(index)", [batch])
      let code = uniform.uniformClass(of: count).oneHot(count: count)
      latents = latents.concatenated(with: code, axis: 1)
    }
    guard codes.continuous > 0 else { return latents }
    let uniform = draws.draw(.uniform, "codes/continuous", [batch, codes.continuous])
    return latents.concatenated(with: uniform * (codes.high - codes.low) + codes.low, axis: 1)
  }

  /// Labels for generated images.
  private func drawLabels(_ draws: Draws) -> Value? {
    guard let section = game.experiment.twoPlayers!.labels else { return nil }
    switch section.fake {
    case .data: return dataLabels
    case .random:
      return draws.draw(.uniform, "labels", [batch]).uniformClass(of: section.classes)
        .converted(to: .int32)
    }
  }

  private func pass(_ name: String, labels: Value?, _ part: Part) -> Pass {
    Pass(
      states: states, mode: .training, labels: labels, classes: game.classes,
      initializers: game.initializers, draws: part.draws, name: name)
  }

  private func emit(_ label: String, _ role: MoveOutput.Role, _ value: Value, of move: Int) {
    let name = "\(move)/\(label)"
    values.append((name, value))
    while outputs.count <= move { outputs.append([]) }
    // A graph's second output of a name is the first once more.
    if outputs[move].contains(where: { $0.name == name }) { return }
    outputs[move].append(MoveOutput(label: label, name: name, role: role))
  }
}
