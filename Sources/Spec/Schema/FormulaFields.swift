// Fields of the general game: formulas, and names of what the file defines.

/// What a name stands for.
package enum NameKind: Sendable, Hashable {
  /// A source of the data.
  case source
  case network
  case term
  /// An adversarial term, which a penalty watches.
  case game
  /// Something the field itself names, or that only a network knows: an input, an inner place.
  case free
}

extension Field where Value == Formula {
  /// What a term is of: `to_horse(zebra)`.
  ///
  /// - Parameter isLabel: whether it has to be classes, `y` or `images.label`.
  package static func formula(
    _ name: String, default fallback: String? = nil, isLabel: Bool = false, _ summary: String
  ) -> Field {
    Field(
      name, .formula(isLabel: isLabel), default: fallback.map { .scalar($0) }, summary
    ) {
      if case .formula(let located) = $0 { located.formula } else { nil }
    }
  }
}

extension Field where Value == Formula? {
  package static func optionalFormula(
    _ name: String, isLabel: Bool = false, _ summary: String
  ) -> Field {
    Field(name, .formula(isLabel: isLabel), default: DefaultText.none, isOptional: true, summary) {
      if case .formula(let located) = $0 { .some(located.formula) } else { .some(nil) }
    }
  }
}

extension Field where Value == String {
  /// The name of something that the file defines, or that the field itself defines.
  package static func name(
    _ name: String, of reference: NameKind, default fallback: String? = nil, _ summary: String
  ) -> Field {
    Field(name, .name(reference), default: fallback.map { .scalar($0) }, summary) {
      if case .text(let name) = $0 { name } else { nil }
    }
  }
}

extension Field where Value == String? {
  package static func optionalName(
    _ name: String, of reference: NameKind, _ summary: String
  ) -> Field {
    Field(name, .name(reference), default: DefaultText.none, isOptional: true, summary) {
      if case .text(let name) = $0 { .some(name) } else { .some(nil) }
    }
  }
}

extension Field where Value == [String] {
  package static func names(
    _ name: String, of reference: NameKind, default fallback: [String]? = nil, _ summary: String
  ) -> Field {
    Field(name, .names(reference), default: fallback.map { .list($0) }, summary) {
      if case .names(let names) = $0 { names.map(\.name) } else { nil }
    }
  }
}
