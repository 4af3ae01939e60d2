import Spec
import TensorCore

/// A number that says something of values, whoever makes them: an entry of `metrics.of`. One file a
/// measure, and one line in ``Catalog``.
package protocol Measure: Word {
  /// What it looks at.
  var formulas: [Formula] { get }
  /// What it is called in metrics.csv; nil: as its word.
  var name: String? { get }
  /// How many samples it is taken of; nil: all that the data have.
  var sampleCount: Int? { get }
  /// What else decides it, for metrics.csv: `norm=l1`.
  var settings: String { get }
  /// A scalar: the mean over the batch.
  ///
  /// - Throws: where the values do not fit it.
  func number(in scope: ValueScope) throws(LayerMisfit) -> Value
}

extension Measure {
  // Fields that all of them have.
  static var name: Field<String?> {
    .optionalName(
      "name", of: .free, "What it is called in metrics.csv; `none`: as its word")
  }
  static var samples: Field<Int?> {
    .optionalInteger(
      "samples", in: .within(1...1_000_000),
      "How many samples, the first ones of the source; `none`: all of it, each once. Of several sources "
        + "as many as the shortest has; latents alone need a number")
  }
}
