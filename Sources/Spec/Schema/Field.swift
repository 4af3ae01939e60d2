/// A key with a type: declared once, read without a cast.
///
///     static let slope = Field.number("slope", default: 0.01, in: .atLeast(0), "Slope for x < 0")
///     let slope = choice.record[Self.slope]
///
/// A field without a default is required. An `optional…` field is `none` unless it is given.
package struct Field<Value: Sendable>: Sendable {
  package let declaration: FieldDeclaration
  let read: @Sendable (FieldValue) -> Value?

  init(
    _ name: String, _ kind: FieldKind, default fallback: DefaultText?, isOptional: Bool = false,
    _ summary: String, read: @escaping @Sendable (FieldValue) -> Value?
  ) {
    declaration = FieldDeclaration(
      name: name, kind: kind, fallback: fallback, isOptional: isOptional, summary: summary)
    self.read = read
  }

  private init(declaration: FieldDeclaration, read: @escaping @Sendable (FieldValue) -> Value?) {
    self.declaration = declaration
    self.read = read
  }

  /// The field means something only where another field of the same record has one of these
  /// values: `low` belongs to `distribution: uniform`.
  package func only(when field: String, is values: String...) -> Field {
    var declaration = declaration
    declaration.condition = FieldCondition(field: field, values: values)
    return Field(declaration: declaration, read: read)
  }

  /// A resolved spec has the field only where it is not what it is by default: for a key that came later
  /// than specs whose runs go on.
  package func unsaidByDefault() -> Field {
    var declaration = declaration
    declaration.isUnsaidByDefault = true
    return Field(declaration: declaration, read: read)
  }
}

/// What a field is, without its Swift type: what the reader, the schema and the reference see.
package struct FieldDeclaration: Sendable {
  package let name: String
  package let kind: FieldKind
  /// The default as it would be written; nil for a required field.
  package let fallback: DefaultText?
  /// Whether `none` is a value.
  package let isOptional: Bool
  /// One sentence, without a full stop.
  package let summary: String
  package var condition: FieldCondition?
  package var isUnsaidByDefault = false

  package var isRequired: Bool { fallback == nil }

  /// Whether a resolved spec does not say it where it is this.
  func isUnsaid(as value: FieldValue) -> Bool {
    isUnsaidByDefault && value.flow == fallback?.text
  }
}

package struct FieldCondition: Sendable, CustomStringConvertible {
  package let field: String
  package let values: [String]

  /// `of: ring8 or grid25`
  package var description: String { "\(field): \(values.joined(separator: " or "))" }
}

/// A default as a reader of the file would write it.
package enum DefaultText: Sendable {
  case none
  case scalar(String)
  case list([String])
  case empty

  package var text: String {
    switch self {
    case .none: "none"
    case .scalar(let text): text
    case .list(let items): "[\(items.joined(separator: ", "))]"
    case .empty: "{}"
    }
  }
}

/// What may stand at a field.
package indirect enum FieldKind: Sendable {
  case number(Bounds)
  case integer(Bounds)
  case flag
  case text
  /// A list of texts.
  case texts
  case word([String])
  /// Each of the words exactly once, in any order.
  case order([String])
  case numbers(count: Int?, Bounds)
  case integers(count: Int?, Bounds)
  /// One whole number, or `[height, width]`.
  case sizes(Bounds)
  case choice(Category)
  case choices(Category)
  /// `kind:` and its keys, with overrides under `generator:` and `discriminator:`.
  case choicePerNetwork(Category)
  /// A text such as `to_horse(zebra)`, or a list of them.
  case formula(isLabel: Bool)
  case name(NameKind)
  case names(NameKind)
  case section(Declaration)
  /// A list of sections of one kind.
  case sections(Declaration)
  /// A map whose keys the file chooses.
  case named(FieldKind)
  case dataSource
  /// What a source made of another is changed by: a word's keys.
  case transformed(Declaration)
  /// A vector that is drawn, or a class.
  case latent
  /// Names, or each with a factor.
  case weightedNames(NameKind)
  case length
  /// One length, or a list of them.
  case lengths
  case period
  case grid
  case duration
  case bytes
  /// The variables of the file; gone once it is resolved.
  case params
  /// Axes over the rest of the file.
  case sweep
}

/// A value of the right type, as the reader made it.
package indirect enum FieldValue: Sendable {
  case none
  case number(Double)
  case integer(Int)
  case flag(Bool)
  case text(String)
  case texts([String])
  case formula(LocatedFormula)
  case names([LocatedName])
  case numbers([Double])
  case integers([Int])
  case choice(Choice)
  case choices([Choice])
  case perNetwork(generator: Choice, discriminator: Choice)
  case section(Record)
  case sections([SectionValue])
  case named([NamedValue])
  /// A source made of another.
  case derived(LocatedName, [Choice])
  case weightedNames([LocatedName], factors: [Double]?)
  case length(TrainingLength)
  case lengths([TrainingLength])
  case period(Period)
  case grid(Grid)
  case duration(seconds: Double)
  case bytes(Int)
}

/// The numbers a field takes.
package struct Bounds: Sendable {
  package var lower: Double?
  package var upper: Double?
  package var lowerIsOpen = false
  package var upperIsOpen = false

  package static let any = Bounds()
  package static func atLeast(_ lower: Double) -> Bounds { Bounds(lower: lower) }
  package static func above(_ lower: Double) -> Bounds { Bounds(lower: lower, lowerIsOpen: true) }
  package static func within(_ range: ClosedRange<Double>) -> Bounds {
    Bounds(lower: range.lowerBound, upper: range.upperBound)
  }
  /// `lower ≤ x < upper`: a probability of dropping, a decay.
  package static func from(_ lower: Double, below upper: Double) -> Bounds {
    Bounds(lower: lower, upper: upper, upperIsOpen: true)
  }

  package init(
    lower: Double? = nil, upper: Double? = nil, lowerIsOpen: Bool = false,
    upperIsOpen: Bool = false
  ) {
    self.lower = lower
    self.upper = upper
    self.lowerIsOpen = lowerIsOpen
    self.upperIsOpen = upperIsOpen
  }

  package func contains(_ x: Double) -> Bool {
    if let lower, lowerIsOpen ? x <= lower : x < lower { return false }
    if let upper, upperIsOpen ? x >= upper : x > upper { return false }
    return true
  }
}
