import TensorCore

// Products and the three convolutions.
extension Writer {
  mutating func product(_ node: Node) -> String {
    let (a, left) = operand(node)
    let (b, right) = operand(node, 1)
    switch node.op {
    case .matmul(let transposeLeft, let transposeRight):
      let lead = left.shape.rank - 2
      let batch = list(Array(0..<lead))
      let batching = lead == 0 ? "" : "batching_dims = \(batch) x \(batch), "
      let (first, second) = (factor(a, left), factor(b, right))
      return call(
        "dot_general", [(first.name, first.type), (second.name, second.type)],
        ", \(batching)contracting_dims = [\(lead + (transposeLeft ? 0 : 1))] x "
          + "[\(lead + (transposeRight ? 1 : 0))], precision = "
          + "[\(arithmetic.precision), \(arithmetic.precision)]",
        to: node.type.text)
    case .convolution(let g):
      return convolution(
        (a, left), (b, right), numbers: "[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]",
        stride: [g.strideHeight, g.strideWidth],
        pad: [[g.padTop, g.padBottom], [g.padLeft, g.padRight]],
        rightDilation: [g.dilationHeight, g.dilationWidth], groups: g.groups, to: node.type)
    case .convolutionInputGradient(let g, let height, let width):
      return inputGradient((a, left), (b, right), g, [height, width], node.type)
    case .convolutionWeightGradient(let g, let height, let width):
      return weightGradient((a, left), (b, right), g, [height, width], node.type)
    case .input, .constant, .iota, .random, .unary, .binary, .compare, .select, .convert,
      .broadcast, .reshape, .transpose, .slice, .pad, .concatenate, .gather, .scatterAdd, .reduce,
      .windowSum, .windowSumGradient, .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
      preconditionFailure("\(node.op.name) multiplies nothing")
    }
  }

  private typealias Operand = (name: String, type: TensorType)

  private mutating func convolution(
    _ x: Operand, _ weight: Operand, numbers: String, stride: [Int] = [1, 1], pad: [[Int]],
    leftDilation: [Int] = [1, 1], rightDilation: [Int] = [1, 1], groups: Int = 1,
    batchGroups: Int = 1, to: TensorType
  ) -> String {
    let window =
      "{stride = \(list(stride)), pad = [\(list(pad[0])), \(list(pad[1]))], "
      + "lhs_dilate = \(list(leftDilation)), rhs_dilate = \(list(rightDilation))}"
    let word = "#stablehlo<precision \(arithmetic.precision)>"
    let (first, second) = (factor(x.name, x.type), factor(weight.name, weight.type))
    return line(
      "stablehlo.convolution(\(first.name), \(second.name)) dim_numbers = \(numbers), "
        + "window = \(window) {batch_group_count = \(batchGroups) : i64, "
        + "feature_group_count = \(groups) : i64, precision_config = [\(word), \(word)]} : "
        + "(\(first.type), \(second.type)) -> \(to.text)")
  }

  /// `y` spread by the stride, convolved with the weight turned round, whose sides change places. The turning is an operation
  /// of its own: written as an attribute, XLA's GPU compiler no longer sees a gradient in it.
  private mutating func inputGradient(
    _ y: Operand, _ weight: Operand, _ g: ConvGeometry, _ size: [Int], _ to: TensorType
  ) -> String {
    let kernel = weight.type.shape
    var turned: Operand = (
      line("stablehlo.reverse \(weight.name), dims = [0, 1] : \(weight.type.text)"), weight.type
    )
    if g.groups > 1 {
      // [h, w, ci/g, co] → [h, w, g, ci/g, co/g] → [h, w, ci, co/g]
      let (inside, outside) = (kernel[2], kernel[3] / g.groups)
      let split = TensorType([kernel[0], kernel[1], inside, g.groups, outside])
      let swapped = TensorType([kernel[0], kernel[1], g.groups, inside, outside])
      let joined = TensorType([kernel[0], kernel[1], g.groups * inside, outside])
      let parts = call("reshape", [(turned.name, turned.type.text)], to: split.text)
      let sorted = call(
        "transpose", [(parts, split.text)], ", dims = [0, 1, 3, 2, 4]", to: swapped.text)
      turned = (call("reshape", [(sorted, swapped.text)], to: joined.text), joined)
    }
    let (stride, dilation) = (
      [g.strideHeight, g.strideWidth], [g.dilationHeight, g.dilationWidth]
    )
    var (wide, pad, start) = (to, [[0, 0], [0, 0]], [0, 0])
    for axis in 0..<2 {
      let reach = dilation[axis] * (kernel[axis] - 1)
      let low = reach - [g.padTop, g.padLeft][axis]
      let spread = (y.type.shape[axis + 1] - 1) * stride[axis] + 1
      let high = size[axis] + reach - spread - low
      // A negative pad, which XLA's processor convolutions get wrong, is cut off from what comes out.
      pad[axis] = [max(low, 0), max(high, 0)]
      start[axis] = max(-low, 0)
      wide.shape.extents[axis + 1] += max(-low, 0) + max(-high, 0)
    }
    let result = convolution(
      y, turned, numbers: "[b, 0, 1, f]x[0, 1, o, i]->[b, 0, 1, f]", pad: pad,
      leftDilation: stride, rightDilation: dilation, groups: g.groups, to: wide)
    return cut(result, wide, from: [0] + start + [0], to: to)
  }

  /// `x` with its channels as the batch, convolved with `y` as a kernel that is spread by the stride.
  private mutating func weightGradient(
    _ x: Operand, _ y: Operand, _ g: ConvGeometry, _ size: [Int], _ to: TensorType
  ) -> String {
    let (stride, dilation) = (
      [g.strideHeight, g.strideWidth], [g.dilationHeight, g.dilationWidth]
    )
    var (wide, pad) = (to, [[0, 0], [0, 0]])
    for axis in 0..<2 {
      let low = [g.padTop, g.padLeft][axis]
      let image = x.type.shape[axis + 1]
      let spread = (y.type.shape[axis + 1] - 1) * stride[axis] + 1
      // What the strides leave over at the far end would be a negative pad: cut off as above.
      let high = max((size[axis] - 1) * dilation[axis] + spread - image - low, 0)
      pad[axis] = [low, high]
      wide.shape.extents[axis] = (image + low + high - spread) / dilation[axis] + 1
    }
    let result = convolution(
      x, y, numbers: "[f, 0, 1, b]x[i, 0, 1, o]->[0, 1, b, f]", stride: dilation, pad: pad,
      rightDilation: stride, batchGroups: g.groups, to: wide)
    return cut(result, wide, from: [0, 0, 0, 0], to: to)
  }

  private mutating func cut(
    _ x: String, _ wide: TensorType, from start: [Int], to: TensorType
  ) -> String {
    guard wide != to else { return x }
    let ranges = start.indices.map { "\(start[$0]):\(start[$0] + to.shape[$0]):1" }
    return call(
      "slice", [(x, wide.text)], " [\(ranges.joined(separator: ", "))]", to: to.text)
  }
}
