import Spec
import TensorCore

/// A whole experiment as maths: the states it keeps and the graphs of a round. It runs nothing.
package struct TrainingProgram: Sendable {
  package let experiment: Experiment
  /// What one sample is of those that are drawn; where nothing is, of the first source.
  package let format: SampleFormat
  /// Everything that lives between moves: parameters first, then statistics, averages, and what the
  /// optimizers keep.
  package let states: [StateDeclaration]
  /// What losses.csv has columns for.
  package let columns: [RecordedColumn]
  let game: Game

  /// What is measured, samples like those of the first source; nil: the game makes none.
  package let sampled: Formula?
  /// What stands beside each other in a picture; nothing: there are none.
  package let shown: [Formula]
  /// Batches of the data that one round takes.
  package let batchesPerRound: Int
  /// What goes into each network where it is walked first.
  let walks: [String: NetworkWalk]

  /// Checks that the networks fit each other and the data.
  ///
  /// - Parameter formats: of what lies in each source, by its name.
  package init(
    _ experiment: Experiment, formats: [String: SampleFormat]
  ) throws(Diagnostics) {
    self.experiment = experiment
    game = Game(experiment, formats: formats)
    if experiment.twoPlayers == nil {
      var found = game.dataProblems() + game.misfits() + game.scheduleProblems()
      if found.isEmpty { found = game.smallBatchProblems() }
      if !found.isEmpty { throw Diagnostics(found) }
    } else {
      try game.checkShapes()
    }
    walks = game.walks().merging(game.lookedAt().walks) { played, _ in played }
    format = game.shownFormat ?? game.format
    (sampled, shown) = (game.measured, game.shown)
    (states, columns, batchesPerRound) = Self.mentioned(in: game)
    let clashes = game.clashes(of: columns)
    if !clashes.isEmpty { throw Diagnostics(clashes) }
    let unmeasured = game.measureMisfits(states)
    if !unmeasured.isEmpty { throw Diagnostics(unmeasured) }
  }

  /// The same, where all sources are alike.
  package init(_ experiment: Experiment, format: SampleFormat) throws(Diagnostics) {
    try self.init(
      experiment,
      formats: Dictionary(
        experiment.game.sources.map { ($0.name, format) }, uniquingKeysWith: { first, _ in first }))
  }

  /// The same, on images.
  package init(_ experiment: Experiment, images: ImageFormat) throws(Diagnostics) {
    try self.init(experiment, format: .image(images))
  }

  /// What the graphs of a round keep and give out, and how many batches of the data go into them.
  private static func mentioned(
    in game: Game
  ) -> (states: [StateDeclaration], columns: [RecordedColumn], batches: Int) {
    var seen: Set<String> = []
    var unique: [StateDeclaration] = []
    var labels: [String: [String]] = [:]
    var asks: [Bool] = []
    for stage in game.stages {
      asks = game.plan.segments.map { segment in
        // Two samples suffice: no state's shape depends on the batch.
        let written = game.playing(stage).write(segment.moves, batch: 2, observing: false)
        unique += written.states.declarations.filter { seen.insert($0.name).inserted }
        for (move, outputs) in zip(segment.moves, written.outputs) {
          let known = labels[move.move.name, default: []]
          labels[move.move.name] = known + outputs.map(\.label).filter { !known.contains($0) }
        }
        return game.asksForData(written.graph)
      }
    }
    // What never moves need not play in a round.
    unique += game.lookedAt().states.filter { state in
      game.network(state.network).isFrozen && seen.insert(state.name).inserted
    }
    let states = StateDeclaration.Role.allCases.flatMap { role in
      game.networks.flatMap { network in
        unique.filter { $0.role == role && $0.network == network.name }
      }
    }
    return (states, game.columns(labels: labels), max(1, game.takers(asks).count))
  }

  /// The sources that rounds are fed with, of those that are stored; others are only measured or drawn.
  package var playedSources: [String] { game.playedSources }

  /// The names of the networks, in the order in which they are shown and kept.
  package var networks: [String] { game.networks.map(\.name) }

  /// Trainable numbers of one network.
  package func parameterCount(of network: String) -> Int {
    states.filter { $0.role == .parameter && $0.network == network }.map(\.type.shape.count)
      .reduce(0, +)
  }

  /// How a run feeds its samples: images as the bytes they are stored in, vectors as they are.
  package var realInput: RealInput {
    sources.contains { if case .image = $0.format { true } else { false } } ? .bytes : .values
  }

  /// The graphs of one round for a batch of this size.
  ///
  /// - Parameters:
  ///   - observing: also give out every draw and gradient, for `trace`.
  ///   - input: the form of the feed `real`.
  ///   - stage: what plays of networks that grow; nil: all of them.
  package func round(
    batch: Int, observing: Bool = false, real input: RealInput = .values,
    at stage: GrowthStage? = nil
  ) -> RoundProgram {
    let game = game.playing(stage)
    var program = RoundProgram(graphs: [], steps: [])
    var known: [[String]: Int] = [:]
    var written: [WrittenSegment] = []
    var asks: [Bool] = []
    for segment in game.plan.segments {
      let movers = segment.moves.map(\.move.name)
      let index = known[movers] ?? written.count
      if index == written.count {
        known[movers] = index
        written.append(
          game.write(segment.moves, batch: batch, observing: observing, real: input))
        program.graphs.append(written[index].graph)
      }
      asks.append(game.asksForData(written[index].graph))
      program.steps.append(
        RoundStep(
          graph: index,
          moves: zip(segment.moves, written[index].outputs).map {
            RoundMove(name: $0.name, mover: $0.move.name, outputs: $1)
          }))
    }
    for index in game.takers(asks) {
      let (segment, graph) = (game.plan.segments[index], program.steps[index].graph)
      program.steps[index].consumer = segment.moves[written[graph].firstDataMove ?? 0].name
    }
    return program
  }

  static func learningRateFeed(of stepper: String) -> String { "learning_rate/\(stepper)" }

  /// The names of the moves that a round is made of, once each: `discriminator`, `generator`.
  package var movers: [String] { game.moves.map(\.name) }

  /// The learning rates of round `round`, counted from 0, of a run of `rounds`, by the names of the
  /// feeds they go to; none if the spec has no `schedule.learning_rate`. All moves' feeds are named, of
  /// which a graph declares those it needs.
  package func learningRates(round: Int, of rounds: Int) -> [(feed: String, value: Float)] {
    guard game.rate != nil else { return [] }
    return movers.map {
      (
        Self.learningRateFeed(of: $0), Float(learningRate(of: $0, round: round, of: rounds))
      )
    }
  }

  static func momentumFeed(of mover: String) -> String { "momentum/\(mover)" }

  /// The same for momenta; none if the spec has no `schedule.momentum_ramp`.
  package func momenta(round: Int) -> [(feed: String, value: Float)] {
    guard let ramp = experiment.schedule.momentum else { return [] }
    return game.moves.filter(\.hasMomentumRamp).map { move in
      let start = move.stepper.optimizer.momentum ?? 0
      return (
        Self.momentumFeed(of: move.name), Float(ramp.value(from: start, round: round))
      )
    }
  }

  /// The learning rate of a move in round `round`, counted from 0, of a run of `rounds`.
  package func learningRate(of mover: String, round: Int, of rounds: Int) -> Double {
    guard let move = game.moves.first(where: { $0.name == mover }) else {
      preconditionFailure("there is no move `\(mover)`")
    }
    return move.stepper.optimizer.learningRate
      * (game.rate?.factor(round: round, of: rounds) ?? 1)
  }

  /// nil: the networks are whole from the start.
  package var growth: Growth? { game.growth }

  /// The networks that grow, of which there are two where there is `growth`.
  package var growing: (maker: String, critic: String) {
    let growing = game.networks.filter { $0.levels != nil }
    guard let maker = growing.first(where: { $0.levels?.direction == .toImages }),
      let critic = growing.first(where: { $0.levels?.direction == .fromImages })
    else { preconditionFailure("no networks grow") }
    return (maker.name, critic.name)
  }

  /// What begins anew where optimizers do (`schedule.growing.reset_optimizer`).
  package var optimizerMemory: [StateDeclaration] {
    let counters = game.networks.map { WeightAverage.counter(of: $0.name) }
    return states.filter { $0.role == .optimizer && !counters.contains($0) }
  }

  /// Sets of weights there are.
  package var weights: [Weights] {
    averagedNetworks.isEmpty ? [.raw] : [.raw, .ema]
  }

  /// The networks of which there is a second set.
  package var averagedNetworks: [String] {
    game.networks.filter { $0.average != nil }.map(\.name)
  }
}

