import TensorCore

// Element by element, and folds.
extension Writer {
  mutating func unary(_ function: Unary, _ node: Node) -> String {
    let (x, type) = operand(node)
    let text = type.text
    switch function {
    case .negate: return element("negate", x, type: text)
    case .absolute: return element("abs", x, type: text)
    case .sign: return element("sign", x, type: text)
    case .floor: return element("floor", x, type: text)
    case .exponential: return element("exponential", x, type: text)
    case .exponentialMinusOne: return element("exponential_minus_one", x, type: text)
    case .logarithm: return element("log", x, type: text)
    case .logarithmOnePlus: return element("log_plus_one", x, type: text)
    case .squareRoot: return element("sqrt", x, type: text)
    case .reciprocalSquareRoot: return element("rsqrt", x, type: text)
    case .reciprocal:
      let one = filled(1, type.shape)
      return element("divide", one, x, type: text)
    case .tanh: return element("tanh", x, type: text)
    case .sigmoid: return element("logistic", x, type: text)
    case .softplus:
      let zero = filled(0, type.shape)
      let positive = element("maximum", x, zero, type: text)
      let magnitude = element("abs", x, type: text)
      let negative = element("negate", magnitude, type: text)
      let exponential = element("exponential", negative, type: text)
      let logarithm = element("log_plus_one", exponential, type: text)
      return element("add", positive, logarithm, type: text)
    case .exponentialLinear:
      let zero = filled(0, type.shape)
      let isPositive = comparison("GT", x, zero, type)
      let exponential = element("exponential_minus_one", x, type: text)
      return choice(isPositive, x, exponential, type)
    }
  }

  mutating func binary(_ function: Binary, _ node: Node) -> String {
    let (a, type) = operand(node)
    return element(function.rawValue, a, operand(node, 1).0, type: type.text)
  }

  mutating func compared(_ relation: Comparison, _ node: Node) -> String {
    let (a, type) = operand(node)
    let word =
      switch relation {
      case .less: "LT"
      case .lessOrEqual: "LE"
      case .greater: "GT"
      case .greaterOrEqual: "GE"
      case .equal: "EQ"
      case .notEqual: "NE"
      }
    let mask = comparison(word, a, operand(node, 1).0, type)
    return call("convert", [(mask, type.text(of: "i1"))], to: type.text)
  }

  mutating func selected(_ node: Node) -> String {
    let (mask, type) = operand(node)
    let zero = filled(0, type.shape)
    let isSet = comparison("NE", mask, zero, type)
    return choice(isSet, operand(node, 1).0, operand(node, 2).0, type)
  }

  /// To an integer type: towards zero, saturating, and 0 where there is no number. StableHLO leaves all three open.
  mutating func converted(_ node: Node) -> String {
    let (x, from) = operand(node)
    let to = node.type
    guard from.dtype != to.dtype else { return x }
    switch (from.dtype, to.dtype) {
    case (.float32, .int32):
      // The largest float32 below 2³¹; what is above it is set apart.
      let (low, high) = (constant(-0x1p31), constant(0x1.fffffep30))
      let number = withoutNaN(x, from)
      let inside = clamped(low, number, high, from)
      let integers = call("convert", [(inside, from.text)], to: to.text)
      let limit = filled(0x1p31, from.shape)
      let isAbove = comparison("GE", number, limit, from)
      let largest = integer(Int(Int32.max), "i32")
      let most = filled(largest, to.shape, "i32")
      return choice(isAbove, most, integers, to)
    case (.float32, .uint8):
      let (low, high) = (constant(0), constant(255))
      let number = withoutNaN(x, from)
      let inside = clamped(low, number, high, from)
      return call("convert", [(inside, from.text)], to: to.text)
    case (.int32, .uint8):
      let (low, high) = (integer(0, "i32"), integer(255, "i32"))
      let inside = clamped(low, x, high, from)
      return call("convert", [(inside, from.text)], to: to.text)
    case (.float32, .float32), (.int32, .int32), (.uint8, .uint8), (.int32, .float32),
      (.uint8, .float32), (.uint8, .int32):
      return call("convert", [(x, from.text)], to: to.text)
    }
  }

  mutating func reduced(_ reduction: Reduction, _ axes: [Int], _ node: Node) -> String {
    var (x, from) = operand(node)
    guard !axes.isEmpty else { return x }
    let (word, identity) = Self.fold(reduction)
    if reduction == .sum, arithmetic.sums == .byHalves { (x, from) = folded(x, from, axes) }
    let initial = constant(identity)
    return line(
      "stablehlo.reduce(\(x) init: \(initial)) applies stablehlo.\(word) across dimensions = "
        + "\(list(axes)) : (\(from.text), tensor<f32>) -> \(node.type.text)")
  }

  static func fold(_ reduction: Reduction) -> (word: String, identity: Double) {
    switch reduction {
    case .sum: ("add", 0)
    case .maximum: ("maximum", -.infinity)
    case .minimum: ("minimum", .infinity)
    }
  }

  /// A mask (`i1`) of where `a` stands to `b` so.
  mutating func comparison(_ word: String, _ a: String, _ b: String, _ type: TensorType) -> String {
    let kind = type.dtype == .float32 ? "FLOAT" : type.dtype == .int32 ? "SIGNED" : "UNSIGNED"
    return line(
      "stablehlo.compare \(word), \(a), \(b), \(kind) : (\(type.text), \(type.text)) -> "
        + type.text(of: "i1"))
  }

  mutating func choice(_ mask: String, _ a: String, _ b: String, _ type: TensorType) -> String {
    line("stablehlo.select \(mask), \(a), \(b) : \(type.text(of: "i1")), \(type.text)")
  }

  private mutating func withoutNaN(_ x: String, _ type: TensorType) -> String {
    let isNumber = comparison("EQ", x, x, type)
    let zero = filled(0, type.shape)
    return choice(isNumber, x, zero, type)
  }

  private mutating func clamped(
    _ low: String, _ x: String, _ high: String, _ type: TensorType
  ) -> String {
    let scalar = TensorType(.scalar, type.dtype).text
    return call("clamp", [(low, scalar), (x, type.text), (high, scalar)], to: type.text)
  }
}
