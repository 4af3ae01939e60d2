import Spec
import TensorCore

/// Writes the terms of one move, for a part of its batch.
final class TermWriter {
  /// What an adversarial term comes to on the side that a move plays.
  struct Side {
    let loss: Value
    /// What the critic says of what is real and what is fake, a number each; in the critic's move.
    let levels: [(name: String, value: Value)]
  }

  /// What the critic of an adversarial term is shown, and what it says.
  private struct Hearing {
    let scores: Scores
    /// The inputs of the critic; the first is what it judges.
    let real: () throws(LayerMisfit) -> [Evaluated]
    let fake: [Evaluated]
  }

  private let game: Game
  private let move: Move
  private let part: BatchPart
  private let values: ValueTable
  private let states: StateTable
  private var hearings: [Int: Hearing] = [:]
  /// What losses that keep themselves in balance measure of their critics' move.
  /// Written when it is asked for: behind the gradients, where its nodes have always stood.
  var measured: [(name: String, value: Value)] { measures.flatMap { $0() } }
  private var measures: [() -> [(name: String, value: Value)]] = []

  init(
    _ game: Game, _ move: Move, _ part: BatchPart, _ values: ValueTable, _ states: StateTable
  ) {
    (self.game, self.move, self.part) = (game, move, part)
    (self.values, self.states) = (values, states)
  }

  /// The side of an adversarial term that the move plays: its critic's, if that moves.
  func side(of place: Int) throws(LayerMisfit) -> Side {
    let term = game.terms[place]
    guard let played = term.adversarial else { preconditionFailure("\(term.name) has no sides") }
    let scores = try hearing(place).scores
    guard move.networks.contains(played.critic) else {
      return Side(loss: try makersSide(played, scores), levels: [])
    }
    let suffix = movesCriticsOfSeveralTerms ? "/\(term.name)" : ""
    let levels = [
      ("real_score" + suffix, played.loss.level(of: scores.real)),
      ("fake_score" + suffix, played.loss.level(of: scores.fake)),
    ]
    let loss = played.loss.critic(scores)
    if let loss = played.loss as? any BalancedLoss {
      let prefix = game.prefix(of: term)
      measures.append { loss.measured(scores).map { (name: prefix + $0.name, value: $0.value) } }
    }
    return Side(loss: loss, levels: levels)
  }

  /// The side of those who make what the critic judges: what they call fake is to be taken for real, and
  /// what they call real, where they make that, for fake.
  private func makersSide(_ played: Adversarial, _ scores: Scores) throws(LayerMisfit) -> Value {
    let loss = played.loss.generator(scores)
    guard !played.loss.demands.generatorSeesReal, makesReal(played) else { return loss }
    guard let ofReal = played.loss.makerOfReal(scores.real) else {
      throw LayerMisfit(
        "the loss \(played.choice.name), as it is chosen, says nothing to who makes what is called real, "
          + "which the move \(move.name) steps",
        advice:
          "take cross_entropy (non_saturating or saturating), least_squares, wasserstein or hinge")
    }
    return loss + ofReal
  }

  /// Whether the move steps a network that has a hand in what is called real.
  private func makesReal(_ played: Adversarial) -> Bool {
    move.networks.contains(where: game.reach(of: played.real).contains)
  }

  private var movesCriticsOfSeveralTerms: Bool { game.judgements(in: move).count > 1 }

  /// What any other term comes to, its weight included; nil where it asks nothing of this move.
  func cost(of place: Int) throws(LayerMisfit) -> Value? {
    let term = game.terms[place]
    switch term.kind {
    case .adversarial: preconditionFailure("\(term.name) has two sides")
    case .watching(let watcher, let watched):
      return watcher.value(in: try scope(term, watched))
    case .value(let value):
      let scope = ValueScope(name: term.stream, draws: part.draws) {
        [values, part] formula throws(LayerMisfit) in try values.value(formula, part)
      }
      return try value.cost(in: scope)
    }
  }

  /// Why a term that watches an adversarial one cannot; nil if it can.
  func misfit(of place: Int) throws(LayerMisfit) -> LayerMisfit? {
    let term = game.terms[place]
    guard case .watching(let watcher, let watched) = term.kind,
      let played = game.terms[watched].adversarial
    else { return nil }
    if watcher.owner == nil, let side = game.side(of: played, in: move),
      !watcher.players.contains(side)
    {
      let who = side == .discriminator ? "the critic \(played.critic)" : "who makes its fakes"
      return LayerMisfit(
        "\(term.choice.name) asks nothing of \(who), which the move \(move.name) steps",
        advice: "take it out of the move's `terms`")
    }
    let heard = try hearing(watched)
    let image = heard.fake[0].value.shape
    let latent = try firstLatent(of: played)?.section
    let critic = game.network(played.critic)
    return watcher.misfit(
      with: GameTraits(
        critic: played.loss.demands.critic, heads: Set((critic.heads?.lists ?? []).map(\.head)),
        classes: heard.fake.lazy.compactMap(\.label).first?.classes ?? 0, codes: latent?.codes,
        features: heard.scores.fake.features?.shape.rank,
        format: image.rank == 4
          ? .image(ImageFormat(channels: image[3], height: image[1], width: image[2]))
          : .vector(length: image[1])))
  }

