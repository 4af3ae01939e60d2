import Conformance
import Testing

@testable import TensorCore

@Suite struct GradientPathTests {
  /// A generator and a critic of two layers each, and the generator's loss.
  private struct Players {
    let builder = GraphBuilder()
    let generator: [Value]
    let critic: [Value]
    let image: Value
    let loss: Value

    init() {
      let latent = builder.feed("z", [4, 3])
      generator = [builder.state("g0", [3, 5]), builder.state("g1", [5, 6])]
      critic = [builder.state("d0", [6, 7]), builder.state("d1", [7, 1])]
      image = latent.matmul(generator[0]).maximum(0).matmul(generator[1]).tanh
      loss = image.matmul(critic[0]).maximum(0).matmul(critic[1]).softplus.mean()
    }

    func products(_ targets: [Value]) -> Int {
      let before = count
      _ = builder.gradient(of: loss, withRespectTo: targets)
      return count - before
    }

    private var count: Int {
      builder.nodes.count { node in
        guard case .matmul = node.op else { return false }
        return true
      }
    }
  }

  @Test func theGeneratorsGradientBuildsNoCriticWeightGradient() {
    // Back through two critic layers and one generator layer, and two weight gradients.
    let players = Players()
    #expect(players.products(players.generator) == 2 + 1 + 2)
    let weightGradients = players.builder.nodes.count {
      $0.type.shape == [6, 7] || $0.type.shape == [7, 1]
    }
    #expect(weightGradients == 2, "only the weights themselves have their shapes")
  }

  @Test func theCriticsGradientDoesNotReachIntoTheGenerator() {
    let players = Players()
    #expect(players.products(players.critic) == 1 + 2)
  }

  @Test func aTargetMayBeAnIntermediateValueAndNothingBehindItIsVisited() {
    let players = Players()
    #expect(players.products([players.image]) == 2)
  }

  @Test func anIntermediateTargetAndWhatLiesBehindItHaveTheirOwnGradients() throws {
    let builder = GraphBuilder()
    let x = builder.feed("x", [2])
    let y = x * x
    let loss = (y * y).sum()
    let gradients = builder.gradient(of: loss, withRespectTo: [x, y, loss])
    let graph = builder.finish(
      outputs: [("x", gradients[0]), ("y", gradients[1]), ("loss", gradients[2])], updates: [])
    let seen = try Reference.evaluate(graph, feeds: ["x": [3, -2]]).outputs
    #expect(seen["x"] == [108, -32])
    #expect(seen["y"] == [18, 8])
    #expect(seen["loss"] == [1])
  }

  @Test func aTargetWithoutAPathGetsZeros() {
    let builder = GraphBuilder()
    let (x, y) = (builder.feed("x", [2]), builder.feed("y", [3, 2]))
    let late = builder.feed("late", [5])
    let loss = (x * 2).sum()
    let gradients = builder.gradient(of: loss, withRespectTo: [y, late])
    #expect(gradients.map(\.uniformConstant) == [0, 0])
    #expect(gradients.map(\.shape) == [[3, 2], [5]])
    #expect(builder.gradient(of: x.floor.sum(), withRespectTo: [x])[0].uniformConstant == 0)
  }

  @Test func aSeedWeightsTheElementsOfTheLoss() throws {
    let builder = GraphBuilder()
    let (x, seed) = (builder.feed("x", [3]), builder.feed("seed", [3]))
    let gradient = builder.gradient(of: x * x, withRespectTo: [x], seed: seed)[0]
    let graph = builder.finish(outputs: [("g", gradient)], updates: [])
    let seen = try Reference.evaluate(graph, feeds: ["x": [1, 2, 3], "seed": [1, 10, 0]]).outputs
    #expect(seen["g"] == [2, 40, 0])
  }

  struct Kink: Sendable {
    let name: String
    let x: Double
    let slope: Double
    let function: @Sendable (Value) -> Value
  }

