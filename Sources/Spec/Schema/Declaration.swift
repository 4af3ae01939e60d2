/// The kinds of thing a spec names by a word.
package enum Category: String, CaseIterable, Sendable {
  case layer, loss, penalty, term, constraint, augmentation, transformation, optimizer
  case initializer, rate, source, metric

  /// How an error names the kind, and its plural.
  package var singular: String {
    switch self {
    case .layer: "layer"
    case .loss: "loss"
    case .penalty: "penalty"
    case .term: "term"
    case .constraint: "constraint"
    case .transformation: "transformation"
    case .augmentation: "augmentation"
    case .optimizer: "optimizer"
    case .initializer: "initializer"
    case .rate: "learning-rate schedule"
    case .source: "data source"
    case .metric: "metric"
    }
  }

  var article: String {
    switch self {
    case .augmentation, .optimizer, .initializer: "an"
    case .layer, .loss, .penalty, .term, .constraint, .transformation, .rate, .source, .metric: "a"
    }
  }

  package var plural: String {
    switch self {
    case .loss: "losses"
    case .penalty: "penalties"
    case .layer, .term, .constraint, .augmentation, .transformation, .optimizer, .initializer,
      .rate,
      .source, .metric:
      singular + "s"
    }
  }

  /// Losses and optimizers are written `{kind: adam, …}`; everything else `{conv: …}`.
  package var isWrittenWithKind: Bool { self == .loss || self == .optimizer }
}

/// One word of the vocabulary, or one section of the file: its keys and what they mean.
///
/// From it come the type and range check, the defaults, "keys here", the JSON Schema, the
/// reference, and `gan-exp layers`.
package struct Declaration: Sendable {
  package let name: String
  /// One sentence, without a full stop.
  package let summary: String
  /// Further paragraphs: the formula, the paper, when not to use it.
  package let details: String?
  package let fields: [FieldDeclaration]
  /// The field that a bare value sets: `leaky_relu: 0.2`, `residual: [...]`.
  package let shorthand: String?
  /// The fields that a bare list sets, in order: `normal: [1, 0.02]`.
  package let listForm: [String]
  /// The field whose entries are counted as those of the whole: `networks.critic[2]`.
  package let listKey: String?
  /// A line as it would stand in a spec.
  package let example: String?
  /// What the types and ranges of single fields cannot say.
  package let check: @Sendable (Record) -> [Objection]

  package init(
    _ name: String, _ summary: String, details: String? = nil, fields: [FieldDeclaration] = [],
    shorthand: String? = nil, listForm: [String] = [], listKey: String? = nil,
    example: String? = nil,
    check: @escaping @Sendable (Record) -> [Objection] = { _ in [] }
  ) {
    self.name = name
    self.summary = summary
    self.details = details
    self.fields = fields
    self.shorthand = shorthand
    self.listForm = listForm
    self.listKey = listKey
    self.example = example
    self.check = check
    let names = Set(fields.map(\.name))
    precondition(names.count == fields.count, "\(name): two fields of one name")
    precondition(
      (listForm + [shorthand].compactMap(\.self)).allSatisfy(names.contains),
      "\(name): shorthand for a field that is not there")
  }

  package func field(_ name: String) -> FieldDeclaration? { fields.first { $0.name == name } }
}

/// What is wrong with a record whose fields are each right; becomes a diagnostic at that field.
package struct Objection: Sendable {
  package let field: String
  package let message: String
  package let label: String?

  package init(_ field: String, _ message: String, label: String? = nil) {
    self.field = field
    self.message = message
    self.label = label
  }
}

/// All words a spec may use. Spec knows none itself: they are declared where their maths is.
package struct Vocabulary: Sendable {
  private let words: [Category: [Declaration]]

  /// The term `adversarial` need not be among them.
  package init(_ declarations: [Category: [Declaration]]) {
    var declarations = declarations
    let terms = declarations[.term] ?? []
    if !terms.contains(where: { $0.name == AdversarialTerm.declaration.name }) {
      declarations[.term] = [AdversarialTerm.declaration] + terms
    }
    words = declarations
    for (category, declarations) in declarations {
      precondition(
        Set(declarations.map(\.name)).count == declarations.count,
        "two \(category.plural) of one name")
    }
  }

  package func declarations(_ category: Category) -> [Declaration] { words[category] ?? [] }

  package func declaration(_ category: Category, named name: String) -> Declaration? {
    words[category]?.first { $0.name == name }
  }
}