  /// The first latent that a term's fakes are made of.
  private func firstLatent(
    of played: Adversarial
  ) throws(LayerMisfit) -> (value: Value, section: LatentSection)? {
    for name in game.expanded(played.fake).leaves {
      guard let found = game.latents.first(where: { $0.name == name }),
        case .vector(let section) = found.kind
      else { continue }
      return (try values.value(.name(name), part).value, section)
    }
    return nil
  }

  /// What a term that watches an adversarial one may look at.
  private func scope(_ term: GameTerm, _ watched: Int) throws(LayerMisfit) -> TermScope {
    guard let played = game.terms[watched].adversarial else {
      preconditionFailure("\(term.name) watches no adversarial term")
    }
    let heard = try hearing(watched)
    let real = try heard.real()
    let side = game.side(of: played, in: move)
    var parameters: [(declaration: StateDeclaration, value: Value)] = []
    if case .watching(let watcher, _) = term.kind, let owner = watcher.owner {
      parameters = states.parameters(of: owner)
    }
    let latent = try firstLatent(of: played)
    let prefix = game.prefix(of: game.terms[watched])
    return TermScope(
      player: side, real: ImageBatch(value: real[0].value),
      fake: ImageBatch(value: heard.fake[0].value), scores: heard.scores,
      labels: (
        real.lazy.compactMap(\.label).first?.value,
        heard.fake.lazy.compactMap(\.label).first?.value
      ),
      latent: latent, parameters: parameters, name: term.stream, draws: part.draws,
      held: states.held,
      critic: { [self] images, name in
        let inputs = [Evaluated(images.value)] + real.dropFirst()
        return checkedScore(
          played, inputs, label: real.lazy.compactMap(\.label).first, prefix + name)
      })
  }

  // MARK: what critics say

  /// What a critic says in this move: of each kind by itself, or of both as one batch. Where it does not move it is
  /// asked of what is real only if the loss wants that, or if somebody moves who makes it.
  private func hearing(_ place: Int) throws(LayerMisfit) -> Hearing {
    if let known = hearings[place] { return known }
    let term = game.terms[place]
    guard let played = term.adversarial else {
      preconditionFailure("\(term.name) has no critic")
    }
    let prefix = game.prefix(of: term)
    let keeper = StateKeeper(
      network: played.critic, prefix: prefix.split(separator: "/").map { "\($0)." }.joined())
    let draws = Draws(prefix, within: part.draws)
    var fake = try judged(played.fake, by: place)
    // What is kept here must not keep the writer.
    let real = { [unowned self] () throws(LayerMisfit) in try judged(played.real, by: place) }
    let isCritics = game.side(of: played, in: move) == .discriminator
    let isFrozen = game.network(played.critic).isFrozen
    let isJoint = played.criticBatch == .joint && (isCritics || makesReal(played))
    if isCritics || isFrozen || isJoint { try requireAlike(try real(), fake) }
    if isFrozen, played.pool != nil {
      throw LayerMisfit(
        "a pool is for a critic that learns, and \(played.critic) is frozen",
        advice: "take `pool` out")
    }
    if move.networks.contains(played.critic) {
      if let size = played.pool {
        guard fake.count == 1, fake[0].label == nil else {
          throw LayerMisfit(
            "a pool keeps samples alone, and \(played.fake) comes with "
              + (fake.count > 1 ? "other inputs" : "labels"), advice: "take `pool` out")
        }
        let pool = ImagePool(size: size, states: states, keeper: keeper, draws: draws)
        fake = [Evaluated(pool.shown(fake[0].value))]
      }
    }
    let fakeScore: Score
    var realScore: Score?
    if isJoint {
      let (realInputs, count) = (try real(), part.samples.count)
      let score = try score(played, joined(realInputs, fake), prefix + "joint")
      (realScore, fakeScore) = (score.part(0..<count), score.part(count..<2 * count))
    } else if isCritics {
      realScore = try score(played, real(), prefix + "real")
      fakeScore = try score(played, fake, prefix + "fake")
    } else {
      if isFrozen, played.loss.demands.generatorSeesReal {
        realScore = try score(played, real(), prefix + "real")
      }
      fakeScore = try score(played, fake, prefix + "fake")
    }
    let hearing = Hearing(
      scores: Scores(
        real: { [unowned self] in
          if let realScore { return realScore }
          return checked { () throws(LayerMisfit) in
            try score(played, real(), prefix + "real")
          }
        }, fake: fakeScore, draws: draws, states: states, keeper: keeper),
      real: real, fake: fake)
    hearings[place] = hearing
    return hearing
  }

