import Spec
import TensorCore

/// Writes moves one after the other into one graph.
final class RoundWriter {
  /// Before the names of what a loss measures.
  static let measure = "measure/"

  private let game: Game
  private let batch: Int
  private let observing: Bool
  private let builder = GraphBuilder()
  let states: StateTable
  private let key: Value
  private let values: ValueTable
  private let ledger: MoveLedger

  init(game: Game, batch: Int, observing: Bool, real input: RealInput) {
    self.game = game
    self.batch = batch
    self.observing = observing
    states = StateTable(builder: builder)
    key = builder.feed("key", [3], .int32)
    let ledger = MoveLedger()
    self.ledger = ledger
    values = ValueTable(
      game, batch: batch, states, .played(input),
      emit: observing ? { ledger.emit($0, .input, $1, of: $2) } : nil)
  }

  /// What each move gives out.
  var outputs: [[MoveOutput]] { ledger.outputs }
  /// The first move that looks at the data.
  var firstDataMove: Int? { values.firstDataMove }

  func finish() -> Graph { builder.finish(outputs: ledger.values, updates: states.updates) }

  /// One step of the networks of `move`, the `index`-th of the graph.
  func write(_ move: Move, _ index: Int) throws(LayerMisfit) {
    var total = BatchTotal()
    for part in parts(of: index, move) { try add(move, part, to: &total) }
    let count = step(move, index, total)
    for network in move.networks where game.leads(move, network) {
      guard let average = game.network(network).average else { continue }
      average.follow(
        states.parameters(of: network),
        count: game.growth == nil ? count : average.ownCount(of: network, in: states), in: states)
    }
    values.moved(move.networks)
  }

  /// The batch of a move, cut as `schedule.accumulate` says into parts as equal as can be.
  private func parts(of index: Int, _ move: Move) -> [BatchPart] {
    let count = min(game.experiment.schedule.accumulate, batch)
    return (0..<count).map { place in
      let samples = batch * place / count..<batch * (place + 1) / count
      return BatchPart(
        move: index, samples: samples, share: Double(samples.count) / Double(batch),
        draws: Draws(key: key, move: "\(index)", part: place), moving: move.networks)
    }
  }

  /// Adds what a part of the batch says of the move's terms and of the way down.
  private func add(
    _ move: Move, _ part: BatchPart, to total: inout BatchTotal
  ) throws(LayerMisfit) {
    let writer = TermWriter(game, move, part, values, states)
    var sides: Value?
    for piece in move.parts where game.terms[piece.term].adversarial != nil {
      let side = try writer.side(of: piece.term)
      for (name, value) in side.levels { total.add(name, value, of: part) }
      if move.parts.filter({ game.terms[$0.term].adversarial != nil }).count > 1 {
        total.add("adversarial/\(game.terms[piece.term].name)", side.loss, of: part)
      }
      let loss = piece.factor == 1 ? side.loss : side.loss * piece.factor
      sides = sides.map { $0 + loss } ?? loss
    }
    // The order in which nodes are made decides how they are planned, and that the last bit of sums.
    var rest = sides.map { _ in builder.constant(0) }
    for piece in move.parts where game.terms[piece.term].adversarial == nil {
      guard let cost = try writer.cost(of: piece.term) else { continue }
      if move.parts.count > 1 { total.add(game.terms[piece.term].stream, cost, of: part) }
      let own = piece.factor == 1 ? cost : cost * piece.factor
      rest = rest.map { $0 + own } ?? own
    }
    let loss = [sides, rest].compactMap(\.self).reduce(nil as Value?) { sum, value in
      sum.map { $0 + value } ?? value
    }
    guard let loss else { preconditionFailure("unchecked: \(move.name) steps down nothing") }
    let parameters = move.networks.flatMap { states.parameters(of: $0) }
    let gradients = builder.gradient(
      of: loss, withRespectTo: parameters.map(\.value), holding: states.held)
    total.add("loss", loss, of: part)
    total.add(gradients: gradients, of: part)
    for (name, value) in writer.measured { total.add(Self.measure + name, value, of: part) }
  }

  /// One step of the parameters of a move.
  ///
  /// - Returns: how many steps of the kind have been made, this one included.
  private func step(_ planned: Move, _ move: Int, _ total: BatchTotal) -> Value {
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
      let constraints = game.network(declaration.network).constraints
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

  private func emit(_ label: String, _ role: MoveOutput.Role, _ value: Value, of move: Int) {
    ledger.emit(label, role, value, of: move)
  }
}

/// What the parts of a batch add up to, each by its share.
private struct BatchTotal {
  private(set) var numbers: [(name: String, value: Value)] = []
  private(set) var gradients: [Value] = []
  private(set) var draws: [Draws] = []

  mutating func add(_ name: String, _ value: Value, of part: BatchPart) {
    let value = Self.weighted(value, part)
    if let index = numbers.firstIndex(where: { $0.name == name }) {
      numbers[index].value = numbers[index].value + value
    } else {
      numbers.append((name, value))
    }
  }

  mutating func add(gradients more: [Value], of part: BatchPart) {
    let more = more.map { Self.weighted($0, part) }
    gradients = gradients.isEmpty ? more : zip(gradients, more).map { $0 + $1 }
    draws.append(part.draws)
  }

  private static func weighted(_ value: Value, _ part: BatchPart) -> Value {
    part.share == 1 ? value : value * part.share
  }
}

/// What the moves of a graph give out.
private final class MoveLedger {
  private(set) var values: [(name: String, value: Value)] = []
  private(set) var outputs: [[MoveOutput]] = []

  func emit(_ label: String, _ role: MoveOutput.Role, _ value: Value, of move: Int) {
    let name = "\(move)/\(label)"
    values.append((name, value))
    while outputs.count <= move { outputs.append([]) }
    // A graph's second output of a name is the first once more.
    if outputs[move].contains(where: { $0.name == name }) { return }
    outputs[move].append(MoveOutput(label: label, name: name, role: role))
  }
}
