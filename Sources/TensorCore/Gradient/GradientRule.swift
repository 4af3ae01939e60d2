// The derivative of every operation, written in the same operations, so that a gradient has a
// gradient. Conventions where the derivative does not exist: a tie of maximum and minimum belongs
// to the right side (relu'(0) = 0, as in PyTorch), |x|' is 0 at 0, a maximum folded out of equal
// elements is shared evenly (as torch.amax).

extension Value {
  /// What the adjoint `g` of this value contributes to operand `index`; nil where the derivative is
  /// zero everywhere. Builds nothing for the other operands.
  func adjoint(ofOperand index: Int, _ g: Value) -> Value? {
    let x = operands[0]
    var a: Value { operands[0] }
    var b: Value { operands[1] }
    switch node.op {
    case .input, .constant, .iota, .random: return nil
    case .unary(let function): return unaryAdjoint(function, g)
    case .binary(let function): return binaryAdjoint(function, index, g)
    case .compare: return nil
    case .select: return selectAdjoint(index, g)
    case .convert: return x.type.dtype == type.dtype ? g : nil

    case .broadcast(_, let axes): return x.unbroadcast(g, axes)
    case .reshape: return g.reshape(x.shape)
    case .transpose(let permutation): return g.transpose(inverse(permutation))
    case .slice(let start, _, let step): return g.spread(into: x.shape, start, step)
    case .pad(let low, _, let interior): return g.strided(low, interior.map { $0 + 1 }, x.shape)
    case .concatenate(let axis): return part(index, of: g, axis)
    case .gather: return index == 0 ? b.scatterAdd(g, rows: a.shape[0]) : nil
    case .scatterAdd: return index == 0 ? g.gather(b) : nil

    case .reduce(.sum, let axes): return g.repeated(along: axes, of: x.shape)
    case .reduce(.maximum, let axes), .reduce(.minimum, let axes): return shared(g, axes)
    case .matmul(let left, let right): return productAdjoint(left, right, index, g)

    case .convolution(let geometry):
      return index == 0
        ? g.inputGradient(geometry, b, like: a) : a.weightGradient(geometry, g, like: b)
    case .convolutionInputGradient(let geometry, _, _):
      return index == 0 ? g.convolution(b, geometry) : g.weightGradient(geometry, a, like: b)
    case .convolutionWeightGradient(let geometry, _, _):
      return index == 0 ? b.inputGradient(geometry, g, like: a) : a.convolution(g, geometry)

    case .windowSum(let window):
      let (height, width) = (x.shape[1], x.shape[2])
      return builder.add(.windowSumGradient(window, height: height, width: width), [g])
    case .windowSumGradient(let window, _, _): return builder.add(.windowSum(window), [g])
    case .windowMaximum(let window): return builder.add(.windowMaximumGradient(window), [x, g])
    case .windowMaximumGradient(let window):
      return index == 1 ? builder.add(.windowMaximumSelect(window), [a, g]) : nil
    case .windowMaximumSelect(let window):
      return index == 1 ? builder.add(.windowMaximumGradient(window), [a, g]) : nil
    }
  }

  private func unaryAdjoint(_ function: Unary, _ g: Value) -> Value? {
    let (x, y) = (operands[0], self)
    return switch function {
    case .negate: -g
    case .absolute: g * x.sign
    case .sign, .floor: nil
    case .exponential: g * y
    case .exponentialMinusOne: g * (y + 1)
    case .logarithm: g / x
    case .logarithmOnePlus: g / (x + 1)
    case .squareRoot: g / y * 0.5
    case .reciprocalSquareRoot: g * (y * y * y) * -0.5
    case .reciprocal: -(g * (y * y))
    case .tanh: g * (1 - y * y)
    case .sigmoid: g * (y * (1 - y))
    case .softplus: g * x.sigmoid
    case .exponentialLinear: g * (y.minimum(0) + 1)
    }
  }

  private func binaryAdjoint(_ function: Binary, _ index: Int, _ g: Value) -> Value {
    let (a, b, y, left) = (operands[0], operands[1], self, index == 0)
    return switch function {
    case .add: g
    case .subtract: left ? g : -g
    case .multiply: left ? g * b : g * a
    case .divide: left ? g / b : -(g * y / b)
    case .maximum: chosen(a.compared(.greater, to: b), left, g)
    case .minimum: chosen(a.compared(.less, to: b), left, g)
    case .power: left ? g * a.powerSlope(b) : g * (y * a.orOneAtZero.logarithm)
    }
  }

