import TensorCore
import Testing

/// What a caller can get wrong, and what any backend tells him.
enum ContractSuite {
  private static func prepared(_ backend: any Backend) throws -> (any Session, any Executable) {
    let builder = GraphBuilder()
    let table = builder.state("table", [3, 2])
    let rows = table.gather(builder.feed("rows", [2], .int32))
    let session = try backend.makeSession(states: [("table", TensorType([3, 2]))])
    return (session, try session.compile(builder.finish(outputs: [("y", rows)], updates: [])))
  }

  static func holdIndices(_ backend: any Backend) throws {
    let (_, executable) = try prepared(backend)
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

  static func holdNamesAndSizes(_ backend: any Backend) throws {
    let (session, executable) = try prepared(backend)
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
}
