/// A formula as it was read: what it is, and where each part of it stands.
package struct LocatedFormula: Sendable {
  package let formula: Formula
  /// The first word of it.
  package let origin: Origin
  /// Its parts in their order; of a call the inputs, then the label.
  let parts: [LocatedFormula]

  init(_ formula: Formula, at origin: Origin, _ parts: [LocatedFormula] = []) {
    self.formula = formula
    self.origin = origin
    self.parts = parts
  }

  /// Several as one, `[labels, photos]`; one alone is itself.
  static func joined(_ parts: [LocatedFormula], at origin: Origin) -> LocatedFormula {
    parts.count == 1
      ? parts[0] : LocatedFormula(.joined(parts.map(\.formula)), at: origin, parts)
  }
}

/// A name and where it was written.
package struct LocatedName: Sendable {
  package let name: String
  package let origin: Origin

  /// Letters, digits and `_`, not beginning with a digit.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
    return text.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
    }
  }

  static let rule = "letters, digits and `_`, not beginning with a digit"
}

extension LocatedFormula {
  /// Every value that it names.
  func eachName(_ body: (LocatedName) -> Void) {
    if case .name(let name) = formula { body(LocatedName(name: name, origin: origin)) }
    for part in parts { part.eachName(body) }
  }
}
