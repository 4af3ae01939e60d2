/// Why operands do not fit an operation.
package struct ShapeError: Error, Hashable, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}

extension Op {
  package var operandCount: ClosedRange<Int> {
    switch self {
    case .input, .constant, .iota: 0...0
    case .random, .unary, .convert, .broadcast, .reshape, .transpose, .slice, .pad, .reduce,
      .windowSum, .windowSumGradient, .windowMaximum:
      1...1
    case .binary, .compare, .gather, .scatterAdd, .matmul, .convolution,
      .convolutionInputGradient, .convolutionWeightGradient, .windowMaximumGradient,
      .windowMaximumSelect:
      2...2
    case .select: 3...3
    case .concatenate: 1...Int.max
    }
  }

  /// The type of the result, or why there is none.
  package func resultType(_ operands: [TensorType]) throws(ShapeError) -> TensorType {
    guard operandCount.contains(operands.count) else {
      let wanted =
        switch operandCount {
        case 1...1: "1 operand"
        case 1...Int.max: "operands"
        default: "\(operandCount.lowerBound) operands"
        }
      throw ShapeError("\(name) takes \(wanted), not \(operands.count)")
    }
    func need(_ holds: Bool, _ why: @autoclosure () -> String) throws(ShapeError) {
      if !holds {
        let seen = operands.map(\.description).joined(separator: ", ")
        throw ShapeError("\(name)(\(seen)): \(why())")
      }
    }
    func needFloats() throws(ShapeError) {
      try need(operands.allSatisfy { $0.dtype == .float32 }, "operands must be float32")
    }
    func needElements(_ shape: Shape) throws(ShapeError) {
      try need(shape.extents.allSatisfy { $0 >= 1 }, "\(shape) has no elements")
      let elements = shape.extents.map(Double.init).reduce(1, *)
      try need(elements < 0x1p48, "\(shape) has too many elements")
    }
    func needOneShape() throws(ShapeError) {
      try needFloats()
      try need(Set(operands.map(\.shape)).count == 1, "operands must have one shape")
    }
    func needImages(_ indices: Int...) throws(ShapeError) {
      try needFloats()
      for index in indices { try need(operands[index].shape.rank == 4, "images have rank 4") }
    }
    func needWeight(_ weight: Shape, _ geometry: ConvGeometry, input: Int?, output: Int?)
      throws(ShapeError)
    {
      try need(weight.rank == 4, "weights have rank 4")
      if let input { try need(weight[2] * geometry.groups == input, "input channels differ") }
      if let output { try need(weight[3] == output, "output channels differ") }
      try need(weight[3] % geometry.groups == 0, "output channels do not divide into groups")
    }
    func needFits(_ seen: Int, _ given: Int, _ what: String) throws(ShapeError) {
      try need(seen == given && given >= 1, "\(what) is \(seen), the geometry gives \(given)")
    }
    func needSane(_ geometry: ConvGeometry) throws(ShapeError) {
      let g = geometry
      try need(
        min(g.strideHeight, g.strideWidth, g.dilationHeight, g.dilationWidth, g.groups) >= 1,
        "strides, dilations and groups are at least 1")
      try need(
        min(g.padTop, g.padBottom, g.padLeft, g.padRight) >= 0, "padding cannot be negative")
    }
    func needSane(_ window: Window) throws(ShapeError) {
      let w = window
      try need(
        min(w.height, w.width, w.strideHeight, w.strideWidth) >= 1,
        "window extents and strides are at least 1")
      try need(
        min(w.padTop, w.padBottom, w.padLeft, w.padRight) >= 0
          && max(w.padTop, w.padBottom) < w.height && max(w.padLeft, w.padRight) < w.width,
        "padding lies between 0 and the window's extent")
    }

    switch self {
    case .input(_, _, let type):
      try needElements(type.shape)
      return type
    case .constant:
      return TensorType(.scalar)
    case .iota(let axis, let shape):
      try need((0..<shape.rank).contains(axis), "no axis \(axis)")
      try needElements(shape)
      return TensorType(shape)
    case .random(_, _, let shape):
      try need(operands[0] == TensorType([3], .int32), "the key is int32[3]")
      try needElements(shape)
      return TensorType(shape)
    case .unary:
      try needFloats()
      return operands[0]
    case .binary, .compare, .select:
      try needOneShape()
      return operands[0]
    case .convert(let dtype):
      return TensorType(operands[0].shape, dtype)
    case .broadcast(let shape, let axes):
      let from = operands[0].shape
      try need(axes.count == from.rank, "one result axis for each operand axis")
      try need(zip(axes, axes.dropFirst()).allSatisfy(<), "axes must rise")
      try needElements(shape)
      for (axis, target) in axes.enumerated() {
        try need((0..<shape.rank).contains(target), "no axis \(target) in \(shape)")
        try need(from[axis] == 1 || from[axis] == shape[target], "does not repeat into \(shape)")
      }
      return TensorType(shape, operands[0].dtype)
    case .reshape(let shape):
      try needElements(shape)
      try need(shape.count == operands[0].shape.count, "\(shape) has another number of elements")
      return TensorType(shape, operands[0].dtype)
    case .transpose(let permutation):
      let from = operands[0].shape
      try need(permutation.sorted() == Array(0..<from.rank), "\(permutation) is no permutation")
      return TensorType(Shape(permutation.map { from[$0] }), operands[0].dtype)
    case .slice(let start, let limit, let step):
      let from = operands[0].shape
      try need(
        start.count == from.rank && limit.count == from.rank && step.count == from.rank,
        "one start, limit and step for each axis")
      var extents: [Int] = []
      for axis in 0..<from.rank {
        try need(
          0 <= start[axis] && start[axis] < limit[axis] && limit[axis] <= from[axis]
            && step[axis] >= 1,
          "\(start[axis])..<\(limit[axis]) by \(step[axis]) leaves axis \(axis)")
        extents.append((limit[axis] - start[axis] + step[axis] - 1) / step[axis])
      }
      return TensorType(Shape(extents), operands[0].dtype)
    case .pad(let low, let high, let interior):
      try needFloats()
      let from = operands[0].shape
      try need(
        low.count == from.rank && high.count == from.rank && interior.count == from.rank,
        "one low, high and interior for each axis")
      try need((low + high + interior).allSatisfy { $0 >= 0 }, "padding cannot be negative")
      return TensorType(
        Shape((0..<from.rank).map { low[$0] + high[$0] + from[$0] + (from[$0] - 1) * interior[$0] })
      )
    case .concatenate(let axis):
      try needFloats()
      var shape = operands[0].shape
      try need((0..<shape.rank).contains(axis), "no axis \(axis)")
      for other in operands.dropFirst() {
        try need(
          other.shape.rank == shape.rank
            && other.shape.removing(axes: [axis]) == shape.removing(axes: [axis]),
          "only axis \(axis) may differ")
        shape.extents[axis] += other.shape[axis]
      }
      return TensorType(shape)
    case .gather:
      let (table, indices) = (operands[0], operands[1])
      try need(
        table.dtype == .float32 && table.shape.rank == 2, "the table is float32 [rows, width]")
      try need(indices.dtype == .int32 && indices.shape.rank == 1, "indices are int32 [n]")
      return TensorType([indices.shape[0], table.shape[1]])
    case .scatterAdd(let rows):
      let (updates, indices) = (operands[0], operands[1])
      try need(
        updates.dtype == .float32 && updates.shape.rank == 2, "updates are float32 [n, width]")
      try need(indices == TensorType([updates.shape[0]], .int32), "one int32 index for each update")
      try need(rows >= 1, "a table has rows")
      return TensorType([rows, updates.shape[1]])
    case .reduce(_, let axes):
      try needFloats()
      let from = operands[0].shape
      try need(
        axes.allSatisfy { (0..<from.rank).contains($0) }
          && zip(axes, axes.dropFirst()).allSatisfy(<),
        "axes \(axes) must rise within the rank")
      return TensorType(from.removing(axes: axes))
    case .matmul(let transposeLeft, let transposeRight):
      try needFloats()
      let (left, right) = (operands[0].shape, operands[1].shape)
      try need(left.rank >= 2 && left.rank == right.rank, "both sides are matrices of one rank")
      let lead = Array(left.extents.dropLast(2))
      try need(lead == Array(right.extents.dropLast(2)), "leading axes differ")
      let (r, l) = (left.rank - 2, left.rank - 1)
      let (m, k) = transposeLeft ? (left[l], left[r]) : (left[r], left[l])
      let (k2, n) = transposeRight ? (right[l], right[r]) : (right[r], right[l])
      try need(k == k2, "inner extents \(k) and \(k2) differ")
      return TensorType(Shape(lead + [m, n]))
    case .convolution(let geometry):
      try needSane(geometry)
      try needImages(0)
      let (x, weight) = (operands[0].shape, operands[1].shape)
      try needWeight(weight, geometry, input: x[3], output: nil)
      let height = geometry.outputHeight(x[1], kernel: weight[0])
      let width = geometry.outputWidth(x[2], kernel: weight[1])
      try need(height >= 1 && width >= 1, "the kernel is larger than the padded image")
      return TensorType([x[0], height, width, weight[3]])
    case .convolutionInputGradient(let geometry, let height, let width):
      try needSane(geometry)
      try needImages(0)
      let (y, weight) = (operands[0].shape, operands[1].shape)
      try needWeight(weight, geometry, input: nil, output: y[3])
      try needFits(y[1], geometry.outputHeight(height, kernel: weight[0]), "height")
      try needFits(y[2], geometry.outputWidth(width, kernel: weight[1]), "width")
      return TensorType([y[0], height, width, weight[2] * geometry.groups])
    case .convolutionWeightGradient(let geometry, let height, let width):
      try needSane(geometry)
      try needImages(0, 1)
      let (x, y) = (operands[0].shape, operands[1].shape)
      try need(x[0] == y[0], "batches differ")
      try need(
        x[3] % geometry.groups == 0 && y[3] % geometry.groups == 0,
        "channels do not divide into groups")
      try needFits(y[1], geometry.outputHeight(x[1], kernel: height), "height")
      try needFits(y[2], geometry.outputWidth(x[2], kernel: width), "width")
      return TensorType([height, width, x[3] / geometry.groups, y[3]])
    case .windowSum(let window), .windowMaximum(let window):
      try needSane(window)
      try needImages(0)
      let x = operands[0].shape
      let (height, width) = (window.outputHeight(x[1]), window.outputWidth(x[2]))
      try need(height >= 1 && width >= 1, "the window is larger than the padded image")
      return TensorType([x[0], height, width, x[3]])
    case .windowSumGradient(let window, let height, let width):
      try needSane(window)
      try needImages(0)
      let y = operands[0].shape
      try needFits(y[1], window.outputHeight(height), "height")
      try needFits(y[2], window.outputWidth(width), "width")
      return TensorType([y[0], height, width, y[3]])
    case .windowMaximumGradient(let window):
      try needSane(window)
      try needImages(0, 1)
      let (x, y) = (operands[0].shape, operands[1].shape)
      try need(
        y == [x[0], window.outputHeight(x[1]), window.outputWidth(x[2]), x[3]],
        "the second operand is not shaped like the windows")
      return TensorType(x)
    case .windowMaximumSelect(let window):
      try needSane(window)
      try needImages(0, 1)
      let x = operands[0].shape
      try need(operands[1].shape == x, "operands must have one shape")
      let (height, width) = (window.outputHeight(x[1]), window.outputWidth(x[2]))
      try need(height >= 1 && width >= 1, "the window is larger than the padded image")
      return TensorType([x[0], height, width, x[3]])
    }
  }
}
