/// What the schema says of a dotted path such as `optimizer.learning_rate` or
/// `architecture.generator[0].linear.units`.
struct SchemaPath {
  enum Answer {
    /// What may stand there; several where the kind of a loss or optimizer decides.
    case fields([FieldDeclaration])
    /// Something the path leads to, but no single field: a layer of a list, a parameter.
    case anything
    case unknown(String, candidates: [String])
  }

  let vocabulary: Vocabulary
  let form: GameForm?
  let parameters: [String]

  /// What may stand at a path; empty where the schema says nothing of it.
  func kinds(at path: String) -> [FieldKind] {
    if case .fields(let fields) = look(up: path) { return fields.map(\.kind) }
    return []
  }

  func look(up path: String) -> Answer {
    let root = FieldDeclaration(
      name: "the spec", kind: .section(ExperimentSchema.declaration(vocabulary, form)),
      fallback: nil,
      isOptional: false, summary: "")
    var answer = Answer.fields([root])
    for step in path.replacing("[", with: ".[").split(
      separator: ".", omittingEmptySubsequences: false)
    {
      guard case .fields(let fields) = answer else { return answer }
      var found: [FieldDeclaration] = []
      var candidates: [String] = []
      for field in fields {
        switch inside(field.kind, String(step)) {
        case .fields(let inner): found += inner
        case .anything: return .anything
        case .unknown(_, let names): candidates += names
        }
      }
      guard !found.isEmpty else { return .unknown(String(step), candidates: candidates) }
      answer = .fields(found)
    }
    return answer
  }

  private func inside(_ kind: FieldKind, _ step: String) -> Answer {
    func pick(_ fields: [FieldDeclaration]) -> Answer {
      let found = fields.filter { $0.name == step }
      var names: [String] = []
      for field in fields where !names.contains(field.name) { names.append(field.name) }
      return found.isEmpty ? .unknown(step, candidates: names) : .fields(found)
    }
    switch kind {
    case .section(let section):
      if case .fields(let found) = pick(section.fields) { return .fields(found) }
      if let shorthand = section.shorthand.flatMap({ section.field($0) }),
        case .fields(let found) = inside(shorthand.kind, step)
      {
        return .fields(found)
      }
      return pick(section.fields)
    case .transformed(let word): return inside(.section(word), step)
    case .dataSource: return inside(.section(GameSchema.anySource(vocabulary)), step)
    case .latent: return inside(.section(GameSchema.anyLatent), step)
    case .named(let kind):
      guard LocatedName.isName(step) else { return .unknown(step, candidates: []) }
      return .fields([entry(step, kind)])
    case .sections(let section):
      return Self.isIndex(step)
        ? .fields([entry(step, .section(section))]) : .unknown(step, candidates: [])
    case .choice(let category), .choicePerNetwork(let category):
      let words = vocabulary.declarations(category)
      guard category.isWrittenWithKind else {
        return pick(
          words.map {
            FieldDeclaration(
              name: $0.name, kind: .section($0), fallback: .empty, isOptional: true, summary: "")
          })
      }
      var fields = [
        FieldDeclaration(
          name: "kind", kind: .word(words.map(\.name)), fallback: nil, isOptional: false,
          summary: "")
      ]
      fields += words.flatMap(\.fields)
      if case .choicePerNetwork = kind {
        fields += Player.allCases.map {
          FieldDeclaration(
            name: $0.rawValue, kind: .choice(category), fallback: .empty, isOptional: true,
            summary: "")
        }
      }
      return pick(fields)
    case .choices(let category):
      return Self.isIndex(step)
        ? .fields([entry(step, .choice(category))]) : .unknown(step, candidates: [])
    case .params:
      return parameters.contains(step) ? .anything : .unknown(step, candidates: parameters)
    case .number, .integer, .flag, .text, .texts, .formula, .name, .names, .weightedNames, .word,
      .order,
      .numbers,
      .integers, .sizes, .length,
      .lengths, .period, .grid, .duration, .bytes, .sweep:
      return .unknown(step, candidates: [])
    }
  }

  private static func isIndex(_ step: String) -> Bool {
    step.hasPrefix("[") && step.hasSuffix("]") && Int(step.dropFirst().dropLast()) != nil
  }

  private func entry(_ name: String, _ kind: FieldKind) -> FieldDeclaration {
    FieldDeclaration(name: name, kind: kind, fallback: nil, isOptional: false, summary: "")
  }
}
