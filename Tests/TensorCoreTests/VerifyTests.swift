import Testing

@testable import TensorCore

@Suite struct VerifyTests {
  struct Fault: Sendable {
    let problems: [String]
    let breaking: @Sendable (inout Graph) -> Void
    var states: [String: TensorType]? = nil
    init(
      _ problems: String..., states: [String: TensorType]? = nil,
      breaking: @escaping @Sendable (inout Graph) -> Void = { _ in }
    ) {
      self.problems = problems
      self.states = states
      self.breaking = breaking
    }
  }

  /// x [2, 3], w [2, 3] → y = x + w; update w.
  static func sound() -> Graph {
    let builder = GraphBuilder()
    let sum = builder.feed("x", [2, 3]) + builder.state("w", [2, 3])
    return builder.finish(outputs: [("y", sum)], updates: [("w", sum)])
  }

  @Test(arguments: [
    Fault(),
    Fault(states: ["w": TensorType([2, 3]), "other": TensorType([])]),
    Fault("%1: there is no state w", "update w: there is no such state", states: [:]),
    Fault(
      "%1: state w is float32[3], not float32[2, 3]", "update w puts float32[2, 3] into float32[3]",
      states: ["w": TensorType([3])]),
    Fault("%2: add reads a node that does not stand before it") { $0.nodes[2].operands = [0, 2] },
    Fault("%2: add reads a node that does not stand before it") { $0.nodes[2].operands = [-1, 0] },
    Fault("%2: add takes 2 operands, not 1") { $0.nodes[2].operands = [0] },
    Fault(
      "%2: add gives float32[2, 3], not float32[6]", "update w puts float32[6] into float32[2, 3]"
    ) { $0.nodes[2].type = TensorType([6]) },
    Fault("%1: there is another input named x") {
      $0.nodes[1].op = .input(name: "x", role: .state, type: TensorType([2, 3]))
    },
    Fault("output y names %9, which does not exist") { $0.outputs[0].node = 9 },
    Fault("there is another output named y") { $0.outputs.append($0.outputs[0]) },
    Fault("there is another update named w") { $0.updates.append($0.updates[0]) },
    Fault("update w puts float32[] into float32[2, 3]") {
      $0.nodes.append(Node(.constant(1), [], TensorType([])))
      $0.updates[0].node = 3
    },
    Fault(
      "%2: add takes 2 operands, not 0", "output y names %7, which does not exist",
      "update w names %8, which does not exist"
    ) {
      $0.nodes[2].operands = []
      $0.outputs[0].node = 7
      $0.updates[0].node = 8
    },
  ])
  func everyProblemIsReported(_ fault: Fault) {
    var graph = Self.sound()
    fault.breaking(&graph)
    #expect(graph.problems(states: fault.states).map(\.description) == fault.problems)
  }

