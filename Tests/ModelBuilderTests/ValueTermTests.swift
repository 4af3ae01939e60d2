import Spec
import TensorCore
import Testing

@testable import ModelBuilder

/// What PyTorch's functions make of values.
struct ValueTermCase: Decodable, CustomTestStringConvertible {
  let word: String
  let keys: String
  let values: [GoldenTensor]
  let value: Double
  /// In each of `values`.
  let gradient: [GoldenTensor]
  /// Of a `class`.
  let labels: [Double]?
  let accuracy: Double?

  static let all: [ValueTermCase] = golden("terms")

  var testDescription: String { "\(word) {\(keys)} of \(values.map(\.shape))" }
}

/// A term on values that are fed in.
private struct ValueTermBench {
  static let words: [any Word.Type] = [
    ClassCost.self, Distance.self, FeatureMatching.self, KLToNormal.self, TotalVariation.self,
  ]
  static let vocabulary = Vocabulary([.penalty: words.map { $0.declaration }])

  /// Which nobody looks at here: the values are given.
  private static let formulas = [
    "class": "of: a, label: b.label", "distance": "of: a, from: b",
    "feature_matching": "of: a, to: b", "kl_to_normal": "mean: a, log_variance: b",
  ]

  let graph: Graph
  private(set) var feeds: [String: [Double]]

  static func word(_ name: String, _ keys: String) throws -> any Word {
    let all = [formulas[name], keys.isEmpty ? nil : keys].compactMap(\.self)
    let text = all.isEmpty ? name : "{\(name): {\(all.joined(separator: ", "))}}"
    let choice = try loadChoice(text, .penalty, vocabulary: vocabulary).get()
    let type = try #require(words.first { $0.declaration.name == name })
    return type.init(choice.record)
  }

  static func cost(
    of word: any Word, _ values: [Value], labels: Value? = nil, classes: Int = 0
  ) throws -> Value {
    switch word {
    case let term as Distance: try term.cost(of: values[0], from: values[1])
    case let term as KLToNormal: try term.cost(mean: values[0], logVariance: values[1])
    case let term as FeatureMatching: try term.cost(of: values[0], to: values[1])
    case let term as TotalVariation: try #require(term.cost(of: values[0]))
    case let term as ClassCost:
      try term.cost(of: values[0], labels: #require(labels), classes: classes)
    default: throw LayerMisfit("no term on values")
    }
  }

  init(_ termCase: ValueTermCase) throws {
    let builder = GraphBuilder()
    let given = termCase.values.map(\.activation)
    let values = given.enumerated().map { builder.feed("\($0)", Shape($1.shape)) }
    let labels = termCase.labels.map { builder.feed("labels", [$0.count], .int32) }
    let cost = try Self.cost(
      of: Self.word(termCase.word, termCase.keys), values, labels: labels, classes: 2)
    let gradient = builder.gradient(of: cost, withRespectTo: values)
    var outputs = [("cost", cost)] + gradient.enumerated().map { ("gradient/\($0)", $1) }
    if let labels { outputs.append(("accuracy", values[0].accuracy(against: labels))) }
    graph = builder.finish(outputs: outputs, updates: [])
    feeds = Dictionary(uniqueKeysWithValues: given.enumerated().map { ("\($0)", $1.values) })
    feeds["labels"] = termCase.labels
  }

  func run() throws -> [String: [Double]] { try Reference.evaluate(graph, feeds: feeds).outputs }

  func differences(in value: Int) throws -> [Double] {
    let step = 1e-5
    func cost(_ element: Int, _ offset: Double) throws -> Double {
      var bench = self
      bench.feeds["\(value)"]?[element] += offset
      return try bench.run()["cost"]?[0] ?? .nan
    }
    return try (feeds["\(value)"] ?? []).indices.map {
      (try cost($0, step) - cost($0, -step)) / (2 * step)
    }
  }
}

@Suite struct ValueTermTests {
  @Test(arguments: ValueTermCase.all)
  func aTermOnValuesAndItsGradientsArePyTorchs(_ termCase: ValueTermCase) throws {
    let bench = try ValueTermBench(termCase)
    #expect(bench.graph.problems() == [])
    let outputs = try bench.run()
    expectClose(outputs["cost"], [termCase.value], "cost")
    for (index, gradient) in termCase.gradient.enumerated() {
      expectClose(
        outputs["gradient/\(index)"], gradient.activation.values, "gradient in value \(index)")
    }
    if let accuracy = termCase.accuracy { expectClose(outputs["accuracy"], [accuracy], "accuracy") }
  }

  @Test(arguments: ValueTermCase.all)
  func itsGradientsAgreeWithFiniteDifferences(_ termCase: ValueTermCase) throws {
    let bench = try ValueTermBench(termCase)
    let outputs = try bench.run()
    for index in termCase.values.indices {
      expectClose(
        outputs["gradient/\(index)"], try bench.differences(in: index), tolerance: 1e-7,
        "gradient in value \(index)")
    }
  }

  @Test func everyWordIsHeldAgainstPyTorch() {
    #expect(
      Set(ValueTermCase.all.map(\.word)) == Set(ValueTermBench.words.map { $0.declaration.name }))
  }

