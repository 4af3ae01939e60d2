import Spec
import TensorCore

/// Logits are to name the classes of samples: softmax cross-entropy, the mean over the batch.
///
/// There may be more logits than classes: the last of k + 1 is for generated samples (Odena 2016,
/// Salimans et al. 2016).
package struct ClassCost: ValueTerm {
  static let of = Field.formula(
    "of", "The logits; what went into a closing `softmax`, where the network ends in one")
  static let label = Field.optionalFormula(
    "label", isLabel: true, "Their classes: `digits.label`, or a latent of classes")
  static let index = Field.optionalInteger(
    "class", in: .within(0...1_000_000), "In place of `label`: one class for all samples, from 0")
  static let weight = Field.number("weight", default: 1, in: .atLeast(0), "λ")
  static let smoothing = Field.number(
    "smoothing", default: 0, in: .from(0, below: 1),
    "Share of the target that goes to all classes alike (Szegedy et al. 2016, section 7)")
  package static let declaration = Declaration(
    "class", "Logits are to name the classes of samples: softmax cross-entropy",
    details:
      "λ E −log softmax(l)[class]. PyTorch: `nn.CrossEntropyLoss(label_smoothing=smoothing)`.",
    fields: [
      of.declaration, label.declaration, index.declaration, smoothing.declaration,
      weight.declaration,
    ], example: "class: {of: classifier(digits), label: digits.label}",
    check: { record in
      switch (record[label], record[index]) {
      case (nil, nil): [Objection("label", "class needs a `label` or a `class`")]
      case (_?, _?): [Objection("class", "class has a `label` or a `class`, not both")]
      case (_?, nil), (nil, _?): []
      }
    })

  let of: Formula
  let label: Formula?
  let index: Int?
  let weight: Double
  let smoothing: Double

  package init(_ record: Record) {
    of = record[Self.of]
    label = record[Self.label]
    index = record[Self.index]
    weight = record[Self.weight]
    smoothing = record[Self.smoothing]
  }

  package var formulas: [Formula] { [of] + [label].compactMap(\.self) }

  package func cost(in scope: ValueScope) throws(LayerMisfit) -> Value {
    let logits = try scope.evaluate(of).numbers(of: of).logit
    if let label {
      guard let classes = try scope.evaluate(label).label else {
        throw LayerMisfit("\(label) are no classes", advice: "write the `label` of a source")
      }
      return try cost(of: logits, labels: classes.value, classes: classes.classes)
    }
    guard let index else { preconditionFailure("unchecked: a class term without classes") }
    let labels = logits.builder.constant(Double(index), [logits.batch]).converted(to: .int32)
    return try cost(of: logits, labels: labels, classes: index + 1)
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
