import Spec
import TensorCore

/// Logits are to name the classes of samples: softmax cross-entropy, the mean over the batch.
///
/// There may be more logits than classes: the last of k + 1 is for generated samples (Odena 2016,
/// Salimans et al. 2016).
package struct ClassCost: Word {
  static let weight = Field.number("weight", default: 1, in: .atLeast(0), "λ")
  static let smoothing = Field.number(
    "smoothing", default: 0, in: .from(0, below: 1),
    "Share of the target that goes to all classes alike (Szegedy et al. 2016, section 7)")
  package static let declaration = Declaration(
    "class", "Logits are to name the classes of samples: softmax cross-entropy",
    details:
      "λ E −log softmax(l)[class]. PyTorch: `nn.CrossEntropyLoss(label_smoothing=smoothing)`.",
    fields: [smoothing.declaration, weight.declaration], example: "class: {smoothing: 0.1}")

  let weight: Double
  let smoothing: Double

  package init(_ record: Record) {
    weight = record[Self.weight]
    smoothing = record[Self.smoothing]
  }

  /// The cross-entropy, weight included.
  ///
  /// - Parameters:
  ///   - logits: `[batch, k]`.
  ///   - labels: int32 `[batch]`.
  ///   - classes: how many there are; at most k.
  /// - Throws: for logits that do not go with the classes.
  package func cost(of logits: Value, labels: Value, classes: Int) throws(LayerMisfit) -> Value {
    let count = try logits.units(for: "class")
    guard count >= classes else {
      throw LayerMisfit(
        "\(count) \(count == 1 ? "logit" : "logits") for \(classes) classes",
        advice: "end the network with `linear: \(classes)`")
    }
    let shares = labels.oneHot(count: count)
    let cost = logits.crossEntropy(
      against: smoothing == 0
        ? shares : shares * (1 - smoothing) + smoothing / Double(count))
    return cost * weight
  }
}

extension Value {
  /// Share of the samples whose largest logit is that of their class; of equal ones the first counts, as
  /// PyTorch's `argmax` has it.
  ///
  /// - Parameter labels: int32 `[batch]`. The logits are `[batch, k]`.
  package func accuracy(against labels: Value) -> Value {
    let count = shape[1]
    let peak = reduceMaximum(axes: [1]).broadcast(to: shape, axes: [0])
    let place = builder.add(.iota(axis: 1, shape: shape))
    let places = compared(.equal, to: peak).select(place, else: builder.constant(Double(count)))
    let named = builder.add(.reduce(.minimum, axes: [1]), [places])
    return named.compared(.equal, to: labels.converted(to: .float32)).mean()
  }
}
