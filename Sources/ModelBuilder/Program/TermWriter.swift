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
  private(set) var measured: [(name: String, value: Value)] = []

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
      return Side(loss: played.loss.generator(scores), levels: [])
    }
    let suffix = movesCriticsOfSeveralTerms ? "/\(term.name)" : ""
    let levels = [
      ("real_score" + suffix, played.loss.level(of: scores.real)),
      ("fake_score" + suffix, played.loss.level(of: scores.fake)),
    ]
    let loss = played.loss.critic(scores)
    for (name, value) in (played.loss as? any BalancedLoss)?.measured(scores) ?? [] {
      measured.append((game.prefix(of: term) + name, value))
    }
    return Side(loss: loss, levels: levels)
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

  /// What a term that watches an adversarial one may look at.
  private func scope(_ term: GameTerm, _ watched: Int) throws(LayerMisfit) -> TermScope {
    guard let played = game.terms[watched].adversarial else {
      preconditionFailure("\(term.name) watches no adversarial term")
    }
    let heard = try hearing(watched)
    let real = try heard.real()
    let side = played.side(of: move.networks, makers: game.makers(of: played))
    let parameters =
      switch side {
      case .discriminator: states.parameters(of: played.critic)
      case .generator: move.networks.flatMap { states.parameters(of: $0) }
      case nil: [(declaration: StateDeclaration, value: Value)]()
      }
    var latent: (Value, LatentSection)?
    for name in game.expanded(played.fake).leaves {
      guard let found = game.latents.first(where: { $0.name == name }),
        case .vector(let section) = found.kind
      else { continue }
      latent = (try values.value(.name(name), part).value, section)
      break
    }
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

  /// What a critic says in this move: of each kind by itself, or of both as one batch; where it does
  /// not move, of what is real only if it is asked.
  private func hearing(_ place: Int) throws(LayerMisfit) -> Hearing {
    if let known = hearings[place] { return known }
    let term = game.terms[place]
    guard let played = term.adversarial else {
      preconditionFailure("\(term.name) has no critic")
    }
    let prefix = game.prefix(of: term)
    let fake = try judged(played.fake, by: place)
    let real = { [self] () throws(LayerMisfit) in try judged(played.real, by: place) }
    let fakeScore: Score
    var realScore: Score?
    let isCritics =
      played.side(of: move.networks, makers: game.makers(of: played)) == .discriminator
    switch (isCritics, played.criticBatch) {
    case (true, .joint):
      let (realInputs, count) = (try real(), part.samples.count)
      let score = try score(played, joined(realInputs, fake), prefix + "joint")
      (realScore, fakeScore) = (score.part(0..<count), score.part(count..<2 * count))
    case (true, .separate):
      realScore = try score(played, real(), prefix + "real")
      fakeScore = try score(played, fake, prefix + "fake")
    case (false, _):
      fakeScore = try score(played, fake, prefix + "fake")
    }
    let hearing = Hearing(
      scores: Scores(
        real: { [self] in
          if let realScore { return realScore }
          return checked { () throws(LayerMisfit) in
            try score(played, real(), prefix + "real")
          }
        }, fake: fakeScore, draws: Draws(prefix, within: part.draws), states: states,
        keeper: StateKeeper(
          network: played.critic, prefix: prefix.split(separator: "/").map { "\($0)." }.joined())),
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

  /// Both batches as one, what is real first.
  private func joined(_ real: [Evaluated], _ fake: [Evaluated]) -> [Evaluated] {
    zip(real, fake).map { real, fake in
      // Whole numbers are joined as floats, which hold all there can be.
      let label = fake.label.flatMap { fake in
        real.label.map { real in
          Evaluated.Label(
            value: real.value.converted(to: .float32).concatenated(
              with: fake.value.converted(to: .float32), axis: 0
            ).converted(to: .int32), classes: real.classes)
        }
      }
      return Evaluated(real.value.concatenated(with: fake.value, axis: 0), label: label)
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
    let images = game.augmented(ImageBatch(value: inputs[0].value), part.draws, pass: name)
    let pass = values.pass(critic, name, label: label, others: Array(inputs.dropFirst()), part)
    let score = try critic.judge(images, in: pass)
    if let kink = (played.loss as? any BalancedLoss)?.kink(of: score) {
      part.draws.observe("kink/loss/\(name)", kink, as: .kink)
    }
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
