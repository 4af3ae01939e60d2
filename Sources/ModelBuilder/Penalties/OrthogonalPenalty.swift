import Spec
import TensorCore

/// The rows of each weight are to be orthogonal (Brock et al. 2017, 2019): `λ Σ ‖W Wᵀ − I‖²` over the
/// weights of linear layers and convolutions, as matrices `[out, in · kernel]`; of transposed convolutions
/// as `[in, out · kernel]`, which is how PyTorch's weight flattens.
package struct OrthogonalPenalty: Term {
  static let weight = Field.number("weight", default: 1e-4, in: .atLeast(0), "λ")
  static let diagonal = Field.flag(
    "diagonal", default: true, "Also ask for rows of length 1; BigGAN does not")
  static let on = Field.choice(
    "on", of: Player.self, default: .discriminator, "Whose weights")
  package static let declaration = Declaration(
    "orthogonal", "The rows of each weight are to be orthogonal",
    details: "Brock et al. 2017, section 3.3: λ Σ ‖W Wᵀ − I‖²; without the diagonal: Brock et al. "
      + "2019, equation 3. A row is what leads to one output of a linear layer or a convolution; of a "
      + "`conv_transpose` what leads from one input channel, as PyTorch's weight [in, out, height, "
      + "width] flattens. Embeddings are left out.",
    fields: [weight.declaration, diagonal.declaration, on.declaration], shorthand: "weight",
    example: "orthogonal: {weight: 1e-4, on: generator}")

  let weight: Double
  let diagonal: Bool
  package let owner: String?

  package init(_ record: Record) {
    weight = record[Self.weight]
    diagonal = record[Self.diagonal]
    owner = record.word(of: Self.on.declaration.name)
  }

  package var players: Set<Player> { owner.flatMap(Player.init).map { [$0] } ?? [] }
  package var traits: PenaltyTraits { PenaltyTraits(boundsSlope: true) }

  package func value(in scope: TermScope) -> Value? {
    let costs = scope.parameters.compactMap { declaration, value in
      declaration.layout == .plain ? nil : cost(value)
    }
    guard let first = costs.first else { return nil }
    return costs.dropFirst().reduce(first, +) * weight
  }

  /// Of a weight with the outputs last, which is the transpose of PyTorch's matrix.
  private func cost(_ value: Value) -> Value {
    let outputs = value.shape[value.shape.rank - 1]
    let matrix = value.reshape([value.shape.count / outputs, outputs])
    let products = matrix.matmul(matrix, transposeLeft: true)
    let builder = value.builder
    let rows = builder.add(.iota(axis: 0, shape: products.shape))
    let columns = builder.add(.iota(axis: 1, shape: products.shape))
    let onDiagonal = rows.compared(.equal, to: columns)
    let difference =
      diagonal
      ? products - onDiagonal : onDiagonal.select(builder.constant(0), else: products)
    return difference.squared.sum()
  }
}