  /// Keys, two samples of two numbers each for both values, and what they come to.
  static let byHand: [(word: String, keys: String, [Double], [Double], Double)] = [
    // Differences 1, −2, 0 and 3.
    ("distance", "", [1, 0, 5, 4], [0, 2, 5, 1], 6.0 / 4),
    ("distance", "reduce: sum, weight: 10", [1, 0, 5, 4], [0, 2, 5, 1], 30),
    ("distance", "norm: l2", [1, 0, 5, 4], [0, 2, 5, 1], 14.0 / 4),
    ("distance", "norm: l2, reduce: sum", [1, 0, 5, 4], [0, 2, 5, 1], 7),
    // ½ at 1 from both sides, 3/2, 0, 5/2; and ½ · ¼ for a half.
    ("distance", "norm: smooth", [1, 0, 5, 4], [0, 2, 5, 1], 4.5 / 4),
    ("distance", "norm: smooth, reduce: sum", [0.5, 0, 0, 0], [0, 0, 0, 0], 0.125 / 2),
    // A standard normal distribution is as near as can be; means of 3 and 4 are ½ · 25 away.
    ("kl_to_normal", "", [0, 0, 0, 0], [0, 0, 0, 0], 0),
    ("kl_to_normal", "", [3, 4, 0, 0], [0, 0, 0, 0], 12.5 / 2),
    ("kl_to_normal", "reduce: mean, weight: 2", [3, 4, 0, 0], [0, 0, 0, 0], 12.5 / 2),
    // Means (3, 2) and (2.5, 1.5).
    ("feature_matching", "", [1, 0, 5, 4], [0, 2, 5, 1], 0.5),
    ("feature_matching", "reduce: mean", [1, 0, 5, 4], [0, 2, 5, 1], 0.25),
  ]

  @Test(arguments: byHand.indices)
  func aTermComesToWhatItDoesOnPaper(_ index: Int) throws {
    let (word, keys, first, second, wanted) = Self.byHand[index]
    let builder = GraphBuilder()
    let values = [builder.feed("a", [2, 2]), builder.feed("b", [2, 2])]
    let cost = try ValueTermBench.cost(of: ValueTermBench.word(word, keys), values)
    let graph = builder.finish(outputs: [("cost", cost)], updates: [])
    let seen = try Reference.evaluate(graph, feeds: ["a": first, "b": second]).outputs["cost"]
    expectClose(seen, [wanted], tolerance: 1e-12, "cost")
  }

  /// Logits, the classes, and the share that is right.
  static let answers: [([Double], [Double], Double)] = [
    ([1, 0, 0, 1], [0, 1], 1), ([1, 0, 0, 1], [1, 0], 0), ([1, 0, 3, 1], [0, 1], 0.5),
    // Of equal logits the first counts.
    ([2, 2, 2, 2], [0, 1], 0.5),
  ]

  @Test(arguments: answers)
  func theAccuracyIsTheShareOfRightAnswers(
    _ logits: [Double], _ labels: [Double], _ wanted: Double
  ) throws {
    let builder = GraphBuilder()
    let accuracy = builder.feed("logits", [2, 2])
      .accuracy(against: builder.feed("labels", [2], .int32))
    let graph = builder.finish(outputs: [("accuracy", accuracy)], updates: [])
    let outputs = try Reference.evaluate(graph, feeds: ["logits": logits, "labels": labels]).outputs
    #expect(outputs["accuracy"] == [wanted])
  }

  /// Near a standard normal distribution eˡ − 1 − l is ½ l², which a difference of numbers near 1 would lose.
  @Test func theDivergenceIsExactNearItsLeast() throws {
    let term = try #require(try ValueTermBench.word("kl_to_normal", "") as? KLToNormal)
    let builder = GraphBuilder()
    let cost = try term.cost(
      mean: builder.constant(0, [1, 1]), logVariance: builder.feed("l", [1, 1]))
    let graph = builder.finish(outputs: [("cost", cost)], updates: [])
    let seen = try Reference.evaluate(graph, feeds: ["l": [1e-8]]).outputs["cost"]
    expectClose(seen.map { $0.map { $0 * 4e16 } }, [1], tolerance: 1e-6, "4 KL / l²")
  }

  /// Shapes that a term cannot be of, and what is said.
  static let misfits: [(word: String, [Shape], String)] = [
    (
      "distance", [[2, 8, 8, 3], [2, 4, 4, 3]], "values of 3×8×8 and of 3×4×4 have no distance"
    ),
    (
      "kl_to_normal", [[2, 3], [2, 4]],
      "values of 3 and of 4 are no means and variances of one distribution"
    ),
    ("feature_matching", [[2, 3], [4, 4]], "features of 3 and of 4 do not match"),
    ("class", [[2, 3]], "3 logits for 10 classes"),
    ("class", [[2, 4, 4, 10]], "class takes vectors, but 10×4×4 images come in"),
  ]

  @Test(arguments: misfits.indices)
  func valuesThatDoNotGoTogetherAreRefused(_ index: Int) throws {
    let (word, shapes, message) = Self.misfits[index]
    let builder = GraphBuilder()
    let values = shapes.enumerated().map { builder.feed("\($0)", $1) }
    let error = #expect(throws: LayerMisfit.self) {
      try ValueTermBench.cost(
        of: ValueTermBench.word(word, ""), values, labels: builder.feed("labels", [2], .int32),
        classes: 10)
    }
    #expect(error?.message == message)
  }

  /// Whose slope jumps where two numbers are equal, and how many differences decide it.
  static let kinked: [(keys: String, Int)] = [
    ("norm: l1", 1), ("norm: l2", 0), ("norm: smooth", 0),
  ]

  @Test(arguments: kinked.indices)
  func onlyAnAbsoluteDistanceHasAKink(_ index: Int) throws {
    let (keys, wanted) = Self.kinked[index]
    let term = try #require(try ValueTermBench.word("distance", keys) as? Distance)
    let builder = GraphBuilder()
    var kinks: [Value] = []
    _ = try term.cost(of: builder.feed("a", [2, 2]), from: builder.feed("b", [2, 2])) {
      kinks.append($0)
    }
    #expect(kinks.count == wanted)
  }
}
