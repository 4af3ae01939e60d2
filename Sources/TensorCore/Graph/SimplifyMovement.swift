// Algebra of operations that move, fold or multiply whole tensors.

extension GraphBuilder {
  func simplifiedMovement(_ op: Op, _ operands: [Value], _ type: TensorType) -> Value? {
    let x = operands[0]
    switch op {
    case .broadcast(let shape, let axes):
      if shape == x.shape { return x }
      if case .broadcast(_, let inner) = x.visibleOp {
        return add(.broadcast(to: shape, axes: inner.map { axes[$0] }), x.operands)
      }
      if let number = x.uniformConstant, x.shape.rank > 0 { return constant(number, shape) }
      return broadcastBeforeReshape(x, to: shape, axes)
    case .reshape(let shape):
      if shape == x.shape { return x }
      if case .reshape = x.visibleOp { return x.operands[0].reshape(shape) }
      if let number = x.uniformConstant { return constant(number, shape) }
    case .transpose(let permutation): return simplifiedTranspose(permutation, x, type)
    case .slice(let start, _, let step):
      if type.shape == x.shape { return x }
      if let number = x.uniformConstant { return constant(number, type.shape) }
      if case .pad(let low, _, let interior) = x.visibleOp, low == start,
        interior.map({ $0 + 1 }) == step, type.shape == x.operands[0].shape
      {
        return x.operands[0]
      }
    case .pad:
      if type.shape == x.shape { return x }
      if x.uniformConstant == 0 { return constant(0, type.shape) }
    case .concatenate:
      if operands.count == 1 { return x }
    case .reduce(let reduction, let axes): return simplifiedFold(reduction, axes, x, type)
    case .convert(let dtype):
      if x.type.dtype == dtype { return x }
    case .input, .constant, .iota, .random, .unary, .binary, .compare, .select, .gather,
      .scatterAdd, .matmul, .convolution, .convolutionInputGradient,
      .convolutionWeightGradient, .windowSum, .windowSumGradient, .windowMaximum,
      .windowMaximumGradient, .windowMaximumSelect:
      break
    }
    return nil
  }

  /// `broadcast(reshape x)` of a reshape that only inserts axes of extent 1 `→ broadcast x`.
  private func broadcastBeforeReshape(_ x: Value, to shape: Shape, _ axes: [Int]) -> Value? {
    guard case .reshape = x.visibleOp else { return nil }
    let kept = x.shape.extents.indices.filter { x.shape[$0] != 1 }
    guard x.operands[0].shape.extents == kept.map({ x.shape[$0] }) else { return nil }
    return x.operands[0].broadcast(to: shape, axes: kept.map { axes[$0] })
  }

  private func simplifiedTranspose(
    _ permutation: [Int], _ x: Value, _ type: TensorType
  ) -> Value? {
    if permutation == Array(0..<x.shape.rank) { return x }
    if let number = x.uniformConstant { return constant(number, type.shape) }
    if case .transpose(let inner) = x.visibleOp {
      return x.operands[0].transpose(permutation.map { inner[$0] })
    }
    // Axes of extent 1 move without moving an element.
    let moving = permutation.filter { x.shape[$0] != 1 }
    if zip(moving, moving.dropFirst()).allSatisfy(<) { return x.reshape(type.shape) }
    return nil
  }

  private func simplifiedFold(
    _ reduction: Reduction, _ axes: [Int], _ x: Value, _ type: TensorType
  ) -> Value? {
    if axes.isEmpty { return x }
    if axes.allSatisfy({ x.shape[$0] == 1 }) { return x.reshape(type.shape) }
    if let number = x.uniformConstant {
      let count = Double(x.shape.count / type.shape.count)
      return constant(reduction == .sum ? number * count : number, type.shape)
    }
    if case .broadcast(let whole, let targets) = x.visibleOp {
      return foldBeforeBroadcast(reduction, axes, x.operands[0], whole, targets)
    }
    return nil
  }

  /// A sum over axes that only repeat is a multiplication; a maximum over them is nothing.
  private func foldBeforeBroadcast(
    _ reduction: Reduction, _ axes: [Int], _ x: Value, _ whole: Shape, _ targets: [Int]
  ) -> Value? {
    let varying = zip(targets, x.shape.extents).filter { whole[$0.0] == $0.1 }.map(\.0)
    let repeating = axes.filter { !varying.contains($0) }
    if repeating.isEmpty { return nil }
    func remaining(_ axis: Int) -> Int { axis - repeating.count { $0 < axis } }
    let source = targets.indices.filter { !repeating.contains(targets[$0]) }
    let smaller = x.reshape(Shape(source.map { x.shape[$0] }))
      .broadcast(
        to: whole.removing(axes: repeating), axes: source.map { remaining(targets[$0]) })
    let left = axes.filter { varying.contains($0) }.map(remaining)
    let folded = add(.reduce(reduction, axes: left), [smaller])
    let copies = repeating.reduce(1) { $0 * whole[$1] }
    return reduction == .sum ? folded * Double(copies) : folded
  }

  /// Transposed sides are read as stored.
  func simplifiedProduct(
    _ transposeLeft: Bool, _ transposeRight: Bool, _ a: Value, _ b: Value, _ type: TensorType
  ) -> Value? {
    if a.uniformConstant == 0 || b.uniformConstant == 0 { return constant(0, type.shape) }
    if case .transpose(let permutation) = a.visibleOp, Self.swapsLastTwo(permutation) {
      return a.operands[0].matmul(b, transposeLeft: !transposeLeft, transposeRight: transposeRight)
    }
    if case .transpose(let permutation) = b.visibleOp, Self.swapsLastTwo(permutation) {
      return a.matmul(b.operands[0], transposeLeft: transposeLeft, transposeRight: !transposeRight)
    }
    return nil
  }

  private static func swapsLastTwo(_ permutation: [Int]) -> Bool {
    let rank = permutation.count
    return rank >= 2 && permutation == Array(0..<rank - 2) + [rank - 1, rank - 2]
  }
}
