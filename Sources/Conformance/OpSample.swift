import TensorCore

/// One operation on operands of given types: the table that gradients, text form, plan and cost are
/// tested over.
package struct OpSample: Sendable {
  package let op: Op
  package let operands: [Operand]

  package struct Operand: Sendable {
    package let type: TensorType
    /// Where finite differences may stand.
    package let range: ClosedRange<Double>
  }

  package init(_ op: Op, _ shapes: Shape..., range: ClosedRange<Double> = -1.5...1.5) {
    self.op = op
    operands = shapes.map { Operand(type: TensorType($0), range: range) }
  }
  package init(_ op: Op, types: [TensorType], range: ClosedRange<Double> = -1.5...1.5) {
    self.op = op
    operands = types.map { Operand(type: $0, range: range) }
  }

  /// `matmul(float32[3, 4], float32[4, 2]) …`
  package var words: String {
    "\(op.name)(\(operands.map(\.type.description).joined(separator: ", "))) \(op)"
  }

  /// The operands as feeds `x0`, `x1`, … and the operation on them.
  package func build(_ builder: GraphBuilder) -> (operands: [Value], result: Value) {
    let values = operands.enumerated().map { index, operand in
      builder.feed("x\(index)", operand.type.shape, operand.type.dtype)
    }
    return (values, builder.add(op, values))
  }

  /// Numbers that are all different and apart, so that no maximum or comparison changes its mind
  /// within a finite difference; integers count 0, 1, 2, 0, …
  package func feeds(seed: UInt64 = 7) -> [String: [Double]] {
    let total = operands.reduce(0) { $0 + $1.type.shape.count }
    let ranks = Philox(seed: seed, stream: 1, step: 0).permutation(count: total)
    var feeds: [String: [Double]] = [:]
    var taken = 0
    for (index, operand) in operands.enumerated() {
      let count = operand.type.shape.count
      let (low, high) = (operand.range.lowerBound, operand.range.upperBound)
      feeds["x\(index)"] = (0..<count).map { element -> Double in
        guard operand.type.dtype == .float32 else { return Double(element % 3) }
        let part = (Double(ranks[taken + element]) + 0.37) / Double(total)
        return low + (high - low) * part
      }
      taken += count
    }
    return feeds
  }
}

extension OpSample {
  package static let all: [OpSample] =
    leaves + elements + movements + folds + convolutions + windows

  package static let leaves: [OpSample] = [
    OpSample(.input(name: "in \"quotes\" \\ and\nlines", role: .state, type: TensorType([2, 3]))),
    OpSample(.constant(-0.1)), OpSample(.constant(1e-8)), OpSample(.iota(axis: 1, shape: [2, 3])),
    OpSample(
      .random(.uniform, stream: 4_000_000_000, shape: [5]), types: [TensorType([3], .int32)]),
    OpSample(.random(.normal, stream: 3, shape: [2, 3]), types: [TensorType([3], .int32)]),
  ]

  package static let elements: [OpSample] = unaries + binaries + selections

  private static let unaries: [OpSample] =
    Unary.allCases.map { OpSample(.unary($0), [2, 3], range: range(of: $0)) }
    + [OpSample(.unary(.tanh), []), OpSample(.unary(.softplus), [1, 1], range: -30...(-20))]

  private static func range(of function: Unary) -> ClosedRange<Double> {
    switch function {
    case .logarithm, .logarithmOnePlus, .squareRoot, .reciprocalSquareRoot: 0.4...2.5
    case .reciprocal: 0.5...2
    case .negate, .absolute, .sign, .floor, .exponential, .exponentialMinusOne, .tanh, .sigmoid,
      .softplus, .exponentialLinear:
      -1.53...1.5
    }
  }

  private static let binaries: [OpSample] =
    Binary.allCases.map { function in
      let positive = function == .power || function == .divide
      return OpSample(.binary(function), [3, 2], [3, 2], range: positive ? 0.5...2 : -1.5...1.5)
    } + [OpSample(.binary(.multiply), [], [])]

  private static let selections: [OpSample] =
    Comparison.allCases.map { OpSample(.compare($0), [4], [4]) } + [
      OpSample(.select, [5], [5], [5]),
      OpSample(.convert(.int32), [4]), OpSample(.convert(.uint8), [4]),
      OpSample(.convert(.float32), types: [TensorType([4], .int32)]),
    ]

  package static let movements: [OpSample] = [
    OpSample(.broadcast(to: [2, 3], axes: []), []),
    OpSample(.broadcast(to: [4, 2, 3], axes: [1, 2]), [2, 3]),
    OpSample(.broadcast(to: [2, 3, 4], axes: [0, 2]), [1, 4]),
    OpSample(.broadcast(to: [1, 3], axes: [0]), [1]),
    OpSample(.reshape([3, 1, 4]), [2, 6]), OpSample(.reshape([]), [1, 1]),
    OpSample(.transpose([2, 0, 1]), [2, 3, 4]), OpSample(.transpose([1, 0]), [1, 3]),
    OpSample(.slice(start: [0, 1], limit: [3, 5], step: [1, 1]), [3, 5]),
    OpSample(.slice(start: [1, 0], limit: [6, 5], step: [2, 3]), [7, 6]),
    OpSample(.slice(start: [0], limit: [1], step: [9]), [1]),
    OpSample(.pad(low: [0, 1], high: [2, 0], interior: [0, 0]), [2, 3]),
    OpSample(.pad(low: [1, 0], high: [0, 3], interior: [2, 1]), [3, 2]),
    OpSample(.pad(low: [2], high: [0], interior: [5]), [1]),
    OpSample(.concatenate(axis: 1), [2, 3], [2, 1], [2, 2]),
    OpSample(.concatenate(axis: 0), [1], [4]),
    OpSample(.gather, types: [TensorType([4, 3]), TensorType([5], .int32)]),
    OpSample(.gather, types: [TensorType([3, 1]), TensorType([1], .int32)]),
    OpSample(.scatterAdd(rows: 4), types: [TensorType([5, 2]), TensorType([5], .int32)]),
  ]

