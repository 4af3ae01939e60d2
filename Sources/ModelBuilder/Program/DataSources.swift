import Spec

/// Data that the graphs of a round are fed: what lies in one source.
package struct ProgramSource: Sendable, Hashable {
  package let name: String
  /// The feed of its samples: `real`; of one of several `real/NAME`.
  package let feed: String
  /// The feed of their labels: `labels`; of one of several `labels/NAME`.
  package let labelsFeed: String
  /// What one sample is, as networks see it.
  package let format: SampleFormat
  /// How many classes its labels tell apart; nil: none go in.
  package let classes: Int?

  package init(
    name: String, feed: String, labelsFeed: String, format: SampleFormat, classes: Int?
  ) {
    (self.name, self.feed, self.labelsFeed) = (name, feed, labelsFeed)
    (self.format, self.classes) = (format, classes)
  }
}

extension TrainingProgram {
  /// Those that are stored, in the order of the file.
  package var sources: [ProgramSource] {
    game.sources.compactMap { source in
      guard case .stored(let feed, let format) = source.kind else { return nil }
      return ProgramSource(
        name: source.name, feed: feed, labelsFeed: source.labels?.feed ?? "labels",
        format: format, classes: source.labels?.classes)
    }
  }
}
