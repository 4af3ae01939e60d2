/// A family of experiments, as far as this version understands it: recognised and validated.
package struct SweepSection: Sendable {
  package let method: String
  /// Dotted paths, in the order of the file.
  package let axes: [String]
  package let replicates: Int
  /// The key `sweep`.
  package let origin: Origin
}

struct SweepReader {
  let vocabulary: Vocabulary
  let parameters: [String]
  var findings: [Diagnostic] = []

  init(vocabulary: Vocabulary, parameters: [String]) {
    self.vocabulary = vocabulary
    self.parameters = parameters
  }

  mutating func read(_ node: YAMLNode, key: Origin) -> SweepSection? {
    SweepSection(method: "grid", axes: [], replicates: 1, origin: key)
  }
}
