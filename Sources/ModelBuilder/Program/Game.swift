import Spec
import TensorCore

/// Networks, what they make of what, and who moves down what: writes the graphs in which they play.
struct Game: Sendable {
  let experiment: Experiment
  /// Of the first source.
  let format: SampleFormat
  let sources: [Source]
  let latents: [Latent]
  /// In the order in which they are shown and kept.
  private(set) var networks: [Network]
  /// What the file's names stand for.
  let meanings: [String: Formula]
  let terms: [GameTerm]
  /// Those that a round is made of, once each: critics' first.
  let moves: [Move]
  let plan: RoundPlan
  /// What is drawn and measured.
  let sampled: Formula
  /// nil: the networks are whole from the start.
  let growth: Growth?
  let augmentations: [any Augmentation]
  /// nil: learning rates stay as they are.
  let rate: (any RateSchedule)?
  /// Formulas that the file has given a name, with what that stands for in place of names.
  let named: Set<Formula>
  /// The calls of each network outside of what critics judge.
  private let calls: [String: Set<Formula>]

  init(_ experiment: Experiment, _ parts: GameParts, format: SampleFormat) {
    self.experiment = experiment
    self.format = format
    (sources, latents, networks) = (parts.sources, parts.latents, parts.networks)
    (meanings, terms, sampled) = (parts.meanings, parts.terms, parts.sampled)
    augmentations = experiment.augmentations.map(Catalog.augmentation)
    rate = experiment.schedule.learningRate.map(Catalog.rate)
    named = Set(meanings.values.map { $0.expanded(parts.meanings) })
    growth = Growth(experiment, networks, format)
    let written = parts.meanings.values + parts.terms.flatMap(\.formulas) + [parts.sampled]
    calls = written.flatMap { $0.expanded(parts.meanings).calls }.reduce(into: [:]) { calls, call in
      if case .call(let network, _, _) = call { calls[network, default: []].insert(call) }
    }
    moves = parts.round.movers
    plan = RoundPlan(parts.round.round)
  }

  func network(_ name: String) -> Network {
    guard let network = networks.first(where: { $0.name == name }) else {
      preconditionFailure("there is no network `\(name)`")
    }
    return network
  }

  /// The same game as its networks play it in a stage of growing.
  func playing(_ stage: GrowthStage?) -> Game {
    var game = self
    for index in networks.indices { game.networks[index].stage = stage }
    return game
  }

  /// Every part of the networks plays in one of these.
  var stages: [GrowthStage?] { growth?.stages ?? [nil] }

  /// What plays now of networks that grow.
  private var stage: GrowthStage? { networks.lazy.compactMap(\.stage).first }

  /// Samples of the data as networks see them that grow, and play in a stage now.
  func seen(_ samples: Value) -> Value {
    guard let growth else { return samples }
    return growth.seen(samples, in: stage ?? growth.whole)
  }

  /// What a formula is with what names stand for in their place.
  func expanded(_ formula: Formula) -> Formula { formula.expanded(meanings) }

  /// The networks that a formula depends on.
  func reach(of formula: Formula) -> Set<String> { Set(expanded(formula).networks) }

  /// What tells a call's walk through its network from others in one move; nothing where there is but one.
  func pass(of call: Formula) -> String {
    guard case .call(let network, _, _) = call, calls[network]?.count ?? 0 > 1 else { return "" }
    return call.description
  }

  /// The adversarial terms whose critic moves in a move, by their places.
  func judgements(in move: Move) -> [Int] {
    move.parts.map(\.term).filter { place in
      terms[place].adversarial.map { move.networks.contains($0.critic) } ?? false
    }
  }

  /// In front of the names of what an adversarial term draws and keeps: nothing where it is the only one.
  func prefix(of term: GameTerm) -> String {
    terms.count { $0.adversarial != nil } > 1 ? "\(term.name)/" : ""
  }

  /// Whether a move is the first of those that step a network.
  func leads(_ move: Move, _ network: String) -> Bool {
    moves.first { $0.networks.contains(network) }?.name == move.name
  }

  /// Images as they go into the critic.
  func augmented(_ images: ImageBatch, _ draws: Draws, pass: String) -> ImageBatch {
    let changed = augmentations.enumerated().reduce(images.value) { images, entry in
      let (index, augmentation) = entry
      let scope = AugmentationScope(draws: draws, name: "augment/\(index)", pass: pass)
      return augmentation.apply(images, in: scope)
    }
    return ImageBatch(value: changed)
  }

  /// The moves of a segment, one after the other, in one graph, and what each gives out.
  func write(
    _ segment: [PlannedMove], batch: Int, observing: Bool, real input: RealInput = .values
  ) -> WrittenSegment {
    let writer = RoundWriter(game: self, batch: batch, observing: observing, real: input)
    // Shapes were checked before any round is written.
    do throws(LayerMisfit) {
      for (index, move) in segment.enumerated() {
        try writer.write(move.move, index)
      }
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
    return WrittenSegment(
      graph: writer.finish(), states: writer.states, outputs: writer.outputs,
      firstDataMove: writer.firstDataMove)
  }

  /// `formula` of given leaves, in inference mode.
  func writeSampler(of formula: Formula, count: Int, weights: Weights) -> Graph {
    let builder = GraphBuilder()
    let values = ValueTable(
      self, batch: count, StateTable(builder: builder), .given, weights: weights)
    do throws(LayerMisfit) {
      var samples = try values.value(formula, .whole(count, builder)).value
      if let growth {
        samples = samples.enlarged(growth.factor(of: (stage ?? growth.whole).level))
      }
      return builder.finish(outputs: [("samples", samples)], updates: [])
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
  }
}

/// What `Game` is made from.
struct GameParts: Sendable {
  let sources: [Source]
  let latents: [Latent]
  let networks: [Network]
  let meanings: [String: Formula]
  let terms: [GameTerm]
  let round: RoundMoves
  let sampled: Formula
}

/// The moves of a round, once each, and in their order with what each draws anew.
struct RoundMoves: Sendable {
  let movers: [Move]
  let round: [(move: Move, fresh: MoveEntry.Fresh)]
}

/// A segment of a round as a graph.
struct WrittenSegment {
  let graph: Graph
  let states: StateTable
  /// Of each move.
  let outputs: [[MoveOutput]]
  /// The first that looks at the data.
  let firstDataMove: Int?
}

extension BatchPart {
  /// A whole batch that nobody moves for.
  static func whole(_ count: Int, _ builder: GraphBuilder) -> BatchPart {
    BatchPart(
      move: 0, samples: 0..<count, share: 1,
      draws: Draws(key: builder.feed("key", [3], .int32), move: ""), moving: [])
  }
}

extension GameTerm {
  /// What it looks at as it is written.
  var formulas: [Formula] {
    switch kind {
    case .adversarial(let game): [game.real, game.fake]
    case .watching: []
    case .value(let value): value.formulas
    }
  }
}
