import TensorCore
import Testing

@testable import CPUBackend

/// What a caller can get wrong, and what it is told.
@Suite struct ContractTests {
  private func prepared() throws -> (any Session, any Executable) {
    let builder = GraphBuilder()
    let table = builder.state("table", [3, 2])
    let rows = table.gather(builder.feed("rows", [2], .int32))
    let session = try CPUBackend().makeSession(states: [("table", TensorType([3, 2]))])
    return (session, try session.compile(builder.finish(outputs: [("y", rows)], updates: [])))
  }

  @Test
  func anIndexOutsideATableIsAnErrorOfTheExecutionNotOfTheProcess() throws {
    let (_, executable) = try prepared()
    for wrong in [Int32(-1), 3, .max] {
      try executable.feed("rows", array: [0, wrong])
      #expect(throws: BackendError("an index lies outside a table of 3 rows")) {
        try executable.run()
      }
    }
    try executable.feed("rows", array: [Int32(0), 2])
    try executable.run()
    #expect(try executable.output("y").shape == [2, 2])
  }

  @Test
  func namesAndSizesThatDoNotFitAreRefused() throws {
    let (session, executable) = try prepared()
    #expect(throws: BackendError.self) { try executable.run() }
    #expect(throws: BackendError.self) { try executable.feed("rows", array: [Int32(0)]) }
    #expect(throws: BackendError.self) { try executable.feed("columns", array: [Int32(0)]) }
    #expect(throws: BackendError.self) { _ = try executable.output("y") }
    #expect(throws: BackendError.self) { _ = try executable.output("z") }
    #expect(throws: BackendError.self) {
      try session.write("table", HostTensor([3], [1, 2, 3] as [Float]))
    }
    #expect(throws: BackendError.self) { _ = try session.read("chair") }
    let other = GraphBuilder()
    let graph = other.finish(outputs: [("y", other.state("chair", [1]) + 1)], updates: [])
    #expect(throws: BackendError.self) { _ = try session.compile(graph) }
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
