// Algebra on the way into a graph: each rule is an identity for every finite input, up to the
// rounding of its constants, or, of a convolution, of sums of its weights. No rule may cost where
// its operand has other readers too: it is not known yet who they will be. (So sums of sums stay,
// and so do transposes of products.)

extension GraphBuilder {
  /// A value equal to `op(operands)` that is already there or cheaper, if a rule finds one.
  func simplified(_ op: Op, _ operands: [Value], _ type: TensorType) -> Value? {
    switch op {
    case .unary(let function):
      simplifiedUnary(function, operands[0]) ?? beforeBroadcast(op, operands, type)
    case .binary(let function):
      simplifiedBinary(function, operands[0], operands[1]) ?? beforeBroadcast(op, operands, type)
    case .compare: beforeBroadcast(op, operands, type)
    case .select:
      simplifiedSelect(operands[0], operands[1], operands[2])
        ?? beforeBroadcast(op, operands, type)
    case .broadcast, .reshape, .transpose, .slice, .pad, .concatenate, .reduce, .convert:
      simplifiedMovement(op, operands, type)
    case .matmul(let left, let right):
      simplifiedProduct(left, right, operands[0], operands[1], type)
    case .scatterAdd, .windowSum, .windowSumGradient:
      operands[0].uniformConstant == 0 ? constant(0, type.shape) : nil
    case .convolution, .convolutionInputGradient, .convolutionWeightGradient:
      if operands.contains(where: { $0.uniformConstant == 0 }) {
        constant(0, type.shape)
      } else if !convolutionsAsWritten, case .convolution(let geometry) = op {
        simplifiedConvolution(geometry, operands[0], operands[1], type)
      } else {
        nil
      }
    case .windowMaximumGradient, .windowMaximumSelect:
      operands[1].uniformConstant == 0 ? constant(0, type.shape) : nil
    case .input, .constant, .iota, .random, .gather, .windowMaximum: nil
    }
  }

  private func simplifiedUnary(_ function: Unary, _ x: Value) -> Value? {
    if let number = x.uniformConstant {
      let folded = Reference.value(function, number)
      return folded.isFinite ? constant(folded, x.shape) : nil
    }
    switch function {
    case .negate:
      if let opposite = x.opposite { return opposite }
      if case .binary(.subtract) = x.visibleOp { return x.operands[1] - x.operands[0] }
      if case .binary(.multiply) = x.visibleOp, let factor = x.operands[1].uniformConstant {
        return x.operands[0] * -factor
      }
    case .absolute:
      if let opposite = x.opposite { return opposite.magnitude }
      if case .unary(.absolute) = x.visibleOp { return x }
    case .reciprocal:
      if case .unary(.squareRoot) = x.visibleOp { return x.operands[0].reciprocalSquareRoot }
    case .sign, .floor, .exponential, .exponentialMinusOne, .logarithm, .logarithmOnePlus,
      .squareRoot, .reciprocalSquareRoot, .tanh, .sigmoid, .softplus, .exponentialLinear:
      break
    }
    return nil
  }

  private func simplifiedBinary(_ function: Binary, _ a: Value, _ b: Value) -> Value? {
    if let x = a.uniformConstant, let y = b.uniformConstant {
      let folded = Reference.value(function, x, y)
      return folded.isFinite ? constant(folded, a.shape) : nil
    }
    switch function {
    case .add: return simplifiedSum(a, b)
    case .subtract:
      if b.uniformConstant == 0 { return a }
      if a.uniformConstant == 0 { return b.negated }
      if let opposite = b.opposite { return a + opposite }
    case .multiply: return simplifiedMultiplication(a, b)
    case .divide:
      if a.uniformConstant == 1 { return b.reciprocal }
      // A power of two divides exactly as its reciprocal multiplies, if both are normal numbers.
      if let divisor = b.uniformConstant, divisor.significandWidth == 0,
        (-126...126).contains(divisor.exponent)
      {
        return a * (1 / divisor)
      }
    case .power:
      guard let exponent = b.uniformConstant else { return nil }
      if exponent == 0 { return constant(1, a.shape) }
      if exponent == 1 { return a }
      if exponent == 2 { return a * a }
      if exponent == 0.5 { return a.squareRoot }
      if exponent == -0.5 { return a.reciprocalSquareRoot }
      if exponent == -1 { return a.reciprocal }
    case .maximum, .minimum:
      if a.id == b.id { return a }
    }
    return nil
  }

  private func simplifiedSum(_ a: Value, _ b: Value) -> Value? {
    if b.uniformConstant == 0 { return a }
    if standsWrong(a, b) { return b + a }
    if let opposite = b.opposite { return a - opposite }
    if let opposite = a.opposite { return b - opposite }
    return addedSelections(a, b)
  }

  private func simplifiedMultiplication(_ a: Value, _ b: Value) -> Value? {
    if standsWrong(a, b) { return b * a }
    guard let factor = b.uniformConstant else { return nil }
    if factor == 0 { return b }
    if factor == 1 { return a }
    if factor == -1 { return a.negated }
    if let opposite = a.opposite { return opposite * -factor }
    if case .binary(.multiply) = a.visibleOp, let inner = a.operands[1].uniformConstant,
      Float(inner * factor).isNormal
    {
      return a.operands[0] * (inner * factor)
    }
    return scaled(a, by: factor)
  }

  /// The sides of a commutative operation have an order, so that equal results are written alike:
  /// constants right, else what was written first left. (Not for maximum and minimum: the right
  /// side owns their ties.)
  private func standsWrong(_ a: Value, _ b: Value) -> Bool {
    let (left, right) = (a.uniformConstant != nil, b.uniformConstant != nil)
    return left == right ? b.id < a.id : left
  }

  /// `c · select(m, x, 0) → select(m, c · x, 0)`, likewise on the other side.
  private func scaled(_ a: Value, by factor: Double) -> Value? {
    guard case .select = a.visibleOp else { return nil }
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
    guard case .select = a.visibleOp, case .select = b.visibleOp else { return nil }
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
    if case .select = a.visibleOp, a.operands[0].id == mask.id {
      return mask.select(a.operands[1], else: b)
    }
    if case .select = b.visibleOp, b.operands[0].id == mask.id {
      return mask.select(a, else: b.operands[2])
    }
    if case .compare = mask.visibleOp, a.uniformConstant == 1, b.uniformConstant == 0 {
      return mask
    }
    return nil
  }

  /// `f(broadcast x, broadcast y, c) → broadcast f(x, y, c)`: compute first, repeat afterwards.
  private func beforeBroadcast(_ op: Op, _ operands: [Value], _ type: TensorType) -> Value? {
    var source: (shape: Shape, axes: [Int])?
    for operand in operands where operand.uniformConstant == nil {
      guard case .broadcast(_, let axes) = operand.visibleOp else { return nil }
      let shape = operand.operands[0].shape
      if let source, source != (shape, axes) { return nil }
      source = (shape, axes)
    }
    guard let source else { return nil }
    let inner = operands.map { operand in
      operand.uniformConstant.map { constant($0, source.shape) } ?? operand.operands[0]
    }
    return add(op, inner).broadcast(to: type.shape, axes: source.axes)
  }
}

extension Value {
  /// `x` if this is `-x`.
  fileprivate var opposite: Value? {
    guard case .unary(.negate) = visibleOp else { return nil }
    return operands[0]
  }
}
