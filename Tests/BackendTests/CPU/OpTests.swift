import Conformance
import Testing

@testable import CPUBackend

@Suite struct OpTests {
  @Test(arguments: OpSuite.cases)
  func theOperationAgreesWithTheReference(_ test: OpCase) throws {
    try hold(CPUBackend(threads: 2), to: test, seeds: 0..<6)
  }

  /// Where oneDNN is faster, too.
  @Test(arguments: OpSuite.convolutions, [1, 2])
  func convolutionsByKernelsOfOurOwnAgreeWithTheReference(
    _ test: OpCase, _ threads: Int
  ) throws {
    try hold(CPUBackend(threads: threads, rules: .always), to: test, seeds: 30..<34)
  }

  @Test(arguments: [1, 2])
  func convolutionsOfFewPlacesAgreeWithTheReference(_ threads: Int) throws {
    let backend = CPUBackend(threads: threads, rules: .places)
    try hold(backend, to: OpSuite.fewPlaces, seeds: 34..<38)
  }

  @Test(arguments: OpSuite.cases)
  func oneThreadGivesWhatSeveralGive(_ test: OpCase) throws {
    try hold(CPUBackend(threads: 1), to: test, seeds: 6..<7)
  }
}
