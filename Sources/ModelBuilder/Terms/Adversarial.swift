import Spec
import TensorCore

/// The term with two sides: a critic is to tell what it calls real from what it calls fake, and whoever
/// makes them is to keep it from it (Goodfellow et al. 2014).
struct Adversarial: Sendable {
  let loss: any Loss
  /// As the file has it.
  let choice: Choice
  /// The network that judges.
  let critic: String
  /// What goes into it as real and as fake; `inputs` where it has several.
  let real: Formula
  let fake: Formula
  /// Whether its move shows the critic both one after the other or at once.
  let criticBatch: ScheduleSection.CriticBatch

  /// Which side of it a move plays; nil where it moves both the critic and who makes its samples.
  func side(of move: [String], makers: Set<String>) -> Player? {
    switch (move.contains(critic), move.contains(where: makers.contains)) {
    case (true, true): nil
    case (true, false): .discriminator
    case (false, _): .generator
    }
  }
}
