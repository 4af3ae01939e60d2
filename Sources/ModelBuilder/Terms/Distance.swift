import Spec
import TensorCore

/// How far two values of one shape are apart, number by number: the mean over the batch.
package struct Distance: ValueTerm {
  enum Norm: String, CaseIterable, Sendable { case l1, l2, smooth }
  static let of = Field.formula("of", "One value")
  static let from = Field.formula("from", "The other, of the same shape")
  static let weight = Field.number("weight", default: 1, in: .atLeast(0), "λ")
  static let norm = Field.choice(
    "norm", of: Norm.self, default: .l1,
    "Of each difference d: |d| (l1), d² (l2), or ½ d² where |d| < 1 and |d| − ½ elsewhere (smooth: "
      + "Huber's)")
  static let reduce = Field.choice(
    "reduce", of: Reduce.self, default: .mean, "Over the numbers of a sample")
  package static let declaration = Declaration(
    "distance", "Two values are to be near each other",
    details: "The mean over the batch. With `reduce: mean` PyTorch's `nn.L1Loss`, `nn.MSELoss`, "
      + "`nn.SmoothL1Loss` (β = 1).",
    fields: [
      of.declaration, from.declaration, norm.declaration, reduce.declaration, weight.declaration,
    ],
    example: "distance: {of: to_horse(zebra), from: horses, norm: l1, weight: 10}")

  let of: Formula
  let from: Formula
  let weight: Double
  let norm: Norm
  let reduce: Reduce

  package init(_ record: Record) {
    of = record[Self.of]
    from = record[Self.from]
    weight = record[Self.weight]
    norm = record[Self.norm]
    reduce = record[Self.reduce]
  }

  package var formulas: [Formula] { [of, from] }

  package func cost(in scope: ValueScope) throws(LayerMisfit) -> Value {
    try cost(of: scope.value(of), from: scope.value(from)) { scope.observeKink($0) }
  }

  /// The distance of each sample from the one of the same place, weight included.
  ///
  /// - Parameter kink: is given the differences if their sign decides the slope.
  /// - Throws: for values of different shape.
  package func cost(
    of a: Value, from b: Value, kink: (Value) -> Void = { _ in }
  ) throws(LayerMisfit) -> Value {
    try requireSameShape(a, b, "have no distance")
    let difference = a - b
    let size: Value
    switch norm {
    case .l1:
      kink(difference)
      size = difference.magnitude
    case .l2: size = difference.squared
    case .smooth:
      let length = difference.magnitude
      size = length.compared(.less, to: 1).select(difference.squared * 0.5, else: length - 0.5)
    }
    return reduce.overSamples(size) * weight
  }
}
