import Foundation
import TensorCore
import Testing

@testable import ModelBuilder

/// One layer within a critic, and what each penalty on the critic's slope makes of it in PyTorch.
struct SecondOrderCase: Decodable, CustomTestStringConvertible {
  struct Term: Decodable {
    let penalty: String
    let draws: [GoldenTensor]
    let value: Double
    /// In every parameter.
    let gradient: [String: GoldenTensor]
  }
  let layer: String
  let critic: String
  /// α of a critic whose largest level fades in.
  let alpha: Double?
  let real: GoldenTensor
  let fake: GoldenTensor
  let labels: [Double]
  let inputs: [String: GoldenTensor]?
  let states: [String: GoldenTensor]
  let penalties: [Term]

  static let all: [SecondOrderCase] = golden("second_order")

  var testDescription: String { layer }

  func penaltyCase(_ term: Term) -> PenaltyCase {
    PenaltyCase(
      penalty: term.penalty, critic: critic, real: real, fake: fake, labels: labels,
      inputs: inputs, draws: term.draws, alpha: alpha, states: states, value: term.value,
      gradient: term.gradient)
  }
}

/// How far a penalty's gradient is from PyTorch's and from differences of the penalty, as shares of
/// its largest number.
private struct SecondOrderErrors {
  let fromPyTorch: Double
  let fromDifferences: Double

  init(_ penaltyCase: PenaltyCase) throws {
    let bench = try PenaltyBench(penaltyCase)
    let outputs = try bench.run()
    var size = 0.0
    var (fromPyTorch, fromDifferences) = (0.0, 0.0)
    for (name, tensor) in penaltyCase.gradient {
      let layout = try #require(bench.layouts[name])
      let theirs = tensor.ours(layout).values
      let ours = try #require(outputs["gradient/\(name)"])
      #expect(ours.count == theirs.count)
      size = max(size, theirs.map(abs).max() ?? 0)
      fromPyTorch = max(fromPyTorch, zip(ours, theirs).map { abs($0 - $1) }.max() ?? 0)
      for phase in [0.0, 1.0] {
        let direction = theirs.indices.map { cos(Double($0) * 1.7 + phase) }
        let along = zip(ours, direction).map { $0 * $1 }.reduce(0, +)
        let difference = try bench.difference(in: name, along: direction)
        fromDifferences = max(fromDifferences, abs(along - difference))
      }
    }
    #expect(size > 0, "nothing of the critic moves the penalty")
    self.fromPyTorch = fromPyTorch / size
    self.fromDifferences = fromDifferences / size
  }
}

@Suite struct SecondOrderTests {
  static let limit = 1e-6

  @Test(arguments: SecondOrderCase.all)
  func everyPenaltyDifferentiatesThroughTheLayer(_ layerCase: SecondOrderCase) throws {
    for term in layerCase.penalties {
      let errors = try SecondOrderErrors(layerCase.penaltyCase(term))
      #expect(errors.fromPyTorch < Self.limit, "\(term.penalty), against PyTorch")
      #expect(errors.fromDifferences < Self.limit, "\(term.penalty), against differences")
    }
  }

  @Test func everyLayerAndEveryPenaltyOnASlopeHasItsPlaceInTheTable() {
    let layers = SecondOrderCase.all.map { String($0.layer.prefix { $0 != "," }) }
    // Another network in the place of a layer is that network's layers.
    let words = Catalog.layers.filter { $0 != NetworkCall.self }.map { $0.declaration.name }
    #expect(Set(layers) == Set(words))
    let penalties = Set(Self.columns.map { $0.prefix { $0 != ":" } }.map(String.init))
    #expect(penalties == ["gradient_penalty", "dragan", "r1", "r2", "wasserstein_divergence"])
    #expect(SecondOrderCase.all.allSatisfy { $0.penalties.map(\.penalty) == Self.columns })
  }

  // MARK: docs/second-order.md

  static let columns = SecondOrderCase.all.first?.penalties.map(\.penalty) ?? []
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../docs/second-order.md")

  private static func cell(_ error: Double) -> String { String(format: "%.0e", error) }

  /// With GAN_EXP_WRITE_DOCS the table is written anew: `make second-order`.
  @Test func theTableOfTheDocumentsIsCompleteAndGood() throws {
    if ProcessInfo.processInfo.environment["GAN_EXP_WRITE_DOCS"] != nil { try Self.write() }
    let text = try String(contentsOf: Self.file, encoding: .utf8)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.contains("---") }.map
    {
      row in
      row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(rows.first?.dropFirst().map { $0.replacing("`", with: "") } == Self.columns)
    #expect(
      rows.dropFirst().map { $0[0].replacing("`", with: "") } == SecondOrderCase.all.map(\.layer))
    let numbers = rows.dropFirst().flatMap { $0.dropFirst() }
      .flatMap { $0.split(separator: " ") }.compactMap { Double($0) }
    #expect(numbers.count == 2 * SecondOrderCase.all.count * Self.columns.count)
    #expect(numbers.allSatisfy { $0 < Self.limit })
  }

  private static func write() throws {
    var text = """
      # Gradients of gradients

      A penalty on the critic's slope is made of a gradient, so a step down it needs the gradient of a
      gradient, through every layer that the critic holds. Each row is a small critic with this layer,
      each column a penalty. The first number of a cell is how far the penalty's gradient in the critic's
      weights is from central differences of the penalty, the second how far it is from PyTorch's
      `create_graph=True`, both in double precision, as shares of the largest number of the gradient. At
      most \(cell(limit)) is tested. Penalties on images or weights (`l1_to_real`, `l2_to_real`,
      `total_variation`, `orthogonal`, `clip`) need first derivatives only.

      Written by `make second-order`; the critics are those of `Tests/PyTorch/golden_second_order.py`.

      | layer | \(columns.map { "`\($0)`" }.joined(separator: " | ")) |
      | --- |\(String(repeating: " --- |", count: columns.count))

      """
    for layerCase in SecondOrderCase.all {
      let cells = try layerCase.penalties.map { term in
        let errors = try SecondOrderErrors(layerCase.penaltyCase(term))
        return "\(cell(errors.fromDifferences)) \(cell(errors.fromPyTorch))"
      }
      text += "| `\(layerCase.layer)` | \(cells.joined(separator: " | ")) |\n"
    }
    try text.write(to: file, atomically: true, encoding: .utf8)
  }
}
