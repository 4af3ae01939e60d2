import Testing

@testable import TensorCore

/// A formula over `x` and `y` (both [2, 3]) and what must be written for it.
private struct Rewriting: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let formula: @Sendable (_ x: Value, _ y: Value) -> Value
  let text: String

  init(
    _ name: String, _ text: String, _ formula: @escaping @Sendable (_ x: Value, _ y: Value) -> Value
  ) {
    testDescription = name
    self.text = text
    self.formula = formula
  }

  static let all = [
    Rewriting("x + 0", "x") { x, _ in x + 0 },
    Rewriting("x · 1", "x") { x, _ in x * 1 },
    Rewriting("x · 0", "constant broadcast") { x, _ in x * 0 },
    Rewriting("−(−x)", "x") { x, _ in -(-x) },
    Rewriting("x⁰", "constant broadcast") { x, _ in x.power(0) },
    Rewriting("x¹", "x") { x, _ in x.power(1) },
    Rewriting("x²", "x multiply") { x, _ in x.power(2) },
    Rewriting("√x by power", "x square_root") { x, _ in x.power(0.5) },
    Rewriting("1 / √x", "x reciprocal_square_root") { x, _ in 1 / x.squareRoot },
    Rewriting("x / 4 multiplies", "x constant broadcast multiply") { x, _ in x / 4 },
    Rewriting("x / 3 divides", "x constant broadcast divide") { x, _ in x / 3 },
    Rewriting("(x · 2) · 3", "x constant broadcast multiply") { x, _ in x * 2 * 3 },
    Rewriting("x + (−y)", "x y subtract") { x, y in x + (-y) },
    Rewriting("(−x) + y", "x y subtract") { x, y in (-x) + y },
    Rewriting("x − (−y)", "x y add") { x, y in x - (-y) },
    Rewriting("−(x − y)", "x y subtract") { x, y in -(x - y) },
    Rewriting("y + x is x + y", "x y add subtract") { x, y in (y + x) - (x + y) },
    Rewriting("constants fold", "constant broadcast") { x, _ in
      x.builder.constant(2, x.shape) * 3 + x.builder.constant(1, x.shape)
    },
    Rewriting("a mask's two halves", "x y greater select") { x, y in
      let (mask, zero) = (x.compared(.greater, to: y), x.builder.constant(0, x.shape))
      return mask.select(x, else: zero) + mask.select(zero, else: y)
    },
    Rewriting("select on the same mask twice", "x y greater select") { x, y in
      let mask = x.compared(.greater, to: y)
      return mask.select(mask.select(x, else: x * y), else: y)
    },
    Rewriting("select on the same mask, on the other side", "x y greater select") { x, y in
      let mask = x.compared(.greater, to: y)
      return mask.select(x, else: mask.select(x * y, else: y))
    },
    Rewriting("transposed twice", "x") { x, _ in x.transpose([1, 0]).transpose([1, 0]) },
    Rewriting("reshaped twice", "x") { x, _ in x.reshape([6]).reshape([2, 3]) },
    Rewriting("product with a transpose", "x y matmul") { x, y in
      x.matmul(y.transpose([1, 0]))
    },
    Rewriting("sum of repeats", "x constant broadcast multiply") { x, _ in
      x.broadcast(to: [5, 2, 3], axes: [1, 2]).sum(axes: [0])
    },
    Rewriting("sum of repeats and more", "x reduce_sum constant broadcast multiply") { x, _ in
      x.broadcast(to: [5, 2, 3], axes: [1, 2]).sum(axes: [0, 2])
    },
    Rewriting("mean of repeats", "x") { x, _ in
      x.broadcast(to: [2, 4, 3], axes: [0, 2]).mean(axes: [1])
    },
    Rewriting("a sum of sums keeps the first", "x reduce_sum reduce_sum") { x, _ in
      x.sum(axes: [0]).sum()
    },
    Rewriting("slice of a pad", "x") { x, _ in
      let builder = x.builder
      let padded = builder.add(.pad(low: [1, 0], high: [0, 2], interior: [1, 0]), [x])
      return builder.add(.slice(start: [1, 0], limit: [4, 3], step: [2, 1]), [padded])
    },
    Rewriting("slice of a pad, elsewhere", "x pad slice") { x, _ in
      let builder = x.builder
      let padded = builder.add(.pad(low: [1, 0], high: [0, 2], interior: [1, 0]), [x])
      return builder.add(.slice(start: [1, 1], limit: [4, 4], step: [2, 1]), [padded])
    },
    Rewriting("function of a repeat", "x tanh broadcast") { x, _ in
      x.broadcast(to: [5, 2, 3], axes: [1, 2]).tanh
    },
    Rewriting("product of repeats", "x y multiply broadcast") { x, y in
      x.broadcast(to: [5, 2, 3], axes: [1, 2]) * y.broadcast(to: [5, 2, 3], axes: [1, 2])
    },
    Rewriting("repeat of a reshape", "x reduce_sum broadcast") { x, _ in
      x.sum(axes: [1]).reshape([2, 1]).broadcast(to: [2, 3], axes: [0, 1])
    },
    Rewriting("repeat of a reshape that mixes axes", "x reshape broadcast") { x, _ in
      x.reshape([3, 2]).broadcast(to: [3, 4, 2], axes: [0, 2])
    },
  ]
}

