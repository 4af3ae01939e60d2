import Spec

/// The term with two sides: a critic is to tell what it calls real from what it calls fake, and whoever
/// makes them is to keep it from it (Goodfellow et al. 2014).
struct Adversarial: Sendable {
  private let term: AdversarialTerm
  let loss: any Loss

  init(_ record: Record) {
    term = AdversarialTerm(record)
    loss = Catalog.loss(term.loss)
  }

  /// The loss as the file has it.
  var choice: Choice { term.loss }
  /// The network that judges.
  var critic: String { term.critic }
  /// What goes into it as real and as fake; `inputs` where it has several.
  var real: Formula { term.real }
  var fake: Formula { term.fake }
  /// Whether its move shows the critic both one after the other or at once.
  var criticBatch: AdversarialTerm.CriticBatch { term.criticBatch }
  /// Earlier fakes that are kept; nil: none are.
  var pool: Int? { term.pool }
}
