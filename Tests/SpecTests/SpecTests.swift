import Testing
@testable import Spec

@Test func aGoodSpecLoads() throws {
  let result = loadExperiment(text: goodSpec, overrides: ["optimizer.discriminator.learning_rate=1e-5"], vocabulary: vocabulary)
  switch result {
  case .success(let e): print(e.resolvedYAML(comments: true)); print(e.resolvedJSON)
  case .failure(let d): print(d.rendered()); Issue.record("fails")
  }
}
