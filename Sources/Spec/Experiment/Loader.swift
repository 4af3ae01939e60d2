/// Reads an experiment file. On failure: everything that is wrong with it.
///
/// - Parameter overrides: what follows `--set`, `a.b.c=value` each.
package func loadExperiment(
  path: String, overrides: [String] = [], vocabulary: Vocabulary
) -> Result<Experiment, Diagnostics> {
  .failure(Diagnostics([]))
}

/// The same for a text in memory; `files` are what its `extends` may name.
package func loadExperiment(
  text: String, name: String = "spec.yaml", files: [String: String] = [:],
  overrides: [String] = [], vocabulary: Vocabulary
) -> Result<Experiment, Diagnostics> {
  .failure(Diagnostics([]))
}

/// One entry of a category on its own, `{conv: {channels: 64}}`: for tests of a single layer.
package func loadChoice(
  _ text: String, _ category: Category, vocabulary: Vocabulary
) -> Result<Choice, Diagnostics> {
  .failure(Diagnostics([]))
}