  @Test func backendsRefuseAnUnsoundGraph() throws {
    var graph = Self.sound()
    graph.nodes[2].operands = [0]
    let backends: [any Backend] = [ReferenceBackend(), NullBackend()]
    for backend in backends {
      let session = try backend.makeSession(states: [("w", TensorType([2, 3]))])
      #expect(throws: BackendError("unsound graph: %2: add takes 2 operands, not 1")) {
        try session.compile(graph)
      }
    }
  }

  struct Misfit: Sendable {
    let op: Op
    let operands: [TensorType]
    let message: String
    init(_ op: Op, _ operands: [TensorType], _ message: String) {
      self.op = op
      self.operands = operands
      self.message = message
    }
    init(_ op: Op, _ shapes: Shape..., message: String) {
      self.init(op, shapes.map { TensorType($0) }, message)
    }
  }

  static let pool = Window(height: 2, width: 2, strideHeight: 1, strideWidth: 1)
  static let grouped = ConvGeometry(groups: 2)

  @Test(arguments: [
    Misfit(.unary(.tanh), [], "tanh takes 1 operand, not 0"),
    Misfit(.concatenate(axis: 0), [], "concatenate takes operands, not 0"),
    Misfit(
      .unary(.squareRoot), [TensorType([2], .int32)],
      "square_root(int32[2]): operands must be float32"),
    Misfit(
      .binary(.add), [2], [3], message: "add(float32[2], float32[3]): operands must have one shape"),
    Misfit(
      .input(name: "x", role: .feed, type: TensorType([2, 0])), [], "feed(): [2, 0] has no elements"
    ),
    Misfit(.iota(axis: 2, shape: [2, 2]), [], "iota(): no axis 2"),
    Misfit(
      .random(.uniform, stream: 0, shape: [2]), [TensorType([3])],
      "random_uniform(float32[3]): the key is int32[3]"),
    Misfit(
      .broadcast(to: [2, 3], axes: [0]), [3],
      message: "broadcast(float32[3]): does not repeat into [2, 3]"),
    Misfit(
      .broadcast(to: [2, 3], axes: []), [3],
      message: "broadcast(float32[3]): one result axis for each operand axis"),
    Misfit(
      .broadcast(to: [2, 3], axes: [1, 0]), [3, 2],
      message: "broadcast(float32[3, 2]): axes must rise"),
    Misfit(
      .broadcast(to: [2, 3], axes: [2]), [3],
      message: "broadcast(float32[3]): no axis 2 in [2, 3]"),
    Misfit(
      .reshape([4]), [2, 3], message: "reshape(float32[2, 3]): [4] has another number of elements"),
    Misfit(
      .transpose([0, 0]), [2, 3], message: "transpose(float32[2, 3]): [0, 0] is no permutation"),
    Misfit(
      .slice(start: [0], limit: [4], step: [1]), [3],
      message: "slice(float32[3]): 0..<4 by 1 leaves axis 0"),
    Misfit(
      .slice(start: [2], limit: [2], step: [1]), [3],
      message: "slice(float32[3]): 2..<2 by 1 leaves axis 0"),
    Misfit(
      .slice(start: [], limit: [], step: []), [3],
      message: "slice(float32[3]): one start, limit and step for each axis"),
    Misfit(
      .pad(low: [-1], high: [0], interior: [0]), [3],
      message: "pad(float32[3]): padding cannot be negative"),
    Misfit(
      .concatenate(axis: 0), [2, 3], [2, 4],
      message: "concatenate(float32[2, 3], float32[2, 4]): only axis 0 may differ"),
    Misfit(
      .gather, [TensorType([4, 2]), TensorType([3])],
      "gather(float32[4, 2], float32[3]): indices are int32 [n]"),
    Misfit(
      .scatterAdd(rows: 3), [TensorType([4, 2]), TensorType([3], .int32)],
      "scatter_add(float32[4, 2], int32[3]): one int32 index for each update"),
    Misfit(
      .reduce(.sum, axes: [1, 0]), [2, 3],
      message: "reduce_sum(float32[2, 3]): axes [1, 0] must rise within the rank"),
    Misfit(
      .matmul(transposeLeft: false, transposeRight: true), [2, 3], [3, 4],
      message: "matmul(float32[2, 3], float32[3, 4]): inner extents 3 and 4 differ"),
    Misfit(
      .matmul(transposeLeft: false, transposeRight: false), [5, 2, 3], [4, 3, 2],
      message: "matmul(float32[5, 2, 3], float32[4, 3, 2]): leading axes differ"),
    Misfit(
      .convolution(ConvGeometry()), [1, 4, 4, 3], [3, 3, 2, 8],
      message: "convolution(float32[1, 4, 4, 3], float32[3, 3, 2, 8]): input channels differ"),
    Misfit(
      .convolution(grouped), [1, 4, 4, 4], [3, 3, 2, 7],
      message: "convolution(float32[1, 4, 4, 4], float32[3, 3, 2, 7]): "
        + "output channels do not divide into groups"),
    Misfit(
      .convolution(ConvGeometry(strideHeight: 2, strideWidth: 2)), [1, 2, 2, 1], [3, 3, 1, 1],
      message: "convolution(float32[1, 2, 2, 1], float32[3, 3, 1, 1]): "
        + "the kernel is larger than the padded image"),
    Misfit(
      .convolution(ConvGeometry(strideHeight: 0)), [1, 2, 2, 1], [1, 1, 1, 1],
      message: "convolution(float32[1, 2, 2, 1], float32[1, 1, 1, 1]): "
        + "strides, dilations and groups are at least 1"),
    Misfit(
      .convolutionInputGradient(ConvGeometry(), height: 5, width: 4), [1, 2, 2, 1], [3, 3, 1, 1],
      message: "convolution_input_gradient(float32[1, 2, 2, 1], float32[3, 3, 1, 1]): "
        + "height is 2, the geometry gives 3"),
    Misfit(
      .convolutionWeightGradient(ConvGeometry(), height: 3, width: 3), [2, 4, 4, 1], [1, 2, 2, 1],
      message: "convolution_weight_gradient(float32[2, 4, 4, 1], float32[1, 2, 2, 1]): "
        + "batches differ"),
    Misfit(.windowSum(pool), [4, 4], message: "window_sum(float32[4, 4]): images have rank 4"),
    Misfit(
      .windowMaximum(pool), [1, 1, 4, 1],
      message: "window_maximum(float32[1, 1, 4, 1]): the window is larger than the padded image"),
    Misfit(
      .windowSum(Window(height: 2, width: 2, strideHeight: 1, strideWidth: 1, padLeft: 2)),
      [1, 4, 4, 1],
      message: "window_sum(float32[1, 4, 4, 1]): padding lies between 0 and the window's extent"),
    Misfit(
      .windowMaximumGradient(pool), [1, 4, 4, 1], [1, 2, 2, 1],
      message: "window_maximum_gradient(float32[1, 4, 4, 1], float32[1, 2, 2, 1]): "
        + "the second operand is not shaped like the windows"),
    Misfit(
      .windowMaximumSelect(pool), [1, 4, 4, 1], [1, 4, 3, 1],
      message: "window_maximum_select(float32[1, 4, 4, 1], float32[1, 4, 3, 1]): "
        + "operands must have one shape"),
  ])
  func operandsThatDoNotFitAreToldApart(_ misfit: Misfit) {
    var seen = "no error"
    do throws(ShapeError) { _ = try misfit.op.resultType(misfit.operands) } catch {
      seen = error.description
    }
    #expect(seen == misfit.message)
  }
}
