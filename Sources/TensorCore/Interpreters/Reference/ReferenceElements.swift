// Element by element.
extension Reference {
  static func value(_ function: Unary, _ x: Double) -> Double {
    switch function {
    case .negate: -x
    case .absolute: abs(x)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .floor: x.rounded(.down)
    case .exponential: Elementary.exponential(x)
    case .exponentialMinusOne: Elementary.exponentialMinusOne(x)
    case .logarithm: Elementary.logarithm(x)
    case .logarithmOnePlus: Elementary.logarithmOnePlus(x)
    case .squareRoot: x.squareRoot()
    case .reciprocalSquareRoot: 1 / x.squareRoot()
    case .reciprocal: 1 / x
    case .tanh: Elementary.hyperbolicTangent(x)
    case .sigmoid: sigmoid(x)
    case .softplus: max(x, 0) + Elementary.logarithmOnePlus(Elementary.exponential(-abs(x)))
    case .exponentialLinear: x > 0 ? x : Elementary.exponentialMinusOne(x)
    }
  }

  /// Exponentials of negative numbers only, so that the far tails keep their relative precision.
  private static func sigmoid(_ x: Double) -> Double {
    let tail = Elementary.exponential(-abs(x))
    return x < 0 ? tail / (1 + tail) : 1 / (1 + tail)
  }

  static func value(_ function: Binary, _ x: Double, _ y: Double) -> Double {
    switch function {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .maximum: x.isNaN || x > y ? x : y
    case .minimum: x.isNaN || x < y ? x : y
    case .power: Elementary.power(x, y)
    }
  }

  static func holds(_ relation: Comparison, _ x: Double, _ y: Double) -> Bool {
    switch relation {
    case .less: x < y
    case .lessOrEqual: x <= y
    case .greater: x > y
    case .greaterOrEqual: x >= y
    case .equal: x == y
    case .notEqual: x != y
    }
  }

  static func converted(_ x: Double, to dtype: DType) -> Double {
    func saturated(_ low: Double, _ high: Double) -> Double {
      x.isNaN ? 0 : min(max(x.rounded(.towardZero), low), high)
    }
    return switch dtype {
    case .float32: x
    case .int32: saturated(Double(Int32.min), Double(Int32.max))
    case .uint8: saturated(0, 255)
    }
  }
}
