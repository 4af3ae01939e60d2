import Spec
import Testing

/// A spec that must not load, and the words a reader gets.
struct BrokenSpec: CustomTestStringConvertible, Sendable {
  let title: String
  let text: String
  let set: [String]
  let files: [String: String]
  let message: String

  init(
    _ title: String, text: String? = nil, replace old: String = "", with new: String = "",
    append: String = "", set: [String] = [], files: [String: String] = [:], _ message: String
  ) {
    self.title = title
    self.text = (text ?? (old.isEmpty ? goodSpec : goodSpec.replacing(old, with: new))) + append
    self.set = set
    self.files = files
    self.message = message
  }

  var testDescription: String { title }
}

@Test(arguments: BrokenSpec.brokenValues + BrokenSpec.brokenText + BrokenSpec.brokenReferences)
func everyErrorSaysWhereWhatAndWhatInstead(_ spec: BrokenSpec) {
  let result = loadExperiment(
    text: spec.text, files: spec.files, overrides: spec.set, vocabulary: vocabulary)
  switch result {
  case .success: Issue.record("loaded")
  case .failure(let diagnostics):
    let rendered = diagnostics.rendered()
    #expect(rendered == spec.message)
  }
}
