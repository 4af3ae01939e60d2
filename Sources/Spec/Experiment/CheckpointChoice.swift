/// Which checkpoint of a run.
package enum CheckpointChoice: Hashable, Sendable {
  case last
  case best
  case step(Int)

  /// As it is written.
  package var text: String {
    switch self {
    case .last: "last"
    case .best: "best"
    case .step(let step): String(step)
    }
  }

  /// `last`, `best` or a step; nil for anything else.
  package init?(_ word: String) {
    switch word {
    case "last": self = .last
    case "best": self = .best
    case _:
      guard let step = Int(word), step >= 0 else { return nil }
      self = .step(step)
    }
  }
}