@Suite struct SimplifyTests {
  @Test(arguments: Rewriting.all)
  fileprivate func aFormulaIsWrittenInItsSimplestForm(_ rewriting: Rewriting) throws {
    let plain = try Self.evaluated(rewriting, simplifying: false)
    let simple = try Self.evaluated(rewriting, simplifying: true)
    #expect(simple.graph.problems() == [])
    for (a, b) in zip(plain.value, simple.value) { #expect(abs(a - b) <= 1e-12 * max(1, abs(a))) }
    let wanted = rewriting.text.split(separator: " ").filter { $0 != "x" && $0 != "y" }
    let written = simple.graph.nodes.map(\.op.name).filter { $0 != "feed" }
    #expect(written == wanted.map(String.init))
  }

  private static func evaluated(
    _ rewriting: Rewriting, simplifying: Bool
  ) throws -> (graph: Graph, value: [Double]) {
    let builder = GraphBuilder(simplifying: simplifying)
    let (x, y) = (builder.feed("x", [2, 3]), builder.feed("y", [2, 3]))
    let graph = builder.finish(outputs: [("z", rewriting.formula(x, y))], updates: [])
    let feeds = ["x": [0.3, 1.7, 0.9, 2.2, 0.1, 1.1], "y": [1.3, 0.2, 2.9, 0.7, 1.9, 0.4]]
    return (graph, try Reference.evaluate(graph, feeds: feeds).outputs["z"] ?? [])
  }

  @Test(arguments: 0..<150)
  func simplificationNeverChangesAResult(seed: Int) throws {
    let plain = Self.randomProgram(GraphBuilder(simplifying: false), seed: seed)
    let simple = Self.randomProgram(GraphBuilder(simplifying: true), seed: seed)
    #expect(simple.problems() == [])
    #expect(simple.operationCount <= plain.operationCount)
    let feeds = ["x": noise(6, seed: UInt64(seed)), "y": noise(6, seed: 1000 + UInt64(seed))]
    let wanted = try Reference.evaluate(plain, feeds: feeds).outputs
    let seen = try Reference.evaluate(simple, feeds: feeds).outputs
    for (name, value) in wanted {
      for (a, b) in zip(value, seen[name] ?? []) where a.isFinite {
        #expect(abs(a - b) <= 1e-9 * max(1, abs(a)), "\(name): \(b), not \(a)")
      }
    }
  }

  /// Thirty random operations, among them the gradients of what came before.
  static func randomProgram(_ builder: GraphBuilder, seed: Int) -> Graph {
    var choices = Choices(seed: seed)
    var values = [builder.feed("x", [2, 3]), builder.feed("y", [2, 3])]
    let (x, y) = (values[0], values[1])
    func constant(_ shape: Shape) -> Value {
      builder.constant(choices.one(of: [0, 1, -1, 2, 0.5, -3]), shape)
    }
    for _ in 0..<30 {
      let a = choices.one(of: values)
      let b = values.filter { $0.shape == a.shape }.randomElement(using: &choices) ?? a
      let rank = a.shape.rank
      switch choices.next() % 14 {
      case 0: values.append(builder.add(.unary(choices.one(of: [.negate, .absolute])), [a]))
      case 1: values.append(builder.add(.unary(choices.one(of: [.tanh, .sigmoid])), [a]))
      case 2, 3:
        let function: Binary = choices.one(of: [.add, .subtract, .multiply, .maximum, .minimum])
        let other = choices.next() % 2 == 0 ? b : constant(a.shape)
        let pair = choices.next() % 2 == 0 ? [a, other] : [other, a]
        values.append(builder.add(.binary(function), pair))
      case 4: values.append(a / choices.one(of: [2, 3, -4, 0.25]))
      case 5:
        let mask = a.compared(choices.one(of: [.less, .greaterOrEqual]), to: b)
        values.append(mask.select(choices.next() % 2 == 0 ? a : constant(a.shape), else: b))
      case 6 where rank > 0: values.append(a.sum(axes: [choices.below(rank)]))
      case 7 where rank > 0: values.append(a.reduceMaximum(axes: [choices.below(rank)]))
      case 8 where rank < 3:
        let place = choices.below(rank + 1)
        var extents = a.shape.extents
        extents.insert(choices.one(of: [1, 2, 3]), at: place)
        let axes = (0...rank).filter { $0 != place }
        values.append(a.broadcast(to: Shape(extents), axes: axes))
      case 9: values.append(a.transpose(Array((0..<rank).reversed())))
      case 10: values.append(a.reshape([a.shape.count]))
      case 11 where rank == 2:
        let right = choices.next() % 2 == 0 ? b : b.transpose([1, 0])
        values.append(
          a.transpose([1, 0]).matmul(right, transposeRight: right.shape[0] != a.shape[0]))
      case 12 where rank > 0:
        let pad = builder.add(
          .pad(
            low: Array(repeating: 1, count: rank), high: Array(repeating: 0, count: rank),
            interior: Array(repeating: choices.below(2), count: rank)), [a])
        values.append(pad.slice(axis: 0, 1..<pad.shape[0]))
      case 13: values.append(builder.gradient(of: a, withRespectTo: [choices.one(of: [x, y])])[0])
      default: values.append(a * a.sigmoid)
      }
      if values.count > 40 || (values.last?.shape.count ?? 0) > 60 { values.removeLast() }
    }
    let outputs = values.suffix(8).enumerated().map { ("o\($0)", $1) }
    return builder.finish(outputs: outputs, updates: [])
  }
}

/// A reproducible sequence of choices.
struct Choices: RandomNumberGenerator {
  private var count = 0
  private let generator: Philox

  init(seed: Int) { generator = Philox(seed: UInt64(seed), stream: 9, step: 0) }

  mutating func next() -> UInt64 {
    count += 1
    let words = generator.block(count)
    return UInt64(words.0) << 32 | UInt64(words.1)
  }
  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
  mutating func one<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }
}
