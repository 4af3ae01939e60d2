import Spec
import TensorCore

/// The share of samples whose largest logit is that of their class; of equal logits the first counts.
package struct Accuracy: Measure {
  static let of = Field.formula(
    "of", "The logits; what went into a closing `softmax`, where the network ends in one")
  static let label = Field.formula(
    "label", isLabel: true, "Their classes: `digits.label`, or a latent of classes")
  package static let declaration = Declaration(
    "accuracy", "The share of samples whose largest logit is that of their class",
    details:
      "With the networks as they answer when they do not learn. Of equal logits the first counts.",
    fields: [of.declaration, label.declaration, samples.declaration, name.declaration],
    example: "accuracy: {of: classifier(test), label: test.label}")

  let of: Formula
  let label: Formula
  package let name: String?
  package let sampleCount: Int?

  package init(_ record: Record) {
    of = record[Self.of]
    label = record[Self.label]
    name = record[Self.name]
    sampleCount = record[Self.samples]
  }

  package var formulas: [Formula] { [of, label] }
  package var settings: String { "of=\(of)" }

  package func number(in scope: ValueScope) throws(LayerMisfit) -> Value {
    let logits = try scope.evaluate(of).numbers(of: of).logit
    guard let classes = try scope.evaluate(label).label else {
      throw LayerMisfit("\(label) are no classes", advice: "write the `label` of a source")
    }
    let count = try logits.units(for: "accuracy")
    guard count >= classes.classes else {
      throw LayerMisfit(
        "\(count) \(count == 1 ? "logit" : "logits") for \(classes.classes) classes",
        advice: "end the network with `linear: \(classes.classes)`")
    }
    return logits.accuracy(against: classes.value)
  }
}
