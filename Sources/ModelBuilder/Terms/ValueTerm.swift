import Spec
import TensorCore

/// Something that is to be small of some values, whoever makes them.
package protocol ValueTerm: Word {
  /// What it looks at.
  var formulas: [Formula] { get }
  /// A scalar, weight included.
  ///
  /// - Throws: where the values do not fit it.
  func cost(in scope: ValueScope) throws(LayerMisfit) -> Value
}

/// What a ``ValueTerm`` may look at.
package struct ValueScope {
  /// Its name among the round's random numbers.
  let name: String
  let draws: Draws
  /// What a formula is in this move.
  let evaluate: (Formula) throws(LayerMisfit) -> Evaluated

  package func value(_ formula: Formula) throws(LayerMisfit) -> Value {
    try evaluate(formula).numbers(of: formula).value
  }

  /// Tells `trace` numbers whose sign decides a slope.
  func observeKink(_ value: Value, _ part: String = "") {
    draws.observe("kink/\(name)" + (part.isEmpty ? "" : "/\(part)"), value, as: .kink)
  }
}
