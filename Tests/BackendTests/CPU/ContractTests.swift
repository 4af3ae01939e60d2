import TensorCore
import Testing

@testable import CPUBackend

/// What a caller can get wrong, and what it is told.
@Suite struct ContractTests {
  @Test
  func anIndexOutsideATableIsAnErrorOfTheExecutionNotOfTheProcess() throws {
    try ContractSuite.holdIndices(CPUBackend())
  }

  @Test
  func namesAndSizesThatDoNotFitAreRefused() throws {
    try ContractSuite.holdNamesAndSizes(CPUBackend())
  }

  @Test
  func denormalNumbersAreKeptOutsideAnExecution() throws {
    let builder = GraphBuilder()
    let x = builder.feed("x", [1])
    let session = try CPUBackend().makeSession(states: [])
    let executable = try session.compile(builder.finish(outputs: [("y", x * 0.5)], updates: []))
    try executable.feed("x", array: [Float.leastNormalMagnitude])
    try executable.run()
    #expect(try executable.output("y").floats == [0])
    let half = [Float.leastNormalMagnitude].map { $0 * 0.5 }
    #expect(half[0] > 0)
  }
}
