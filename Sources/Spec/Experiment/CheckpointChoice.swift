/// Which checkpoint of a run.
package enum CheckpointChoice: Hashable, Sendable {
  case last
  case best
  case step(Int)

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