  @Test(arguments: [
    Kink(name: "relu", x: 0, slope: 0) { $0.maximum(0) },
    Kink(name: "min(x, 0)", x: 0, slope: 0) { $0.minimum(0) },
    Kink(name: "leaky relu", x: 0, slope: 0.2) { $0.maximum($0 * 0.2) },
    Kink(name: "|x|", x: 0, slope: 0) { $0.magnitude },
    Kink(name: "√x", x: 0, slope: .infinity) { $0.squareRoot },
    Kink(name: "x⁰", x: 0, slope: 0) { $0.power($0.floor) },
    Kink(name: "max(x, x)", x: 3, slope: 1) { $0.maximum($0) },
    Kink(name: "max over equal elements", x: 3, slope: 0.5) {
      $0.reshape([1]).concatenated(with: $0.reshape([1]) * 2 - 3, axis: 0).reduceMaximum(axes: [0])
        - $0
    },
  ])
  func whereThereIsNoDerivativeTheConventionHolds(_ kink: Kink) throws {
    let builder = GraphBuilder()
    let x = builder.feed("x", [])
    let gradient = builder.gradient(of: kink.function(x), withRespectTo: [x])[0]
    let graph = builder.finish(outputs: [("g", gradient)], updates: [])
    let seen = try Reference.evaluate(graph, feeds: ["x": [kink.x]]).outputs["g"]
    #expect(seen == [kink.slope], "\(kink.name)")
  }

  @Test func aGradientPenaltyDifferentiatesThroughTheGradient() throws {
    // D(x) = Σ w x², ‖∇D‖² = 4 Σ w² x², its derivative in w is 8 w x².
    let builder = GraphBuilder()
    let (x, w) = (builder.feed("x", [2, 3]), builder.state("w", [3]))
    let score = (w.broadcastChannels(to: x.shape) * x.squared).sum()
    let gradient = builder.gradient(of: score, withRespectTo: [x])[0]
    let penalty = gradient.squared.sum()
    let result = builder.gradient(of: penalty, withRespectTo: [w])[0]
    let graph = builder.finish(outputs: [("g", result)], updates: [])
    let seen = try Reference.evaluate(
      graph, feeds: ["x": [1, 2, 3, 4, 5, 6]], states: ["w": [1, 10, 0.5]]
    ).outputs["g"]
    #expect(seen == [8 * 17, 80 * 29, 4 * 45])
  }

  /// Which operands an operation is linear in, all others held.
  private static func linearOperands(_ sample: OpSample) -> [Int] {
    switch sample.op {
    case .input, .constant, .iota, .random, .compare, .convert, .windowMaximum: []
    case .unary(let function): function == .negate ? [0] : []
    case .binary(.multiply): [0, 1]
    case .binary(.divide): [0]
    case .binary(.add), .binary(.subtract), .binary(.maximum), .binary(.minimum), .binary(.power):
      []
    case .select: []
    case .reduce(let reduction, _): reduction == .sum ? [0] : []
    case .broadcast, .reshape, .transpose, .slice, .pad, .gather, .scatterAdd, .windowSum,
      .windowSumGradient:
      [0]
    case .concatenate: []
    case .matmul, .convolution, .convolutionInputGradient, .convolutionWeightGradient: [0, 1]
    case .windowMaximumGradient, .windowMaximumSelect: [1]
    }
  }

  @Test(arguments: OpSample.all.filter { !linearOperands($0).isEmpty })
  fileprivate func theGradientOfALinearOperationIsItsAdjoint(_ sample: OpSample) throws {
    let builder = GraphBuilder()
    let (operands, result) = sample.build(builder)
    let seed = builder.feed("s", result.shape)
    let linear = Self.linearOperands(sample)
    let gradients = builder.gradient(
      of: result, withRespectTo: linear.map { operands[$0] }, seed: seed)
    var feeds = sample.feeds()
    feeds["s"] = noise(result.shape.count, seed: 5)
    let outputs = [("y", result)] + zip(linear, gradients).map { ("g\($0)", $1) }
    let graph = builder.finish(outputs: outputs, updates: [])
    let seen = try Reference.evaluate(graph, feeds: feeds).outputs
    func inner(_ a: [Double]?, _ b: [Double]?) -> Double {
      zip(a ?? [], b ?? []).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let wanted = inner(seen["y"], feeds["s"])
    #expect(wanted != 0)
    for index in linear {
      let other = inner(feeds["x\(index)"], seen["g\(index)"])
      #expect(abs(other - wanted) <= 1e-10 * max(1, abs(wanted)))
    }
  }
}
