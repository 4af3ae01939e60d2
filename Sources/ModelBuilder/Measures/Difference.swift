import Spec
import TensorCore

/// How far two values of one shape are apart: the mean over all their numbers.
package struct Difference: Measure {
  enum Norm: String, CaseIterable, Sendable { case l1, l2 }
  static let of = Field.formula("of", "One value")
  static let from = Field.formula("from", "The other, of the same shape")
  static let norm = Field.choice(
    "norm", of: Norm.self, default: .l1, "Of each difference d: |d| (l1) or d² (l2)")
  package static let declaration = Declaration(
    "difference", "How far two values are apart: the mean over all numbers of all samples",
    details:
      "With the networks as they answer when they do not learn. The unit is that of `data.range`.",
    fields: [
      of.declaration, from.declaration, norm.declaration, samples.declaration, name.declaration,
    ], example: "difference: {of: painter(edges), from: photos}")

  let of: Formula
  let from: Formula
  let norm: Norm
  package let name: String?
  package let sampleCount: Int?

  package init(_ record: Record) {
    of = record[Self.of]
    from = record[Self.from]
    norm = record[Self.norm]
    name = record[Self.name]
    sampleCount = record[Self.samples]
  }

  package var formulas: [Formula] { [of, from] }
  package var settings: String { "of=\(of) from=\(from) norm=\(norm.rawValue)" }

  package func number(in scope: ValueScope) throws(LayerMisfit) -> Value {
    let one = try scope.value(of)
    let other = try scope.value(from)
    try requireSameShape(one, other, "have no difference")
    let difference = one - other
    return (norm == .l1 ? difference.magnitude : difference.squared).mean()
  }
}
