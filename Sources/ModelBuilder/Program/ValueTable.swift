import Spec
import TensorCore

/// Some samples of a move's batch that are played at once, and the random numbers they draw; mostly
/// the whole batch.
struct BatchPart {
  let move: Int
  let samples: Range<Int>
  /// Of the batch.
  let share: Double
  let draws: Draws
  /// The networks that step.
  let moving: [String]
}

/// What formulas are in a graph while it is being written.
///
/// Leaves are there once a graph. A call of a network is computed when it is first asked for, and again
/// when one of its networks has moved since; one that the file has given a name only if the move that asks
/// steps one of its networks: others look at what was there.
final class ValueTable {
  /// Where leaves come from.
  enum Leaves {
    /// Data from the feeds of a round, in this form; latents are drawn.
    case played(RealInput)
    /// All of them from feeds, latents too.
    case given
  }

  private struct Place: Hashable {
    let formula: Formula
    let first: Int
  }
  private struct Known {
    let value: Evaluated
    /// How often each of its networks had moved.
    let versions: [String: Int]
    /// Those of its networks that it looks at as they were before they moved.
    let stale: Set<String>
  }

  private let game: Game
  private let batch: Int
  private let states: StateTable
  private let leaves: Leaves
  private let weights: Weights
  /// Tells of what went into a move; nil: nobody asks.
  private let emit: ((_ label: String, _ value: Value, _ move: Int) -> Void)?
  private var known: [Place: Known] = [:]
  private var versions: [String: Int] = [:]
  /// Networks that what is being computed looks at as they were before they moved.
  private var stale: Set<String> = []
  private var drawn: [String: Value] = [:]
  private var told: Set<[String]> = []
  /// What goes into each network where it is walked first.
  private(set) var walks: [String: NetworkWalk] = [:]
  /// The first move that has looked at the data.
  private(set) var firstDataMove: Int?

  init(
    _ game: Game, batch: Int, _ states: StateTable, _ leaves: Leaves, weights: Weights = .raw,
    emit: ((_ label: String, _ value: Value, _ move: Int) -> Void)? = nil
  ) {
    (self.game, self.batch, self.states, self.leaves) = (game, batch, states, leaves)
    (self.weights, self.emit) = (weights, emit)
  }

  private var builder: GraphBuilder { states.builder }

  /// From here on these networks are others.
  func moved(_ networks: [String]) {
    for network in networks { versions[network, default: 0] += 1 }
  }

  /// What a formula is for the samples of a part.
  func value(_ formula: Formula, _ part: BatchPart) throws(LayerMisfit) -> Evaluated {
    let formula = game.expanded(formula)
    tell(formula, part)
    return try evaluated(formula, part)
  }

  /// What goes into a critic or another network as its inputs, one after the other.
  func inputs(_ formula: Formula, _ part: BatchPart) throws(LayerMisfit) -> [Evaluated] {
    guard case .inputs(let formulas) = game.expanded(formula) else {
      return [try value(formula, part).numbers(of: formula)]
    }
    var found: [Evaluated] = []
    for formula in formulas { found.append(try value(formula, part).numbers(of: formula)) }
    return found
  }

  private func evaluated(_ formula: Formula, _ part: BatchPart) throws(LayerMisfit) -> Evaluated {
    switch formula {
    case .name(let name): return try leaf(name, part)
    case .part(.name(let name), "label"):
      guard let label = try label(ofLeaf: name, part) else {
        throw LayerMisfit("`\(name)` has no labels", advice: "write `classes: …` at the source")
      }
      return Evaluated(label.value, label: label)
    case .part(let whole, "label"):
      guard let label = try evaluated(whole, part).label else {
        throw LayerMisfit("\(whole) carries no labels", advice: "call the network with `label: …`")
      }
      return Evaluated(label.value, label: label)
    case .part(let whole, "one_hot"):
      let value = try evaluated(whole, part)
      guard let label = value.label, value.value.shape.rank == 1 else {
        throw LayerMisfit("\(whole) are no classes, which `one_hot` makes vectors of")
      }
      return Evaluated(value.value.oneHot(count: label.classes), label: label)
    case .part(let whole, let name):
      let value = try evaluated(whole, part)
      guard let reading = value.parts[name] else {
        let names = value.parts.keys.sorted()
        throw LayerMisfit(
          "\(whole) has no part `\(name)`",
          advice: names.isEmpty
            ? "name a place of the network by the layer `mark: \(name)`"
            : "there are \(names.joined(separator: ", "))")
      }
      return Evaluated(reading, label: value.label)
    case .joined(let formulas):
      var values: [Evaluated] = []
      for formula in formulas {
        values.append(try evaluated(formula, part).numbers(of: formula))
      }
      return try joined(values, formula)
    case .inputs:
      throw LayerMisfit(
        "\(formula) are several values, and one is asked for",
        advice: "join them: [\(String("\(formula)".dropFirst().dropLast()))]")
    case .call(let network, let inputs, let label):
      let reach = game.reach(of: formula)
      let versions = versions.filter { reach.contains($0.key) }
      let place = Place(formula: formula, first: part.samples.lowerBound)
      if let known = known[place] {
        let mayBeOld = game.named.contains(formula) && !part.moving.contains(where: reach.contains)
        // What was made of an old value is no way down to the network that made that.
        let isUpToDate =
          known.versions == versions && !part.moving.contains(where: known.stale.contains)
        if isUpToDate || mayBeOld {
          stale.formUnion(known.stale)
          stale.formUnion(reach.filter { known.versions[$0] != versions[$0] })
          return known.value
        }
      }
      let outside = stale
      stale = []
      let value = try call(game.network(network), inputs, label, of: formula, part)
      known[place] = Known(value: value, versions: versions, stale: stale)
      stale.formUnion(outside)
      return value
    }
  }