  /// What goes into the critic of the term at a place, in the first of which a penalty may take its slope.
  private func judged(_ formula: Formula, by place: Int) throws(LayerMisfit) -> [Evaluated] {
    let inputs = try values.inputs(formula, part)
    let takesSlopes = game.terms.contains { term in
      if case .watching(let watcher, place) = term.kind {
        watcher.traits.slopeSource != nil
      } else {
        false
      }
    }
    if takesSlopes { states.builder.hide(inputs[0].value) }
    return inputs
  }

  /// What is called real and what is called fake go into the same critic.
  private func requireAlike(_ real: [Evaluated], _ fake: [Evaluated]) throws(LayerMisfit) {
    guard real.count == fake.count else {
      throw LayerMisfit(
        "`real` has \(real.count) inputs for the critic, `fake` has \(fake.count)")
    }
    for (real, fake) in zip(real, fake)
    where real.value.shape.extents.dropFirst() != fake.value.shape.extents.dropFirst() {
      throw LayerMisfit(
        "what is real is \(described(real.value.shape)), what is fake is "
          + "\(described(fake.value.shape)): the critic would tell them apart by that")
    }
  }

  /// The critic says what the loss wants to hear.
  private func requireFit(_ score: Score, _ played: Adversarial) throws(LayerMisfit) {
    let shape = score.output.shape
    switch played.loss.demands.critic {
    case .scores(let width):
      let given = shape[shape.rank - 1]
      guard game.network(played.critic).heads?.main == .reconstruction || given != width else {
        return
      }
      throw LayerMisfit(
        "\(played.critic) gives \(given == 1 ? "1 number" : "\(given) numbers") a sample, the loss \(played.choice.name) takes "
          + (width == 1 ? "one score" : "\(width) scores"),
        advice: width == 1
          ? "end it with `linear: 1` (before a closing `sigmoid`), or with a `conv` of one channel"
          : "end it with `linear: \(width)` (before a closing `softmax`)")
    case .reconstruction:
      if shape == score.images.value.shape { return }
      throw LayerMisfit(
        "\(played.critic) makes \(described(shape)) of \(described(score.images.value.shape)), the loss "
          + "\(played.choice.name) compares the two",
        advice: "end it with layers that restore what it judges")
    }
  }

  /// Both batches as one, what is real first.
  private func joined(_ real: [Evaluated], _ fake: [Evaluated]) -> [Evaluated] {
    zip(real, fake).map { real, fake in
      let value = real.value.concatenated(with: fake.value, axis: 0)
      // Whole numbers are joined as floats, which hold all there can be.
      let label = fake.label.flatMap { fake in
        real.label.map { real in
          Evaluated.Label(
            value: real.value.converted(to: .float32).concatenated(
              with: fake.value.converted(to: .float32), axis: 0
            ).converted(to: .int32), classes: real.classes)
        }
      }
      return Evaluated(value, label: label)
    }
  }

  private func score(
    _ played: Adversarial, _ inputs: [Evaluated], _ name: String
  ) throws(LayerMisfit) -> Score {
    try score(played, inputs, label: inputs.lazy.compactMap(\.label).first, name)
  }

  private func score(
    _ played: Adversarial, _ inputs: [Evaluated], label: Evaluated.Label?, _ name: String
  ) throws(LayerMisfit) -> Score {
    let critic = game.network(played.critic)
    let judged = ImageBatch(value: inputs[0].value)
    guard game.augmentations.isEmpty || judged.value.shape.rank == 4 else {
      throw LayerMisfit(
        "`augment` changes images, and \(played.critic) judges vectors",
        advice: "take `augment` out")
    }
    let images = game.augmented(judged, part.draws, pass: name)
    let score = try values.judge(
      critic, images, others: Array(inputs.dropFirst()), label: label, name, part)
    if let kink = (played.loss as? any BalancedLoss)?.kink(of: score) {
      part.draws.observe("kink/loss/\(name)", kink, as: .kink)
    }
    try requireFit(score, played)
    return score
  }

  /// The score of samples whose shape the critic has already taken.
  private func checkedScore(
    _ played: Adversarial, _ inputs: [Evaluated], label: Evaluated.Label?, _ name: String
  ) -> Score {
    checked { () throws(LayerMisfit) in try score(played, inputs, label: label, name) }
  }

  private func checked<Result>(_ make: () throws(LayerMisfit) -> Result) -> Result {
    do throws(LayerMisfit) { return try make() } catch {
      preconditionFailure("unchecked shapes: \(error.message)")
    }
  }
}
