import Testing

@testable import TensorCore

@Suite struct ReferenceTests {
  struct Example: Sendable {
    let graph: String
    var feeds: [String: [Double]] = [:]
    let result: [Double]
  }

  /// Small enough to be worked out by hand; `y` is the last node.
  @Test(arguments: [
    Example(
      graph: "%0 = iota() axis=1 : float32[2, 3]", result: [0, 1, 2, 0, 1, 2]),
    Example(
      graph: """
        %0 = feed("x") : float32[2, 3]
        %1 = transpose(%0) permutation=[1, 0] : float32[3, 2]
        """, feeds: ["x": [1, 2, 3, 4, 5, 6]], result: [1, 4, 2, 5, 3, 6]),
    Example(
      graph: """
        %0 = feed("x") : float32[2]
        %1 = broadcast(%0) axes=[0] : float32[2, 2]
        """, feeds: ["x": [1, 2]], result: [1, 1, 2, 2]),
    Example(
      graph: """
        %0 = feed("x") : float32[1, 2]
        %1 = broadcast(%0) axes=[0, 2] : float32[2, 2, 2]
        """, feeds: ["x": [1, 2]], result: [1, 2, 1, 2, 1, 2, 1, 2]),
    Example(
      graph: """
        %0 = feed("x") : float32[2, 4]
        %1 = slice(%0) start=[0, 1] limit=[2, 4] step=[1, 2] : float32[2, 2]
        """, feeds: ["x": [1, 2, 3, 4, 5, 6, 7, 8]], result: [2, 4, 6, 8]),
    Example(
      graph: """
        %0 = feed("x") : float32[2]
        %1 = pad(%0) low=[1] high=[2] interior=[1] : float32[6]
        """, feeds: ["x": [7, 8]], result: [0, 7, 0, 8, 0, 0]),
    Example(
      graph: """
        %0 = feed("a") : float32[2, 1]
        %1 = feed("b") : float32[2, 2]
        %2 = concatenate(%0, %1) axis=1 : float32[2, 3]
        """, feeds: ["a": [1, 2], "b": [3, 4, 5, 6]], result: [1, 3, 4, 2, 5, 6]),
    Example(
      graph: """
        %0 = feed("t") : float32[3, 2]
        %1 = feed("i") : int32[4]
        %2 = gather(%0, %1) : float32[4, 2]
        """, feeds: ["t": [1, 2, 3, 4, 5, 6], "i": [2, 0, 0, 1]], result: [5, 6, 1, 2, 1, 2, 3, 4]),
    Example(
      graph: """
        %0 = feed("u") : float32[3, 1]
        %1 = feed("i") : int32[3]
        %2 = scatter_add(%0, %1) : float32[3, 1]
        """, feeds: ["u": [1, 2, 4], "i": [2, 0, 2]], result: [2, 0, 5]),
    Example(
      graph: """
        %0 = feed("x") : float32[2, 2, 2]
        %1 = reduce_maximum(%0) axes=[0, 2] : float32[2]
        """, feeds: ["x": [1, 9, 3, 4, 5, 6, 8, 7]], result: [9, 8]),
    Example(
      graph: """
        %0 = feed("x") : float32[4]
        %1 = convert(%0) : int32[4]
        """, feeds: ["x": [1.9, -1.9, .nan, 1e20]], result: [1, -1, 0, 2_147_483_647]),
    Example(
      graph: """
        %0 = feed("x") : float32[4]
        %1 = convert(%0) : uint8[4]
        """, feeds: ["x": [1.9, -1.9, 255.5, 1e20]], result: [1, 0, 255, 255]),
    Example(
      graph: """
        %0 = feed("x") : float32[4]
        %1 = sign(%0) : float32[4]
        """, feeds: ["x": [1.9, -1.9, 0, .infinity]], result: [1, -1, 0, 1]),
    Example(
      graph: """
        %0 = feed("x") : float32[4]
        %1 = softplus(%0) : float32[4]
        """, feeds: ["x": [-1000, 1000, .infinity, -.infinity]], result: [0, 1000, .infinity, 0]),
    Example(
      graph: """
        %0 = feed("a") : float32[2, 2]
        %1 = feed("b") : float32[2, 2]
        %2 = matmul(%0, %1) transpose_right : float32[2, 2]
        """, feeds: ["a": [1, 2, 3, 4], "b": [5, 6, 7, 8]], result: [17, 23, 39, 53]),
    Example(
      graph: """
        %0 = feed("a") : float32[2, 2]
        %1 = feed("b") : float32[2, 2]
        %2 = matmul(%0, %1) transpose_left : float32[2, 2]
        """, feeds: ["a": [1, 2, 3, 4], "b": [5, 6, 7, 8]], result: [26, 30, 38, 44]),
    // One row, kernel (1, 10, 100), stride 2, one zero on the left: a correlation, not flipped.
    Example(
      graph: """
        %0 = feed("x") : float32[1, 1, 5, 1]
        %1 = feed("w") : float32[1, 3, 1, 1]
        %2 = convolution(%0, %1) stride=[1, 2] pad=[0, 0, 1, 0] : float32[1, 1, 2, 1]
        """, feeds: ["x": [1, 2, 3, 4, 5], "w": [1, 10, 100]], result: [210, 432]),
    Example(
      graph: """
        %0 = feed("x") : float32[1, 1, 5, 1]
        %1 = feed("w") : float32[1, 2, 1, 1]
        %2 = convolution(%0, %1) stride=[1, 1] dilation=[1, 3] : float32[1, 1, 2, 1]
        """, feeds: ["x": [1, 2, 3, 4, 5], "w": [1, 10]], result: [41, 52]),
    // Two groups of one channel each; the second group has its own weight.
    Example(
      graph: """
        %0 = feed("x") : float32[1, 1, 2, 2]
        %1 = feed("w") : float32[1, 1, 1, 4]
        %2 = convolution(%0, %1) stride=[1, 1] groups=2 : float32[1, 1, 2, 4]
        """, feeds: ["x": [1, 2, 3, 4], "w": [1, 10, 100, 1000]],
      result: [1, 10, 200, 2000, 3, 30, 400, 4000]),
    // The transposed convolution spreads the kernel at every second place.
    Example(
      graph: """
        %0 = feed("y") : float32[1, 1, 2, 1]
        %1 = feed("w") : float32[1, 3, 1, 1]
        %2 = convolution_input_gradient(%0, %1) stride=[1, 2] : float32[1, 1, 5, 1]
        """, feeds: ["y": [1, 2], "w": [1, 10, 100]], result: [1, 10, 102, 20, 200]),
    Example(
      graph: """
        %0 = feed("x") : float32[1, 1, 3, 1]
        %1 = feed("y") : float32[1, 1, 2, 1]
        %2 = convolution_weight_gradient(%0, %1) stride=[1, 1] : float32[1, 2, 1, 1]
        """, feeds: ["x": [1, 2, 3], "y": [10, 100]], result: [210, 320]),
    Example(
      graph: """
        %0 = feed("x") : float32[1, 2, 3, 1]
        %1 = window_sum(%0) size=[2, 2] stride=[1, 2] pad=[0, 0, 1, 0] : float32[1, 1, 2, 1]
        """, feeds: ["x": [1, 2, 3, 4, 5, 6]], result: [5, 16]),
    // The first of equal maxima counts.
    Example(
      graph: """
        %0 = feed("x") : float32[1, 1, 4, 1]
        %1 = feed("y") : float32[1, 1, 2, 1]
        %2 = window_maximum_gradient(%0, %1) size=[1, 2] stride=[1, 2] : float32[1, 1, 4, 1]
        """, feeds: ["x": [5, 5, 1, 7], "y": [10, 20]], result: [10, 0, 0, 20]),
    Example(
      graph: """
        %0 = feed("x") : float32[1, 1, 4, 1]
        %1 = feed("v") : float32[1, 1, 4, 1]
        %2 = window_maximum_select(%0, %1) size=[1, 2] stride=[1, 2] : float32[1, 1, 2, 1]
        """, feeds: ["x": [5, 5, 1, 7], "v": [1, 2, 3, 4]], result: [1, 4]),
  ])
  func resultsAreThoseWorkedOutByHand(_ example: Example) throws {
    var graph = try Graph(text: example.graph)
    graph.outputs = [Graph.Output(name: "y", node: graph.nodes.count - 1)]
    #expect(try Reference.evaluate(graph, feeds: example.feeds).outputs["y"] == example.result)
  }