  /// ∂aᵇ/∂a = b · aᵇ⁻¹, and 0 for b = 0 even where a is 0.
  private func powerSlope(_ exponent: Value) -> Value {
    let slope = exponent * power(exponent - 1)
    if exponent.uniformConstant != nil { return slope }
    return exponent.compared(.equal, to: 0).select(builder.constant(0), else: slope)
  }

  /// Makes 0ᵇ · log 0 the limit 0 rather than 0 · ∞.
  private var orOneAtZero: Value { compared(.equal, to: 0).select(builder.constant(1), else: self) }

  private func selectAdjoint(_ index: Int, _ g: Value) -> Value? {
    index == 0 ? nil : chosen(operands[0], index == 1, g)
  }

  /// `g` where `mask` says `ifSet`, 0 elsewhere.
  private func chosen(_ mask: Value, _ ifSet: Bool, _ g: Value) -> Value {
    let zero = builder.constant(0, g.shape)
    return ifSet ? mask.select(g, else: zero) : mask.select(zero, else: g)
  }

  private func productAdjoint(_ left: Bool, _ right: Bool, _ index: Int, _ g: Value) -> Value {
    let (a, b) = (operands[0], operands[1])
    return switch (index, left, right) {
    case (0, false, _): g.matmul(b, transposeRight: !right)
    case (0, true, _): b.matmul(g, transposeLeft: right, transposeRight: true)
    case (_, _, false): a.matmul(g, transposeLeft: !left)
    case (_, _, true): g.matmul(a, transposeLeft: true, transposeRight: left)
    }
  }

  /// The adjoint of a maximum or minimum folded over `axes`: even shares to all that attain it.
  private func shared(_ g: Value, _ axes: [Int]) -> Value {
    let x = operands[0]
    let attains = x.compared(.equal, to: repeated(along: axes, of: x.shape))
    let share = (g / attains.sum(axes: axes)).repeated(along: axes, of: x.shape)
    return chosen(attains, true, share)
  }

  /// The adjoint of the broadcast of this value along `axes`: sums over what was repeated.
  private func unbroadcast(_ g: Value, _ axes: [Int]) -> Value {
    let kept = zip(axes, shape.extents).filter { axis, extent in extent == g.shape[axis] }.map(\.0)
    return g.sum(axes: g.shape.extents.indices.filter { !kept.contains($0) }).reshape(shape)
  }

  /// Undoes a fold over `axes` of a value shaped `whole`: repeats along them.
  private func repeated(along axes: [Int], of whole: Shape) -> Value {
    broadcast(to: whole, axes: whole.extents.indices.filter { !axes.contains($0) })
  }

  /// Into zeros of `whole`, the elements at `start`, `start + step`, … along every axis.
  private func spread(into whole: Shape, _ start: [Int], _ step: [Int]) -> Value {
    let high = whole.extents.indices.map {
      whole[$0] - start[$0] - (shape[$0] - 1) * step[$0] - 1
    }
    return builder.add(.pad(low: start, high: high, interior: step.map { $0 - 1 }), [self])
  }

  /// The elements at `start`, `start + step`, … so many that they have `shape`.
  private func strided(_ start: [Int], _ step: [Int], _ shape: Shape) -> Value {
    let limit = shape.extents.indices.map { start[$0] + (shape[$0] - 1) * step[$0] + 1 }
    return builder.add(.slice(start: start, limit: limit, step: step), [self])
  }

  private func part(_ index: Int, of g: Value, _ axis: Int) -> Value {
    let before = operands[..<index].reduce(0) { $0 + $1.shape[axis] }
    return g.slice(axis: axis, before..<before + operands[index].shape[axis])
  }

  private func inverse(_ permutation: [Int]) -> [Int] {
    permutation.indices.sorted { permutation[$0] < permutation[$1] }
  }

  /// This value holds the indices.
  private func scatterAdd(_ updates: Value, rows: Int) -> Value {
    builder.add(.scatterAdd(rows: rows), [updates, self])
  }

  private func inputGradient(_ geometry: ConvGeometry, _ weight: Value, like x: Value) -> Value {
    let (height, width) = (x.shape[1], x.shape[2])
    return builder.add(
      .convolutionInputGradient(geometry, height: height, width: width), [self, weight])
  }

  private func weightGradient(_ geometry: ConvGeometry, _ y: Value, like weight: Value) -> Value {
    let (height, width) = (weight.shape[0], weight.shape[1])
    return builder.add(
      .convolutionWeightGradient(geometry, height: height, width: width), [self, y])
  }
}
