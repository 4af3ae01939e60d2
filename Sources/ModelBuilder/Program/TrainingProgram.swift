import Spec
import TensorCore

/// A whole experiment as maths: the states it keeps and the graphs of a round. It runs nothing.
package struct TrainingProgram: Sendable {
  package let experiment: Experiment
  /// What one sample is, of the data and of what is generated.
  package let format: SampleFormat
  /// Everything that lives between moves: parameters first, then statistics, averages, and what the
  /// optimizers keep.
  package let states: [StateDeclaration]
  /// What losses.csv has columns for besides those of every game.
  package let terms: [RecordedTerm]
  let game: Game

  /// Checks that the networks fit each other and the data.
  package init(_ experiment: Experiment, format: SampleFormat) throws(Diagnostics) {
    self.experiment = experiment
    self.format = format
    game = Game(experiment, format: format)
    try game.checkShapes()
    (states, terms) = Self.mentioned(in: game)
  }

  /// The same, on images.
  package init(_ experiment: Experiment, images: ImageFormat) throws(Diagnostics) {
    try self.init(experiment, format: .image(images))
  }

  /// What the graphs of a round keep and give out.
  private static func mentioned(
    in game: Game
  ) -> (states: [StateDeclaration], terms: [RecordedTerm]) {
    var seen: Set<String> = []
    var unique: [StateDeclaration] = []
    var outputs: [Player: Set<String>] = [:]
    for stage in game.stages {
      for segment in game.plan.segments {
        // Two samples suffice: no state's shape depends on the batch.
        let (graph, table) = game.playing(stage).write(segment, batch: 2, observing: false)
        unique += table.declarations.filter { seen.insert($0.name).inserted }
        for output in graph.outputs {
          let parts = output.name.split(separator: "/", maxSplits: 1)
          guard parts.count == 2, let position = Int(parts[0]),
            case .player(let player) = segment[position].mover
          else { continue }
          outputs[player, default: []].insert(String(parts[1]))
        }
      }
    }
    let states = StateDeclaration.Role.allCases.flatMap { role in
      [Player.generator, .discriminator].flatMap { player in
        unique.filter { $0.role == role && $0.player == player }
      }
    }
    return (states, game.recordedTerms(outputs: outputs))
  }

  /// Trainable numbers of one network.
  package func parameterCount(of player: Player) -> Int {
    states.filter { $0.role == .parameter && $0.player == player }.map(\.type.shape.count)
      .reduce(0, +)
  }

  /// How a run feeds its samples: images as the bytes they are stored in, vectors as they are.
  package var realInput: RealInput {
    switch format {
    case .image: .bytes
    case .vector: .values
    }
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
    let plan = game.plan
    var program = RoundProgram(graphs: [], steps: [])
    var known: [[Mover]: Int] = [:]
    for segment in plan.segments {
      let movers = segment.map(\.mover)
      let graph: Int
      if let index = known[movers] {
        graph = index
      } else {
        graph = program.graphs.count
        known[movers] = graph
        program.graphs.append(
          game.write(segment, batch: batch, observing: observing, real: input).graph)
      }
      program.steps.append(
        RoundStep(
          graph: graph, moves: segment.map(\.name),
          consumesData: movers.contains(.player(.discriminator))))
    }
    return program
  }

  static func learningRateFeed(of stepper: String) -> String { "learning_rate/\(stepper)" }

  /// The learning rates of round `round`, counted from 0, of a run of `rounds`, by the names of the
  /// feeds they go to; none if the spec has no `schedule.learning_rate`. All steppers' feeds are
  /// named, of which a graph declares those it needs.
  package func learningRates(round: Int, of rounds: Int) -> [(feed: String, value: Float)] {
    guard let rate = game.rate else { return [] }
    let factor = rate.factor(round: round, of: rounds)
    return game.steppers.map { stepper in
      (Self.learningRateFeed(of: stepper.name), Float(stepper.optimizer.learningRate * factor))
    }
  }

  static func momentumFeed(of player: Player) -> String { "momentum/\(player.rawValue)" }

  /// The same for momenta; none if the spec has no `schedule.momentum_ramp`.
  package func momenta(round: Int) -> [(feed: String, value: Float)] {
    guard let ramp = experiment.schedule.momentum else { return [] }
    return Player.allCases.map { player in
      let start = game.stepper(of: .player(player)).optimizer.momentum ?? 0
      return (Self.momentumFeed(of: player), Float(ramp.value(from: start, round: round)))
    }
  }

  /// The learning rate of a player in round `round`, counted from 0, of a run of `rounds`.
  package func learningRate(of player: Player, round: Int, of rounds: Int) -> Double {
    game.stepper(of: .player(player)).optimizer.learningRate
      * (game.rate?.factor(round: round, of: rounds) ?? 1)
  }

  /// `latents [count, width]` (and `labels`, if the game has them) → `samples`, by the generator in
  /// inference mode, with `weights`. Samples of a stage of growing are enlarged to the data's size.
  package func sampler(
    count: Int, weights: Weights = .raw, at stage: GrowthStage? = nil
  ) -> Graph {
    game.playing(stage).writeSampler(count: count, weights: weights)
  }

  /// nil: the networks are whole from the start.
  package var growth: Growth? { game.growth }

  /// What begins anew where optimizers do (`schedule.growing.reset_optimizer`).
  package var optimizerMemory: [StateDeclaration] {
    states.filter { $0.role == .optimizer && $0 != WeightAverage.counter }
  }

  /// Sets of generator weights there are.
  package var weights: [Weights] { game.average == nil ? [.raw] : [.raw, .ema] }
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
/// Outputs of its `j`-th move: `j/loss`, `j/gradient_norm`, and for a critic's move `j/real_score`,
/// `j/fake_score`, `j/penalty/INDEX` (of the spec's list), `j/measure/NAME` (of the loss); when observing also `j/latents`,
/// `j/labels`, `j/gradient/NAME`, `j/learning_rate`, `j/momentum`, what was drawn: `j/dropout/NAME`,
/// `j/noise/NAME`, `j/loss/NAME`, `j/penalty/INDEX/NAME`, `j/augment/INDEX/NAME`; and `j/kink/NAME`, the
/// inputs of relus. Where a batch is played in parts, what the second one drew is `j/part1/…`.
package struct RoundStep: Sendable {
  package let graph: Int
  /// `discriminator0`, `generator0`: which move of the round each is; a penalty's own is named after
  /// it, `information0`.
  package let moves: [String]
  /// Whether the next batch of the data goes in.
  package let consumesData: Bool
}
