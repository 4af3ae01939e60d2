extension Experiment {
  /// The resolved file: a valid spec that reproduces this experiment, with the origin of every
  /// value as a comment if asked.
  package func resolvedYAML(comments: Bool) -> String { "" }

  package var resolvedJSON: String { "" }
}
