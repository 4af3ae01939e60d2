import Conformance
import Testing

@testable import TensorCore

/// `Σ c · op(x)` with fixed noise `c`, its gradient in every float operand, and a scalar made of
/// that gradient, so that both derivatives can be compared with differences.
private struct Differentiated {
  let graph: Graph
  let feeds: [String: [Double]]
  let targets: [String]

  init(_ sample: OpSample) {
    let builder = GraphBuilder()
    let (operands, result) = sample.build(builder)
    let weight = builder.feed("c", result.shape)
    let scalar = (result.converted(to: .float32) * weight).sum()
    let wanted = operands.filter { $0.type.dtype == .float32 } + [weight]
    var feeds = sample.feeds()
    feeds["c"] = noise(result.shape.count, seed: 11)

    let first = builder.gradient(of: scalar, withRespectTo: wanted)
    var directional = builder.constant(0)
    for (index, gradient) in first.enumerated() {
      let direction = builder.feed("v\(index)", gradient.shape)
      feeds["v\(index)"] = noise(gradient.shape.count, seed: 20 + UInt64(index))
      directional = directional + (gradient * direction).sum()
    }
    let second = builder.gradient(of: directional, withRespectTo: wanted)
    let names = wanted.map { value -> String in
      guard case .input(let name, _, _) = value.node.op else { return "" }
      return name
    }
    graph = builder.finish(
      outputs: [("value", scalar), ("directional", directional)]
        + zip(names, first).map { ("first/\($0)", $1) }
        + zip(names, second).map { ("second/\($0)", $1) },
      updates: [])
    self.feeds = feeds
    targets = names
  }

  /// Central differences of `output` in every element of `target`.
  func differences(of output: String, in target: String) throws -> [Double] {
    let step = 1e-5
    func value(_ element: Int, _ offset: Double) throws -> Double {
      var moved = feeds
      moved[target]?[element] += offset
      return try Reference.evaluate(graph, feeds: moved).outputs[output]?[0] ?? .nan
    }
    return try (feeds[target] ?? []).indices.map {
      (try value($0, step) - value($0, -step)) / (2 * step)
    }
  }
}

private func expectClose(_ seen: [Double], _ wanted: [Double], _ what: String) {
  #expect(seen.count == wanted.count)
  for (index, pair) in zip(seen, wanted).enumerated() {
    let tolerance = 1e-6 * max(1, abs(pair.1))
    #expect(abs(pair.0 - pair.1) <= tolerance, "\(what)[\(index)]: \(pair.0), not \(pair.1)")
  }
}

@Suite struct GradientTests {
  static let cases = OpSample.all.filter { sample in
    guard case .input = sample.op else { return true }
    return false
  }

  @Test(arguments: cases)
  func firstAndSecondDerivativesAgreeWithFiniteDifferences(_ sample: OpSample) throws {
    let problem = Differentiated(sample)
    #expect(problem.graph.problems() == [])
    let outputs = try Reference.evaluate(problem.graph, feeds: problem.feeds).outputs
    for target in problem.targets {
      expectClose(
        outputs["first/\(target)"] ?? [], try problem.differences(of: "value", in: target),
        "first derivative in \(target)")
      expectClose(
        outputs["second/\(target)"] ?? [], try problem.differences(of: "directional", in: target),
        "second derivative in \(target)")
    }
  }
}
