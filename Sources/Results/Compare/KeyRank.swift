/// Which of many keys in which specs differ say most about a run.
enum KeyRank {
  /// Those that an experiment is known by, the foremost first; an entry stands for all keys that begin with it.
  private static let foremost = [
    "loss.kind", "data.source", "architecture", "networks", "optimizer.learning_rate",
    "optimizer.generator.learning_rate", "optimizer.discriminator.learning_rate", "latent.size",
    "penalties", "data.batch", "schedule.length", "optimizer.kind", "optimizer.betas", "terms",
    "moves", "schedule.discriminator_steps", "schedule.generator_steps", "labels", "augment",
    "optimizer", "schedule", "latent", "loss", "data",
  ]

  private static func rank(_ key: String) -> Int {
    foremost.firstIndex { key == $0 || key.hasPrefix("\($0).") || key.hasPrefix("\($0)[") }
      ?? foremost.count
  }

  /// The same keys, the foremost first; of equal ones in the order of the spec.
  static func sorted(_ keys: [String]) -> [String] {
    keys.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
      .map(\.element)
  }
}
