// The surface in which layers, losses and optimizers are written.

extension Value {
  private func unary(_ function: Unary) -> Value { builder.add(.unary(function), [self]) }

  package var negated: Value { unary(.negate) }
  package var magnitude: Value { unary(.absolute) }
  package var sign: Value { unary(.sign) }
  package var floor: Value { unary(.floor) }
  package var exponential: Value { unary(.exponential) }
  package var exponentialMinusOne: Value { unary(.exponentialMinusOne) }
  package var logarithm: Value { unary(.logarithm) }
  package var logarithmOnePlus: Value { unary(.logarithmOnePlus) }
  package var squareRoot: Value { unary(.squareRoot) }
  package var reciprocalSquareRoot: Value { unary(.reciprocalSquareRoot) }
  package var reciprocal: Value { unary(.reciprocal) }
  package var tanh: Value { unary(.tanh) }
  package var sigmoid: Value { unary(.sigmoid) }
  /// log(1 + eˣ), without overflow.
  package var softplus: Value { unary(.softplus) }
  /// `x` where positive, eˣ − 1 elsewhere. Its derivative at 0 is 1, as both sides have it.
  package var exponentialLinear: Value { unary(.exponentialLinear) }
  package var squared: Value { self * self }

  /// Both sides in one shape: a scalar repeats to the shape of the other side.
  private static func binary(_ function: Binary, _ a: Value, _ b: Value) -> Value {
    let (left, right) = matched(a, b)
    return left.builder.add(.binary(function), [left, right])
  }

  private static func matched(_ a: Value, _ b: Value) -> (Value, Value) {
    if a.shape == b.shape { return (a, b) }
    if a.shape.rank == 0 { return (a.broadcast(to: b.shape), b) }
    if b.shape.rank == 0 { return (a, b.broadcast(to: a.shape)) }
    preconditionFailure("shapes \(a.shape) and \(b.shape) differ: broadcast one of them")
  }

  package static func + (a: Value, b: Value) -> Value { binary(.add, a, b) }
  package static func - (a: Value, b: Value) -> Value { binary(.subtract, a, b) }
  package static func * (a: Value, b: Value) -> Value { binary(.multiply, a, b) }
  package static func / (a: Value, b: Value) -> Value { binary(.divide, a, b) }
  package static func + (a: Value, b: Double) -> Value { a + a.builder.constant(b) }
  package static func - (a: Value, b: Double) -> Value { a - a.builder.constant(b) }
  package static func * (a: Value, b: Double) -> Value { a * a.builder.constant(b) }
  package static func / (a: Value, b: Double) -> Value { a / a.builder.constant(b) }
  package static func + (a: Double, b: Value) -> Value { b.builder.constant(a) + b }
  package static func - (a: Double, b: Value) -> Value { b.builder.constant(a) - b }
  package static func * (a: Double, b: Value) -> Value { b.builder.constant(a) * b }
  package static func / (a: Double, b: Value) -> Value { b.builder.constant(a) / b }
  package static prefix func - (a: Value) -> Value { a.negated }

  package func maximum(_ other: Value) -> Value { Self.binary(.maximum, self, other) }
  package func maximum(_ other: Double) -> Value { maximum(builder.constant(other)) }
  package func minimum(_ other: Value) -> Value { Self.binary(.minimum, self, other) }
  package func minimum(_ other: Double) -> Value { minimum(builder.constant(other)) }
  package func power(_ exponent: Value) -> Value { Self.binary(.power, self, exponent) }
  package func power(_ exponent: Double) -> Value { power(builder.constant(exponent)) }

  package func compared(_ relation: Comparison, to other: Value) -> Value {
    let (left, right) = Self.matched(self, other)
    return builder.add(.compare(relation), [left, right])
  }
  package func compared(_ relation: Comparison, to other: Double) -> Value {
    compared(relation, to: builder.constant(other))
  }
  /// Where this mask is not 0, `a`; elsewhere `b`.
  package func select(_ a: Value, else b: Value) -> Value {
    builder.add(.select, [self, a.broadcast(to: shape), b.broadcast(to: shape)])
  }
  package func converted(to dtype: DType) -> Value {
    type.dtype == dtype ? self : builder.add(.convert(dtype), [self])
  }
}

extension Value {
  /// A scalar, or a value that already has the shape.
  package func broadcast(to shape: Shape) -> Value {
    if self.shape == shape { return self }
    precondition(self.shape.rank == 0, "\(self.shape) → \(shape): say which axes")
    return builder.add(.broadcast(to: shape, axes: []), [self])
  }
  /// Operand axis `k` becomes axis `axes[k]` of `shape`.
  package func broadcast(to shape: Shape, axes: [Int]) -> Value {
    builder.add(.broadcast(to: shape, axes: axes), [self])
  }
  /// A vector of channels to every place of `shape`, whose last axis is the channels.
  package func broadcastChannels(to shape: Shape) -> Value {
    broadcast(to: shape, axes: [shape.rank - 1])
  }
  package func reshape(_ shape: Shape) -> Value { builder.add(.reshape(shape), [self]) }
  package func transpose(_ permutation: [Int]) -> Value {
    builder.add(.transpose(permutation), [self])
  }
  package func slice(axis: Int, _ range: Range<Int>, step: Int = 1) -> Value {
    var start = [Int](repeating: 0, count: shape.rank)
    var limit = shape.extents
    var steps = [Int](repeating: 1, count: shape.rank)
    start[axis] = range.lowerBound
    limit[axis] = range.upperBound
    steps[axis] = step
    return builder.add(.slice(start: start, limit: limit, step: steps), [self])
  }
  package func concatenated(with others: Value..., axis: Int) -> Value {
    builder.add(.concatenate(axis: axis), [self] + others)
  }
  package func gather(_ indices: Value) -> Value { builder.add(.gather, [self, indices]) }

  package func sum(axes: [Int]) -> Value { builder.add(.reduce(.sum, axes: axes), [self]) }
  package func sum() -> Value { sum(axes: Array(0..<shape.rank)) }
  package func mean(axes: [Int]) -> Value {
    sum(axes: axes) / Double(axes.map { shape[$0] }.reduce(1, *))
  }
  package func mean() -> Value { mean(axes: Array(0..<shape.rank)) }
  package func reduceMaximum(axes: [Int]) -> Value {
    builder.add(.reduce(.maximum, axes: axes), [self])
  }

  package func matmul(
    _ other: Value, transposeLeft: Bool = false, transposeRight: Bool = false
  ) -> Value {
    builder.add(
      .matmul(transposeLeft: transposeLeft, transposeRight: transposeRight), [self, other])
  }
  package func convolution(_ weight: Value, _ geometry: ConvGeometry) -> Value {
    builder.add(.convolution(geometry), [self, weight])
  }
}
