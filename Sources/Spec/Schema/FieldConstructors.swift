// The constructors others write: `Field.number("slope", default: 0.01, in: .atLeast(0), "…")`.

extension Field where Value == Double {
  package static func number(
    _ name: String, default fallback: Double? = nil, in bounds: Bounds = .any, _ summary: String
  ) -> Field {
    Field(name, .number(bounds), default: fallback.map { .scalar(numberText($0)) }, summary) {
      if case .number(let x) = $0 { x } else { nil }
    }
  }
}

extension Field where Value == Double? {
  package static func optionalNumber(
    _ name: String, in bounds: Bounds = .any, _ summary: String
  ) -> Field {
    Field(name, .number(bounds), default: DefaultText.none, isOptional: true, summary) {
      if case .number(let x) = $0 { .some(x) } else { .some(nil) }
    }
  }
}

extension Field where Value == Int {
  package static func integer(
    _ name: String, default fallback: Int? = nil, in bounds: Bounds = .any, _ summary: String
  ) -> Field {
    Field(name, .integer(bounds), default: fallback.map { .scalar("\($0)") }, summary) {
      if case .integer(let n) = $0 { n } else { nil }
    }
  }
}

extension Field where Value == Int? {
  package static func optionalInteger(
    _ name: String, in bounds: Bounds = .any, _ summary: String
  ) -> Field {
    Field(name, .integer(bounds), default: DefaultText.none, isOptional: true, summary) {
      if case .integer(let n) = $0 { .some(n) } else { .some(nil) }
    }
  }
}

extension Field where Value == Bool {
  package static func flag(
    _ name: String, default fallback: Bool? = nil, _ summary: String
  ) -> Field {
    Field(name, .flag, default: fallback.map { .scalar($0 ? "true" : "false") }, summary) {
      if case .flag(let on) = $0 { on } else { nil }
    }
  }
}

extension Field where Value == String {
  package static func text(
    _ name: String, default fallback: String? = nil, _ summary: String
  ) -> Field {
    Field(name, .text, default: fallback.map { .scalar($0) }, summary) {
      if case .text(let text) = $0 { text } else { nil }
    }
  }
}

extension Field where Value == String? {
  package static func optionalText(_ name: String, _ summary: String) -> Field {
    Field(name, .text, default: DefaultText.none, isOptional: true, summary) {
      if case .text(let text) = $0 { .some(text) } else { .some(nil) }
    }
  }
}

extension Field where Value == [String] {
  /// Texts, one or many; none by default.
  package static func texts(_ name: String, _ summary: String) -> Field {
    Field(name, .texts, default: .list([]), summary) {
      if case .texts(let texts) = $0 { texts } else { nil }
    }
  }
}

extension Field where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
  /// One word of a closed list.
  package static func choice(
    _ name: String, of words: Value.Type, default fallback: Value? = nil, _ summary: String
  ) -> Field {
    Field(
      name, .word(words.allCases.map(\.rawValue)),
      default: fallback.map { .scalar($0.rawValue) }, summary
    ) {
      if case .text(let word) = $0 { Value(rawValue: word) } else { nil }
    }
  }
}

extension Field where Value == [Double] {
  package static func numbers(
    _ name: String, count: Int? = nil, default fallback: [Double]? = nil, in bounds: Bounds = .any,
    _ summary: String
  ) -> Field {
    Field(
      name, .numbers(count: count, bounds), default: fallback.map { .list($0.map(numberText)) },
      summary
    ) {
      if case .numbers(let xs) = $0 { xs } else { nil }
    }
  }
}

extension Field where Value == [Int] {
  package static func integers(
    _ name: String, count: Int? = nil, default fallback: [Int]? = nil, in bounds: Bounds = .any,
    _ summary: String
  ) -> Field {
    Field(
      name, .integers(count: count, bounds), default: fallback.map { .list($0.map { "\($0)" }) },
      summary
    ) {
      if case .integers(let ns) = $0 { ns } else { nil }
    }
  }

  /// A height and a width: `kernel: 4` or `kernel: [3, 5]`. The value has two elements.
  package static func sizes(
    _ name: String, default fallback: Int? = nil, in bounds: Bounds = .atLeast(1),
    _ summary: String
  ) -> Field {
    Field(name, .sizes(bounds), default: fallback.map { .scalar("\($0)") }, summary) {
      if case .integers(let ns) = $0 { ns } else { nil }
    }
  }
}

extension Field where Value == [Int]? {
  /// Whole numbers, or nothing.
  package static func optionalIntegers(
    _ name: String, count: Int? = nil, in bounds: Bounds = .any, _ summary: String
  ) -> Field {
    Field(
      name, .integers(count: count, bounds), default: DefaultText.none, isOptional: true, summary
    ) {
      if case .integers(let ns) = $0 { .some(ns) } else { .some(nil) }
    }
  }

  /// A height and a width, or nothing.
  package static func optionalSizes(
    _ name: String, in bounds: Bounds = .atLeast(1), _ summary: String
  ) -> Field {
    Field(name, .sizes(bounds), default: DefaultText.none, isOptional: true, summary) {
      if case .integers(let ns) = $0 { .some(ns) } else { .some(nil) }
    }
  }
}

extension Field where Value == Choice {
  /// One entry of a category; `fallback` is a word of the vocabulary.
  package static func choice(
    _ name: String, from category: Category, default fallback: String? = nil, _ summary: String
  ) -> Field {
    Field(name, .choice(category), default: fallback.map { .scalar($0) }, summary) {
      if case .choice(let choice) = $0 { choice } else { nil }
    }
  }
}

extension Field where Value == Choice? {
  package static func optionalChoice(
    _ name: String, from category: Category, _ summary: String
  ) -> Field {
    Field(name, .choice(category), default: DefaultText.none, isOptional: true, summary) {
      if case .choice(let choice) = $0 { .some(choice) } else { .some(nil) }
    }
  }
}

extension Field where Value == [Choice] {
  package static func choices(
    _ name: String, from category: Category, default fallback: [String]? = nil, _ summary: String
  ) -> Field {
    Field(name, .choices(category), default: fallback.map { .list($0) }, summary) {
      if case .choices(let choices) = $0 { choices } else { nil }
    }
  }

  /// A nested list of layers; required.
  package static func layers(_ name: String, _ summary: String) -> Field {
    choices(name, from: .layer, summary)
  }
}

/// The shortest decimal that reads back as the same number, without `.0` on a whole one.
package func numberText(_ x: Double) -> String {
  if let whole = Int(exactly: x), whole.magnitude < 1_000_000_000_000_000 { return "\(whole)" }
  let text = "\(x)"
  // `1e-05` is a text to readers of YAML 1.1.
  guard let e = text.firstIndex(of: "e"), !text.contains(".") else { return text }
  return text[..<e] + ".0" + text[e...]
}
