import Spec
import TensorCore

/// Networks, what they make of what, and who moves down what: writes the graphs in which they play.
struct Game: Sendable {
  let experiment: Experiment
  /// Of the first source.
  let format: SampleFormat
  private(set) var sources: [Source]
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
  let sampled: Formula?
  /// For each network all that play in it: itself, and those that its layers call.
  let players: [String: Set<String>]
  /// nil: the networks are whole from the start.
  let growth: Growth?
  let augmentations: [any Augmentation]
  /// nil: learning rates stay as they are.
  let rate: (any RateSchedule)?
  /// Formulas that the file has given a name, with what that stands for in place of names.
  let named: Set<Formula>
  /// The calls of each network outside of what critics judge.
  private let calls: [String: Set<Formula>]

  /// - Parameter formats: of what lies in each source, by its name.
  init(_ experiment: Experiment, formats: [String: SampleFormat]) {
    let parts = GameParts(experiment, formats: formats)
    self.experiment = experiment
    let first = experiment.game.sources.lazy.compactMap { formats[$0.name] }.first
    guard let format = first else { preconditionFailure("a game without data") }
    self.format = format
    (sources, latents, networks) = (parts.sources, parts.latents, parts.networks)
    (meanings, terms, sampled) = (parts.meanings, parts.terms, parts.sampled)
    players = parts.players
    augmentations = experiment.augmentations.map(Catalog.augmentation)
    rate = experiment.schedule.learningRate.map(Catalog.rate)
    named = Set(meanings.values.map { $0.expanded(parts.meanings) })
    growth = Growth(experiment, networks, format)
    let written = parts.meanings.values + parts.terms.flatMap(\.formulas)
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

  func source(_ name: String) -> Source {
    guard let source = sources.first(where: { $0.name == name }) else {
      preconditionFailure("there is no source `\(name)`")
    }
    return source
  }

  /// The same game as its networks play it in a stage of growing.
  func playing(_ stage: GrowthStage?) -> Game {
    var game = self
    for index in networks.indices { game.networks[index].stage = stage }
    return game
  }

  /// The sources whose samples come in by feeds, of all that formulas are made of.
  func storedSources(under formulas: [Formula]) -> [Source] {
    var found: [Source] = []
    func add(_ name: String) {
      guard let source = sources.first(where: { $0.name == name }) else { return }
      switch source.kind {
      case .stored: if !found.contains(where: { $0.name == name }) { found.append(source) }
      case .derived(let origin, _): add(origin)
      }
    }
    for formula in formulas { expanded(formula).leaves.forEach(add) }
    return found
  }

  /// The same with one more thing that data give.
  func adding(_ source: Source) -> Game {
    var game = self
    game.sources.append(source)
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

  private var reaches: Reaches { Reaches(meanings: meanings, players: players, terms: terms) }

  /// The networks that a formula depends on.
  func reach(of formula: Formula) -> Set<String> { reaches.reach(of: formula) }

  /// Which side of an adversarial term a move plays; nil: it moves both.
  func side(of played: Adversarial, in move: Move) -> Player? {
    reaches.side(of: played, in: move.networks)
  }

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

  /// Formulas of given leaves, in inference mode: of each sample what they make of it, one after the other.
  func writeSampler(of formulas: [Formula], count: Int, weights: Weights) -> Graph {
    let builder = GraphBuilder()
    let values = ValueTable(
      self, batch: count, StateTable(builder: builder), .given, weights: weights)
    do throws(LayerMisfit) {
      var made: [Value] = []
      for formula in formulas {
        var samples = try values.value(formula, .whole(count, builder)).value
        if let growth {
          samples = samples.enlarged(growth.factor(of: (stage ?? growth.whole).level))
        }
        made.append(samples)
      }
      return builder.finish(outputs: [("samples", Self.interleaved(made))], updates: [])
    } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
  }

  /// `[count · values, …]` of values `[count, …]`: the first of each, then the second of each.
  private static func interleaved(_ values: [Value]) -> Value {
    guard values.count > 1 else { return values[0] }
    let shape = values[0].shape
    let rows = values.map { $0.reshape([shape[0], shape.count / shape[0]]) }
    let joined = rows.dropFirst().reduce(rows[0]) { $0.concatenated(with: $1, axis: 1) }
    return joined.reshape(Shape([shape[0] * values.count] + shape.extents.dropFirst()))
  }
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
      draws: Draws(key: builder.feed("key", [3], .int32), move: "samples"), moving: [])
  }
}
