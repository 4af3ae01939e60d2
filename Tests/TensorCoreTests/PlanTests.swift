import Conformance
import Testing

@testable import TensorCore

@Suite struct PlanTests {
  /// A multilayer perceptron's training step.
  static func training() -> Graph {
    let builder = GraphBuilder()
    var x = builder.feed("x", [16, 32])
    let weights = (0..<4).map { builder.state("w\($0)", [32, 32]) }
    for weight in weights { x = x.matmul(weight).maximum(0) * 0.5 + 0.1 }
    let loss = x.squared.mean()
    let gradients = builder.gradient(of: loss, withRespectTo: weights)
    let updates = weights.indices.map { ("w\($0)", weights[$0] - gradients[$0] * 0.01) }
    return builder.finish(outputs: [("loss", loss)], updates: updates)
  }

  /// Executes in one arena of bytes, poisoning what the plan says is dead: a value that is read
  /// after its block was given away comes out wrong.
  static let programs: [Graph] =
    [training(), outlivedAlias()]
    + (0..<12).map { SimplifyTests.randomProgram(GraphBuilder(), seed: $0) }

  /// A value that is read after its reshape has been.
  private static func outlivedAlias() -> Graph {
    let builder = GraphBuilder()
    let x = builder.feed("x", [2, 3])
    let y = x.tanh
    let sum = y.reshape([3, 2]).sum(axes: [0])
    let product = x.matmul(x, transposeRight: true).sum()
    return builder.finish(outputs: [("sum", sum), ("all", y * product)], updates: [])
  }

  /// Executes in one piece of memory where the plan says: a value that is overwritten before its
  /// last reader has run comes out wrong.
  @Test(arguments: 0..<programs.count)
  func executingInTheArenaGivesTheSameResults(program: Int) throws {
    let graph = Self.programs[program]
    let plan = Plan(graph, alignment: 8)
    var feeds: [String: [Double]] = [:]
    var states: [String: [Double]] = [:]
    for input in graph.inputs(.feed) { feeds[input.name] = noise(input.type.shape.count, seed: 1) }
    for input in graph.inputs(.state) {
      states[input.name] = noise(input.type.shape.count, seed: Philox.seed(input.name))
    }
    var memory = [Double](repeating: .nan, count: plan.peakBytes / 4)
    for (id, node) in graph.nodes.enumerated() {
      if case .input = node.op { continue }
      func value(_ operand: Int) -> [Double] {
        let source = graph.nodes[operand]
        if let offset = plan.offset(of: operand) {
          return Array(memory[offset / 4..<offset / 4 + source.type.shape.count])
        }
        if case .reshape = source.op { return value(source.operands[0]) }
        guard case .input(let name, let role, _) = source.op else { return [] }
        return (role == .feed ? feeds[name] : states[name]) ?? []
      }
      let alone = Graph(
        nodes: node.operands.indices.map {
          let type = graph.nodes[node.operands[$0]].type
          return Node(.input(name: "\($0)", role: .feed, type: type), [], type)
        } + [Node(node.op, Array(node.operands.indices), node.type)],
        outputs: [Graph.Output(name: "y", node: node.operands.count)], updates: [])
      let operands = node.operands.enumerated().map { ("\($0)", value($1)) }
      let result = try Reference.evaluate(
        alone, feeds: Dictionary(operands) { first, _ in first })
      guard let start = plan.offset(of: id) else { continue }
      let offset = start / 4
      memory.replaceSubrange(
        offset..<offset + node.type.shape.count, with: result.outputs["y"] ?? [])
    }
    let wanted = try Reference.evaluate(graph, feeds: feeds, states: states)
    for (list, values) in [(graph.outputs, wanted.outputs), (graph.updates, wanted.updates)] {
      for result in list {
        guard let start = plan.offset(of: result.node) else { continue }
        let offset = start / 4
        let count = graph.nodes[result.node].type.shape.count
        let seen = memory[offset..<offset + count]
        for (a, b) in zip(seen, values[result.name] ?? []) { #expect(a == b || b.isNaN) }
      }
    }
  }

  @Test func reuseSavesMemoryAndTheReportSaysHowMuch() {
    let plan = Plan(Self.training())
    #expect(plan.peakBytes < plan.bytesWithoutReuse / 2)
    #expect(plan.feedBytes == 16 * 32 * 4)
    #expect(plan.stateBytes == 4 * 32 * 32 * 4)
    let builder = GraphBuilder()
    let x = builder.feed("x", [512, 1024])
    let graph = builder.finish(outputs: [("y", x.tanh.sigmoid.softplus)], updates: [])
    #expect(
      Plan(graph).report
        == "2.0 MiB at the peak (6.0 without reuse), feeds 2.0, states 0.0")
  }