/// The graphs of one round and the order in which they are played.
package struct RoundProgram: Sendable {
  package fileprivate(set) var graphs: [Graph]
  package fileprivate(set) var steps: [RoundStep]
}

/// One execution within a round.
///
/// Feeds, of which a graph declares those it needs: `real` `[batch, height, width, channels]` or, of
/// vectors, `[batch, length]` (`RealInput`),
/// `labels` int32 `[batch]`, `key` int32 `[3]` (seed low, seed high, number of this execution), and
/// the scalars of `TrainingProgram.learningRates` and `.momenta`, and `GrowthStage.alphaFeed`. A step that takes no batch of its own and yet
/// declares `real` or `labels` means those of the newest batch.
/// What its moves give out stands with them: `loss`, `gradient_norm`, and for a critic's move
/// `real_score`, `fake_score`, `penalty/INDEX` (of the spec's list), `measure/NAME` (of the loss); when
/// observing also `latents`, `labels`, `gradient/NAME`, `learning_rate`, `momentum`, what was drawn:
/// `dropout/NAME`, `noise/NAME`, `loss/NAME`, `penalty/INDEX/NAME`, `augment/INDEX/NAME`; and `kink/NAME`,
/// the inputs of relus. Where a batch is played in parts, what the second one drew is `part1/…`.
package struct RoundStep: Sendable {
  package let graph: Int
  package let moves: [RoundMove]
  /// The move for which the next batch of the data goes in; nil: none does.
  package fileprivate(set) var consumer: String?
  package var consumesData: Bool { consumer != nil }
}
