import TensorCore

// Pooling windows over `[n, h, w, c]`.
extension Writer {
  mutating func windowed(_ node: Node) -> String {
    let (x, from) = operand(node)
    let to = node.type
    switch node.op {
    case .windowSum(let window):
      return fold("add", 0, x, from, Extents(window), to)
    case .windowMaximum(let window):
      return fold("maximum", -.infinity, x, from, Extents(window), to)
    case .windowSumGradient(let window, let height, let width):
      // `y` spread by the stride, and at each pixel the sum over the windows that cover it.
      let size = [height, width]
      let extents = [window.height, window.width]
      let stride = [window.strideHeight, window.strideWidth]
      let low = (0..<2).map { extents[$0] - 1 - [window.padTop, window.padLeft][$0] }
      let high = (0..<2).map { axis in
        size[axis] + extents[axis] - 1 - ((from.shape[axis + 1] - 1) * stride[axis] + 1) - low[axis]
      }
      let wide = TensorType([
        from.shape[0], size[0] + extents[0] - 1, size[1] + extents[1] - 1, from.shape[3],
      ])
      let spread = padded(
        x, from, low: [0] + low + [0], high: [0] + high + [0],
        interior: [0, stride[0] - 1, stride[1] - 1, 0], to: wide)
      return fold("add", 0, spread, wide, Extents(size: extents), to)
    case .windowMaximumGradient(let window):
      let (y, many) = operand(node, 1)
      let (places, values) = (flat(of: many, .int32), flat(of: many, .float32))
      let place = firstMaxima(x, from, Extents(window), TensorType(many.shape, .int32))
      let value = call("reshape", [(y, many.text)], to: values.text)
      let image = flat(of: from, .float32)
      let zeros = filled(0, image.shape)
      let sum = line(
        "\"stablehlo.scatter\"(\(zeros), \(place), \(value)) <{indices_are_sorted = false, "
          + "scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], "
          + "scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, "
          + "unique_indices = false}> ({\(Self.body("add"))}) : "
          + "(\(image.text), \(places.text), \(values.text)) -> \(image.text)")
      return call("reshape", [(sum, image.text)], to: to.text)
    case .windowMaximumSelect(let window):
      let (v, _) = operand(node, 1)
      let (places, values) = (flat(of: to, .int32), flat(of: to, .float32))
      let place = firstMaxima(x, from, Extents(window), TensorType(to.shape, .int32))
      let image = flat(of: from, .float32)
      let all = call("reshape", [(v, from.text)], to: image.text)
      let some = line(
        "\"stablehlo.gather\"(\(all), \(place)) <{dimension_numbers = #stablehlo.gather<"
          + "collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 1>, "
          + "indices_are_sorted = false, slice_sizes = array<i64: 1>}> : "
          + "(\(image.text), \(places.text)) -> \(values.text)")
      return call("reshape", [(some, values.text)], to: to.text)
    case .input, .constant, .iota, .random, .unary, .binary, .compare, .select, .convert,
      .broadcast, .reshape, .transpose, .slice, .pad, .concatenate, .gather, .scatterAdd, .reduce,
      .matmul, .convolution, .convolutionInputGradient, .convolutionWeightGradient:
      preconditionFailure("\(node.op.name) has no windows")
    }
  }

  private mutating func fold(
    _ operation: String, _ identity: Double, _ x: String, _ from: TensorType, _ extents: Extents,
    _ to: TensorType
  ) -> String {
    let initial = constant(identity)
    return line(
      "\"stablehlo.reduce_window\"(\(x), \(initial)) <{\(extents.text)}> "
        + "({\(Self.body(operation))}) : (\(from.text), tensor<f32>) -> \(to.text)")
  }

  private func flat(of type: TensorType, _ dtype: DType) -> TensorType {
    TensorType([type.shape.count], dtype)
  }

  /// For each window the place of its first maximum in `x`, counted through all of it, in one row: pixels and places are
  /// folded side by side, to the larger of two pixels (NaN counts as larger than any number), of two equal ones to that
  /// which comes first.
  private mutating func firstMaxima(
    _ x: String, _ from: TensorType, _ extents: Extents, _ to: TensorType
  ) -> String {
    let (row, places) = (flat(of: from, .int32), TensorType(from.shape, .int32))
    let counted = line("stablehlo.iota dim = 0 : \(row.text)")
    let place = call("reshape", [(counted, row.text)], to: places.text)
    let lowest = constant(-.infinity)
    let last = integer(Int(Int32.max), "i32")
    let (real, whole) = ("tensor<f32>", "tensor<i32>")
    func compared(_ name: String, _ word: String, _ a: String, _ b: String) -> String {
      let (type, kind) = word == "LT" ? (whole, "SIGNED") : (real, "FLOAT")
      return
        "\(name) = stablehlo.compare \(word), \(a), \(b), \(kind) : (\(type), \(type)) -> tensor<i1>"
    }
    let body = [
      "^bb0(%ax: \(real), %ap: \(whole), %bx: \(real), %bp: \(whole)):",
      compared("%larger", "GT", "%ax", "%bx"), compared("%equal", "EQ", "%ax", "%bx"),
      compared("%before", "LT", "%ap", "%bp"), compared("%anan", "NE", "%ax", "%ax"),
      compared("%bnan", "NE", "%bx", "%bx"),
      "%nans = stablehlo.and %anan, %bnan : tensor<i1>",
      "%same = stablehlo.or %equal, %nans : tensor<i1>",
      "%first = stablehlo.and %same, %before : tensor<i1>",
      "%number = stablehlo.not %bnan : tensor<i1>",
      "%only = stablehlo.and %anan, %number : tensor<i1>",
      "%more = stablehlo.or %larger, %only : tensor<i1>",
      "%keep = stablehlo.or %more, %first : tensor<i1>",
      "%rx = stablehlo.select %keep, %ax, %bx : tensor<i1>, \(real)",
      "%rp = stablehlo.select %keep, %ap, %bp : tensor<i1>, \(whole)",
      "stablehlo.return %rx, %rp : \(real), \(whole)",
    ].joined(separator: " ")
    let values = TensorType(to.shape)
    let folded = line(
      "\"stablehlo.reduce_window\"(\(x), \(place), \(lowest), \(last)) <{\(extents.text)}> "
        + "({ \(body) }) : (\(from.text), \(places.text), \(real), \(whole)) -> "
        + "(\(values.text), \(to.text))", results: 2)
    return call("reshape", [(folded + "#1", to.text)], to: flat(of: to, .int32).text)
  }
}

/// The attributes of a window over `[n, h, w, c]`.
private struct Extents {
  var size: [Int]
  var stride = [1, 1]
  var pad = [0, 0, 0, 0]

  init(size: [Int]) { self.size = size }
  init(_ window: Window) {
    size = [window.height, window.width]
    stride = [window.strideHeight, window.strideWidth]
    pad = [window.padTop, window.padBottom, window.padLeft, window.padRight]
  }

  var text: String {
    "window_dimensions = array<i64: 1, \(size[0]), \(size[1]), 1>, "
      + "window_strides = array<i64: 1, \(stride[0]), \(stride[1]), 1>, "
      + "padding = dense<[[0, 0], [\(pad[0]), \(pad[1])], [\(pad[2]), \(pad[3])], [0, 0]]> : tensor<4x2xi64>"
  }
}