  @Test func maximumAndMinimumHandNaNOn() throws {
    for name in ["maximum", "minimum"] {
      for feeds in [["a": [Double.nan], "b": [1]], ["a": [1], "b": [Double.nan]]] {
        let graph = try Graph(
          text: """
            %0 = feed("a") : float32[1]
            %1 = feed("b") : float32[1]
            %2 = \(name)(%0, %1) : float32[1]
            output "y" = %2
            """)
        #expect(try Reference.evaluate(graph, feeds: feeds).outputs["y"]?[0].isNaN == true)
      }
    }
  }

  @Test func aSessionKeepsStatesAppliesUpdatesAndGivesRandomNumbersByKey() throws {
    let graph = try Graph(
      text: """
        %0 = state("n") : float32[2]
        %1 = feed("image") : uint8[2]
        %2 = convert(%1) : float32[2]
        %3 = add(%0, %2) : float32[2]
        %4 = feed("key") : int32[3]
        %5 = random_normal(%4) stream=7 : float32[2]
        output "before" = %0
        output "noise" = %5
        update "n" <- %3
        """)
    let session = try ReferenceBackend().makeSession(states: [("n", TensorType([2]))])
    let executable = try session.compile(graph)
    try session.write("n", HostTensor([2], [Float(0.5), 1]))
    try executable.feed("image", HostTensor([2], [UInt8(3), 255]))
    try executable.feed("key", HostTensor([3], Philox.key(seed: 1 << 40 | 5, step: 9)))
    try executable.run()
    #expect(try executable.output("before") == HostTensor([2], [Float(0.5), 1]))
    #expect(try session.read("n") == HostTensor([2], [Float(3.5), 256]))
    let noise = Philox(seed: 1 << 40 | 5, stream: 7, step: 9).normals(count: 2)
    #expect(try executable.output("noise") == HostTensor([2], noise))
    try executable.run()
    #expect(try session.read("n") == HostTensor([2], [Float(6.5), 511]))
  }