  package static let folds: [OpSample] = reductions + products

  private static let reductions: [OpSample] =
    Reduction.allCases.flatMap { reduction -> [OpSample] in
      [
        OpSample(.reduce(reduction, axes: [1]), [2, 3, 2]),
        OpSample(.reduce(reduction, axes: [0, 2]), [3, 2, 2]),
        OpSample(.reduce(reduction, axes: [0]), [1]),
        OpSample(.reduce(reduction, axes: [0, 1]), [3, 1]),
      ]
    }

  private static let products: [OpSample] =
    [(false, false), (false, true), (true, false), (true, true)].flatMap {
      left, right -> [OpSample] in
      let op = Op.matmul(transposeLeft: left, transposeRight: right)
      return [
        OpSample(op, left ? [4, 3] : [3, 4], right ? [2, 4] : [4, 2]),
        OpSample(op, left ? [2, 3, 1] : [2, 1, 3], right ? [2, 2, 3] : [2, 3, 2]),
        OpSample(op, left ? [1, 2] : [2, 1], right ? [3, 1] : [1, 3]),
      ]
    }

  /// Each geometry in all three convolutions.
  package static let convolutions: [OpSample] = [
    conv(ConvGeometry(), x: [1, 1, 1, 1], kernel: (1, 1), outputs: 1),
    conv(ConvGeometry(), x: [2, 3, 4, 2], kernel: (2, 3), outputs: 3),
    conv(
      ConvGeometry(
        strideHeight: 2, strideWidth: 2, padTop: 1, padBottom: 1, padLeft: 1, padRight: 1),
      x: [2, 4, 4, 1], kernel: (4, 4), outputs: 2),
    conv(
      ConvGeometry(strideHeight: 2, strideWidth: 3, padTop: 0, padBottom: 1, padLeft: 2),
      x: [1, 5, 4, 2], kernel: (3, 2), outputs: 2),
    conv(
      ConvGeometry(padTop: 2, padBottom: 1, dilationHeight: 2, dilationWidth: 3),
      x: [1, 4, 5, 1], kernel: (3, 2), outputs: 2),
    conv(
      ConvGeometry(strideWidth: 2, padLeft: 1, padRight: 1, groups: 2),
      x: [2, 3, 5, 4], kernel: (2, 3), outputs: 2),
    conv(
      ConvGeometry(padTop: 1, padLeft: 1, groups: 3), x: [1, 3, 2, 3], kernel: (2, 2), outputs: 6),
  ].flatMap { $0 }

  private static func conv(
    _ geometry: ConvGeometry, x: Shape, kernel: (height: Int, width: Int), outputs: Int
  ) -> [OpSample] {
    let weight: Shape = [kernel.height, kernel.width, x[3] / geometry.groups, outputs]
    let y: Shape = [
      x[0], geometry.outputHeight(x[1], kernel: kernel.height),
      geometry.outputWidth(x[2], kernel: kernel.width), outputs,
    ]
    return [
      OpSample(.convolution(geometry), x, weight),
      OpSample(.convolutionInputGradient(geometry, height: x[1], width: x[2]), y, weight),
      OpSample(
        .convolutionWeightGradient(geometry, height: kernel.height, width: kernel.width), x, y),
    ]
  }

  /// Each window in all five operations.
  package static let windows: [OpSample] = [
    pool(Window(height: 2, width: 2, strideHeight: 2, strideWidth: 2), [2, 4, 4, 2]),
    pool(Window(height: 1, width: 1, strideHeight: 1, strideWidth: 1), [1, 1, 1, 1]),
    pool(
      Window(height: 3, width: 2, strideHeight: 2, strideWidth: 1, padTop: 1, padRight: 1),
      [1, 5, 3, 2]),
    pool(
      Window(
        height: 3, width: 3, strideHeight: 2, strideWidth: 2, padTop: 1, padBottom: 2, padLeft: 2),
      [2, 4, 5, 1]),
    pool(Window(height: 2, width: 1, strideHeight: 3, strideWidth: 2), [1, 6, 4, 1]),
  ].flatMap { $0 }

  private static func pool(_ window: Window, _ x: Shape) -> [OpSample] {
    let y: Shape = [x[0], window.outputHeight(x[1]), window.outputWidth(x[2]), x[3]]
    return [
      OpSample(.windowSum(window), x),
      OpSample(.windowSumGradient(window, height: x[1], width: x[2]), y),
      OpSample(.windowMaximum(window), x), OpSample(.windowMaximumGradient(window), x, y),
      OpSample(.windowMaximumSelect(window), x, x),
    ]
  }
}