  private func joined(_ values: [Evaluated], _ formula: Formula) throws(LayerMisfit) -> Evaluated {
    guard let first = values.first else { throw LayerMisfit("an empty list joins nothing") }
    var sum = first.value
    for next in values.dropFirst() {
      guard sum.shape.extents.dropLast() == next.value.shape.extents.dropLast() else {
        throw LayerMisfit(
          "\(formula) joins \(described(sum.shape)) and \(described(next.value.shape)), which are not "
            + "of one size")
      }
      sum = sum.concatenated(with: next.value, axis: sum.shape.rank - 1)
    }
    return Evaluated(sum, label: values.lazy.compactMap(\.label).first)
  }

  private func call(
    _ network: Network, _ inputs: [Formula], _ label: Formula?, of formula: Formula,
    _ part: BatchPart
  ) throws(LayerMisfit) -> Evaluated {
    var values: [Evaluated] = []
    for input in inputs { values.append(try evaluated(input, part).numbers(of: input)) }
    var given = values.lazy.compactMap(\.label).first
    if let label { given = try evaluated(label, part).label }
    let pass = pass(
      network, game.pass(of: formula), label: given, others: Array(values.dropFirst()), part)
    note(network.name, values[0].value, pass)
    let score = try network.answer(values[0].value, in: pass)
    try requireOneShape(of: network.name)
    return Evaluated(score, label: given, marks: pass.marks)
  }

  /// A critic's answer in the walk of a name, of what goes into it.
  func judge(
    _ critic: Network, _ images: ImageBatch, others: [Evaluated], label: Evaluated.Label?,
    _ name: String, _ part: BatchPart
  ) throws(LayerMisfit) -> Score {
    let pass = pass(critic, name, label: label, others: others, part)
    note(critic.name, images.value, pass)
    let score = try critic.judge(images, in: pass)
    try requireOneShape(of: critic.name)
    return score
  }

  /// How a network is walked for a part.
  ///
  /// - Parameter mode: of the network that calls it; nil: none does.
  private func pass(
    _ network: Network, _ name: String, label: Evaluated.Label?, others: [Evaluated],
    mode outer: NetworkMode? = nil, _ part: BatchPart
  ) -> Pass {
    let mode = network.isFrozen ? .inference : outer ?? mode
    let pass = Pass(
      states: states, mode: mode, labels: label?.value, classes: label?.classes ?? 0,
      initializers: network.initializers, draws: part.draws, name: name,
      weights: network.average == nil ? .raw : weights)
    pass.inputs = Dictionary(
      zip(network.inputs, others.map(\.value)), uniquingKeysWith: { first, _ in first })
    pass.call = { [weak self] callee, input, scope throws(LayerMisfit) in
      guard let self else { preconditionFailure("a walk ends before its table") }
      let inner = self.pass(
        game.network(callee), scope.path + (name.isEmpty ? "" : "/\(name)"), label: label,
        others: [], mode: mode, part)
      inner.inputs = scope.pass.inputs
      note(callee, input, inner)
      let output = try game.network(callee).answer(input, in: inner).output
      try requireOneShape(of: callee)
      return output
    }
    return pass
  }

  /// A network's parameters fit everything that it is called with.
  private func requireOneShape(of network: String) throws(LayerMisfit) {
    guard let state = states.takeConflict() else { return }
    var misfit = LayerMisfit(
      "`\(network)` is called with samples of two sizes, or labels of different classes, and \(state) "
        + "goes with one of them",
      advice: "give each a network of its own: `{like: \(network)}`")
    misfit.state = state
    throw misfit
  }

