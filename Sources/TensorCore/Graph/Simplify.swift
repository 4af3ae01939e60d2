// Algebra on the way into a graph: each rule is an identity that holds for every input.

extension GraphBuilder {
  /// A value equal to `op(operands)` that is already there or cheaper, if a rule finds one.
  func simplified(_ op: Op, _ operands: [Value], _ type: TensorType) -> Value? {
    switch op {
    case .unary(let function): simplifiedUnary(function, operands[0])
    case .binary(let function): simplifiedBinary(function, operands[0], operands[1])
    case .select: simplifiedSelect(operands[0], operands[1], operands[2])
    case .broadcast, .reshape, .transpose, .slice, .pad, .concatenate, .reduce, .convert:
      simplifiedMovement(op, operands, type)
    case .input, .constant, .iota, .random, .compare, .gather, .scatterAdd, .matmul,
      .convolution, .convolutionInputGradient, .convolutionWeightGradient, .windowSum,
      .windowSumGradient, .windowMaximum, .windowMaximumGradient, .windowMaximumSelect:
      nil
    }
  }

  private func simplifiedUnary(_ function: Unary, _ x: Value) -> Value? {
    if function == .negate, case .unary(.negate) = x.node.op { return x.operands[0] }
    if function == .absolute, case .unary(.absolute) = x.node.op { return x }
    if let number = x.uniformConstant, function == .negate { return constant(-number, x.shape) }
    return nil
  }

  private func simplifiedBinary(_ function: Binary, _ a: Value, _ b: Value) -> Value? {
    if let x = a.uniformConstant, let y = b.uniformConstant,
      let folded = Self.folded(function, x, y)
    {
      return constant(folded, a.shape)
    }
    switch function {
    case .add:
      if a.uniformConstant == 0 { return b }
      if b.uniformConstant == 0 { return a }
      return addedSelections(a, b)
    case .subtract:
      if b.uniformConstant == 0 { return a }
      if a.uniformConstant == 0 { return b.negated }
    case .multiply:
      // Constants stand on the right, so that equal products are written alike.
      if a.uniformConstant != nil, b.uniformConstant == nil { return b * a }
      guard let factor = b.uniformConstant else { return nil }
      if factor == 1 { return a }
      if factor == -1 { return a.negated }
      return scaled(a, by: factor)
    case .divide:
      // A power of two divides exactly as its reciprocal multiplies.
      if let divisor = b.uniformConstant, divisor != 0, divisor.significandWidth == 0 {
        return a * b.builder.constant(1 / divisor, b.shape)
      }
    case .power:
      if b.uniformConstant == 1 { return a }
      if b.uniformConstant == 2 { return a * a }
      if b.uniformConstant == 0 { return constant(1, a.shape) }
    case .maximum, .minimum:
      if a.id == b.id { return a }
    }
    return nil
  }

  private static func folded(_ function: Binary, _ x: Double, _ y: Double) -> Double? {
    switch function {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: y == 0 ? nil : x / y
    case .maximum: Swift.max(x, y)
    case .minimum: Swift.min(x, y)
    case .power: nil
    }
  }

  /// `c · select(m, x, 0) → select(m, c · x, 0)`, likewise on the other side.
  private func scaled(_ a: Value, by factor: Double) -> Value? {
    guard case .select = a.node.op else { return nil }
    let parts = a.operands
    if parts[2].uniformConstant == 0 {
      return add(.select, [parts[0], parts[1] * factor, parts[2]])
    }
    if parts[1].uniformConstant == 0 {
      return add(.select, [parts[0], parts[1], parts[2] * factor])
    }
    return nil
  }

  /// `select(m, x, 0) + select(m, 0, y) → select(m, x, y)`
  private func addedSelections(_ a: Value, _ b: Value) -> Value? {
    guard case .select = a.node.op, case .select = b.node.op else { return nil }
    let (p, q) = (a.operands, b.operands)
    guard p[0].id == q[0].id else { return nil }
    if p[2].uniformConstant == 0, q[1].uniformConstant == 0 {
      return add(.select, [p[0], p[1], q[2]])
    }
    if p[1].uniformConstant == 0, q[2].uniformConstant == 0 {
      return add(.select, [p[0], q[1], p[2]])
    }
    return nil
  }

  private func simplifiedSelect(_ mask: Value, _ a: Value, _ b: Value) -> Value? {
    if a.id == b.id { return a }
    if let chosen = mask.uniformConstant { return chosen != 0 ? a : b }
    return nil
  }

  private func simplifiedMovement(_ op: Op, _ operands: [Value], _ type: TensorType) -> Value? {
    let x = operands[0]
    switch op {
    case .broadcast(let shape, let axes):
      if shape == x.shape { return x }
      if case .broadcast(_, let inner) = x.node.op {
        return add(.broadcast(to: shape, axes: inner.map { axes[$0] }), x.operands)
      }
      if let number = x.uniformConstant, x.shape.rank > 0 { return constant(number, shape) }
    case .reshape(let shape):
      if shape == x.shape { return x }
      if case .reshape = x.node.op { return x.operands[0].reshape(shape) }
      if let number = x.uniformConstant { return constant(number, shape) }
    case .transpose(let permutation):
      if permutation == Array(0..<x.shape.rank) { return x }
      if case .transpose(let inner) = x.node.op {
        return x.operands[0].transpose(permutation.map { inner[$0] })
      }
      // Axes of extent 1 move without moving an element.
      let moving = permutation.filter { x.shape[$0] != 1 }
      if zip(moving, moving.dropFirst()).allSatisfy(<) { return x.reshape(type.shape) }
    case .slice:
      if type.shape == x.shape { return x }
    case .pad(let low, let high, let interior):
      if (low + high + interior).allSatisfy({ $0 == 0 }) || type.shape == x.shape { return x }
    case .concatenate:
      if operands.count == 1 { return x }
    case .reduce(let reduction, let axes):
      if axes.isEmpty { return x }
      if axes.allSatisfy({ x.shape[$0] == 1 }) { return x.reshape(type.shape) }
      if case .reduce(reduction, let inner) = x.node.op {
        let outer = (0..<x.operands[0].shape.rank).filter { !inner.contains($0) }
        return add(.reduce(reduction, axes: (inner + axes.map { outer[$0] }).sorted()), x.operands)
      }
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
}