  @Test func aReshapeTakesNoMemory() {
    let builder = GraphBuilder()
    let x = builder.feed("x", [4, 4])
    let y = x.tanh
    let graph = builder.finish(
      outputs: [("a", y.reshape([16])), ("b", x.reshape([2, 8]))], updates: [])
    #expect(Plan(graph).bytesWithoutReuse == 64)
  }

  struct Count: Sendable {
    let text: String
    let operations: Int
  }

  @Test(arguments: [
    Count(
      text: """
        %0 = feed("x") : float32[512, 100]
        %1 = state("w") : float32[128, 100]
        %2 = matmul(%0, %1) transpose_right : float32[512, 128]
        """, operations: 2 * 512 * 128 * 100),
    Count(
      text: """
        %0 = feed("x") : float32[3, 100, 5]
        %1 = state("w") : float32[3, 100, 7]
        %2 = matmul(%0, %1) transpose_left : float32[3, 5, 7]
        """, operations: 2 * 3 * 5 * 7 * 100),
    Count(
      text: """
        %0 = feed("x") : float32[2, 8, 8, 4]
        %1 = state("w") : float32[3, 3, 2, 6]
        %2 = convolution(%0, %1) stride=[2, 2] pad=[1, 1, 1, 1] groups=2 : float32[2, 4, 4, 6]
        %3 = convolution_input_gradient(%2, %1) stride=[2, 2] pad=[1, 1, 1, 1] groups=2 \
        : float32[2, 8, 8, 4]
        %4 = convolution_weight_gradient(%0, %2) stride=[2, 2] pad=[1, 1, 1, 1] groups=2 \
        : float32[3, 3, 2, 6]
        """, operations: 3 * 2 * (2 * 4 * 4 * 6) * (3 * 3 * 2)),
    Count(
      text: """
        %0 = feed("x") : float32[4, 6]
        %1 = tanh(%0) : float32[4, 6]
        %2 = transpose(%1) permutation=[1, 0] : float32[6, 4]
        %3 = reduce_sum(%2) axes=[0] : float32[4]
        """, operations: 24 + 24),
  ])
  func operationsAreCountedByGeometry(_ count: Count) throws {
    #expect(try Graph(text: count.text).operationCount == count.operations)
  }

  @Test func everyOperationHasACostAndAPlace() throws {
    for sample in OpSample.all {
      let builder = GraphBuilder(simplifying: false)
      let (_, result) = sample.build(builder)
      let graph = builder.finish(outputs: [("y", result)], updates: [])
      let cost = graph.operationCount(of: result.id)
      #expect((0...100_000).contains(cost))
      let plan = Plan(graph)
      #expect((plan.offset(of: result.id) == nil) == (plan.blocks[result.id] == nil))
    }
  }

  @Test func theNullBackendPlansGivesZerosAndKeepsStates() throws {
    let graph = Self.training()
    let states = graph.inputs(.state).map { (name: $0.name, type: $0.type) }
    let session = try NullBackend().makeSession(states: states)
    let executable = try session.compile(graph)
    try executable.feed("x", HostTensor([16, 32], [Float](repeating: 1, count: 512)))
    try executable.run()
    #expect(try executable.output("loss") == HostTensor([], [Float(0)]))
    #expect((executable as? NullExecutable)?.plan.peakBytes == Plan(graph).peakBytes)
    #expect(try session.read("w0").floats.allSatisfy { $0 == 0 })
    let weights = HostTensor([32, 32], [Float](repeating: 2, count: 1024))
    try session.write("w0", weights)
    #expect(try session.read("w0") == weights)
  }
}

extension Philox {
  fileprivate static func seed(_ name: String) -> UInt64 { UInt64(streamID(named: name)) }
}