  /// Remembers what goes into a network.
  private func note(_ network: String, _ input: Value, _ pass: Pass) {
    guard walks[network] == nil else { return }
    walks[network] = NetworkWalk(
      input: input.shape, others: pass.inputs.mapValues(\.shape), classes: pass.classes)
  }

  private var mode: NetworkMode {
    switch leaves {
    case .played: .training
    case .given: .inference
    }
  }

  // MARK: leaves

  private func label(
    ofLeaf name: String, _ part: BatchPart
  ) throws(LayerMisfit) -> Evaluated.Label? {
    guard let source = game.sources.first(where: { $0.name == name }) else {
      return try leaf(name, part).label
    }
    firstDataMove = firstDataMove ?? part.move
    return source.labels.map { feed, classes in
      Evaluated.Label(
        value: samples(part, of: builder.feed(feed, [batch], .int32)), classes: classes)
    }
  }

  private func leaf(_ name: String, _ part: BatchPart) throws(LayerMisfit) -> Evaluated {
    if let source = game.sources.first(where: { $0.name == name }) {
      let value = samples(part, of: try whole(source))
      return Evaluated(value, label: try label(ofLeaf: name, part))
    }
    guard let latent = game.latents.first(where: { $0.name == name }) else {
      preconditionFailure("unchecked: there is no `\(name)`")
    }
    let value = samples(part, of: whole(latent, part))
    switch latent.kind {
    case .vector: return Evaluated(value)
    case .label(let classes):
      return Evaluated(value, label: Evaluated.Label(value: value, classes: classes))
    }
  }

  /// The samples of a part, of a value that holds the whole batch.
  private func samples(_ part: BatchPart, of value: Value) -> Value {
    part.samples.count == batch ? value : value.slice(axis: 0, part.samples)
  }

  private func whole(_ source: Source) throws(LayerMisfit) -> Value {
    switch source.kind {
    case .derived(let origin, let changes):
      var value = try whole(game.source(origin))
      for change in changes {
        value = try change.apply(value, range: game.experiment.data.range)
      }
      return value
    case .stored(let feed, let format):
      let shape = format.shape(batch: batch)
      guard case .played(.bytes) = leaves, case .image = format else {
        return game.seen(builder.feed(feed, shape))
      }
      return game.seen(
        builder.feed(feed, shape, .uint8).scaled(to: game.experiment.data.range))
    }
  }

  private func whole(_ latent: Latent, _ part: BatchPart) -> Value {
    if let value = drawn[latent.name] { return value }
    let value: Value
    switch (latent.kind, leaves) {
    case (.vector(let section), .played):
      let prefix = latent.stream == Latent.only ? "" : "\(latent.name)/"
      value = part.draws.latents(section, latent.stream, batch: batch, prefix: prefix)
    case (.label(let classes), .played):
      value = part.draws.labels(latent.stream, classes: classes, batch: batch)
    case (.vector(let section), .given):
      value = builder.feed(latent.feed, [batch, section.width])
    case (.label, .given): value = builder.feed(latent.feed, [batch], .int32)
    }
    drawn[latent.name] = value
    return value
  }

  /// Tells `trace` what a formula is made of besides the data.
  private func tell(_ formula: Formula, _ part: BatchPart) {
    guard let emit, part.samples.lowerBound == 0 else { return }
    for name in formula.leaves {
      guard let latent = game.latents.first(where: { $0.name == name }) else { continue }
      if told.insert(["\(part.move)", name]).inserted {
        emit(latent.stream, whole(latent, part), part.move)
      }
    }
    for case .call(_, _, .part(.name(let name), "label")?) in formula.calls {
      guard let labels = game.sources.first(where: { $0.name == name })?.labels else { continue }
      if told.insert(["\(part.move)", "\(name).label"]).inserted {
        emit(labels.feed, builder.feed(labels.feed, [batch], .int32), part.move)
      }
    }
  }
}

/// What goes into a network.
struct NetworkWalk: Sendable {
  /// Of a batch.
  let input: Shape
  /// Its inputs behind the first.
  let others: [String: Shape]
  /// Of the label that comes along; 0: none does.
  let classes: Int
}

extension Evaluated {
  init(_ score: Score, label: Label?, marks: [String: Value]) {
    var parts = Dictionary(
      score.others.map { ($0.rawValue, $1) }, uniquingKeysWith: { first, _ in first })
    for (name, value) in marks { parts[name] = Reading(output: value, logit: value) }
    self.init(score.output, logit: score.logit, label: label, parts: parts)
  }
}