  @Test func whatDoesNotFitIsRefusedInWords() throws {
    #expect(throws: BackendError("two states are named n")) {
      try ReferenceBackend().makeSession(states: [("n", TensorType([])), ("n", TensorType([]))])
    }
    let session = try ReferenceBackend().makeSession(states: [("n", TensorType([2]))])
    #expect(throws: BackendError("there is no state m")) { try session.read("m") }
    #expect(throws: BackendError("state n is float32[2], not int32[2]")) {
      try session.write("n", HostTensor([2], [Int32(1), 2]))
    }
    let executable = try session.compile(
      Graph(
        text: """
          %0 = feed("table") : float32[3, 1]
          %1 = feed("labels") : int32[1]
          %2 = gather(%0, %1) : float32[1, 1]
          output "row" = %2
          """))
    #expect(throws: BackendError("there is no feed x")) {
      try executable.feed("x", HostTensor([], [Float(0)]))
    }
    #expect(throws: BackendError("feed table is float32[3, 1], 12 bytes, not 8")) {
      try executable.feed("table", HostTensor([2], [Float(0), 1]))
    }
    try executable.feed("table", HostTensor([3], [Float(0), 1, 2]))
    #expect(throws: BackendError("feed labels is missing")) { try executable.run() }
    #expect(throws: BackendError("there is no output y")) { try executable.output("y") }
    #expect(throws: BackendError("output row is read before the first execution")) {
      try executable.output("row")
    }
    try executable.feed("labels", HostTensor([1], [Int32(3)]))
    #expect(throws: BackendError("index 3 lies outside a table of 3 rows")) {
      try executable.run()
    }
  }
}
