/// The keys of a game said in general.
enum GameSchema {
  // MARK: leaves

  static let sources = Field<[NamedValue]>.named(
    "sources", .dataSource, "What the data give, by name")
  static let latents = Field<[NamedValue]>.named(
    "latents", .latent, isOptional: true,
    "What is drawn, by name: vectors, or classes (`{classes: 10}`)")

  static let sourceKey = Field.choice("source", from: .source, "Where the samples come from")
  static let sourceSizeKey = Field.optionalInteger(
    "size", in: .within(1...4096),
    "Height and width to which its images are resized; `none`: as `data.size` says")
  static let sourceClassesKey = Field.optionalInteger(
    "classes", in: .within(2...1_000_000),
    "How many classes its labels tell apart; `none`: it has no labels")
  static let sourceOfKey = Field<String>.name("of", of: .source, "Another source, which is changed")

  static let stored = Declaration(
    "source", "Something that the data give: files, or generated numbers",
    fields: [sourceKey.declaration, sourceSizeKey.declaration, sourceClassesKey.declaration],
    shorthand: "source", example: "{source: {folder: photos}, size: 64, classes: 10}")

  /// Everything that may stand in a source, stored or made of another.
  static func anySource(_ vocabulary: Vocabulary) -> Declaration {
    Declaration(
      "source",
      "Something that the data give, or `of` another source, changed by its other keys in "
        + "their order",
      fields: (stored.fields + [sourceOfKey.declaration]).map(\.mayBeMissing)
        + vocabulary.declarations(.transformation).map {
          FieldDeclaration(
            name: $0.name, kind: .transformed($0), fallback: DefaultText.none, isOptional: true,
            summary: $0.summary)
        },
      shorthand: "source", example: "{of: photos, resize: 16}")
  }

  static let classesKey = Field.integer(
    "classes", in: .within(2...1_000_000),
    "Classes, each of the same chance; a label is one of them")
  static let label = Declaration(
    "latent", "A class that is drawn", fields: [classesKey.declaration], example: "{classes: 10}")
  /// Everything that may stand in a latent, a vector or a class.
  static let anyLatent = Declaration(
    "latent", "A vector that is drawn, or with `classes` a class",
    fields: LatentSection.declaration.fields + label.fields.map(\.mayBeMissing),
    example: "{size: 100, distribution: uniform}")

  // MARK: networks

  static let networks = Field<[NamedValue]>.named(
    "networks", .section(network), "Lists of layers, by name")

  static let layersKey = Field.choices(
    "layers", from: .layer, default: [], "The layers, from the first input on")
  static let likeKey = Field<String?>.optionalName(
    "like", of: .network, "A network with the same layers; the weights are its own")
  static let inputsKey = Field<[String]>.names(
    "inputs", of: .free, default: [],
    "Names of the inputs behind the first, by which layers ask for them")
  static let ownInitKey = Field<Record?>.optionalSection(
    "init", InitializersSection.declaration,
    "Initial values of its parameters; `none`: as `init` at the top says")
  static let averagingKey = Field<Record?>.optionalSection(
    "ema", AveragingSection.declaration,
    "A moving average of its weights; `none`: none is kept")
  static let constraintsKey = Field.choices(
    "constraints", from: .constraint, default: [],
    "What its parameters are brought back to after each step")

  static let weightsKey = Field<Record?>.optionalSection(
    "weights", WeightsSection.declaration,
    "The weights of another run, or of a file, to start from; `none`: they are drawn as `init` says"
  ).unsaidByDefault()
  static let frozenKey = Field.flag(
    "frozen", default: false,
    "Whether no move moves it. It then answers in training as in pictures: by the running statistics of "
      + "batch norms, without dropout and noise"
  ).unsaidByDefault()

  static let network = Declaration(
    "network", "A list of layers, or the same as another network's",
    fields: [
      layersKey.declaration, likeKey.declaration, inputsKey.declaration, ownInitKey.declaration,
      averagingKey.declaration, constraintsKey.declaration, weightsKey.declaration,
      frozenKey.declaration,
    ], shorthand: "layers", listKey: "layers",
    example: "{layers: [flatten, {linear: 1}], constraints: [{clip: 0.01}]}",
    check: { record in
      let moved: [Objection] =
        record[frozenKey]
        ? [
          (averagingKey.declaration.name, record[averagingKey] != nil),
          (constraintsKey.declaration.name, !record[constraintsKey].isEmpty),
        ].filter(\.1).map { name, _ in
          Objection(
            name, "the network is frozen, and `\(name)` is about weights that move",
            label: "take it out, or `frozen`")
        } : []
      switch (record[layersKey].isEmpty, record[likeKey]) {
      case (true, nil):
        return moved + [
          Objection("layers", "the network has no layers", label: "give it `layers` or `like`")
        ]
      case (false, .some):
        return moved + [
          Objection(
            "like", "the network has layers of its own and is like another",
            label: "keep one of them")
        ]
      case (true, .some), (false, nil): return moved
      }
    })

  // MARK: values, terms, moves

  static let values = Field<[NamedValue]>.named(
    "values", .formula(isLabel: false), isOptional: true,
    "Names for what is made of sources, latents and networks")
  static let terms = Field<[NamedValue]>.named(
    "terms", .choice(.term), "What is to be small, by name")

  static let moveNameKey = Field<String?>.optionalName(
    "name", of: .free,
    "By which its optimizer's state is kept; `none`: the names of its networks, joined by `_`. Entries "
      + "of one name are one move, made more than once in a round")
  static let moveNetworksKey = Field<[String]>.names("networks", of: .network, "Those that step")
  static let moveTermsKey = Field<[(name: String, factor: Double)]?>(
    "terms", .weightedNames(.term), default: DefaultText.none, isOptional: true,
    "The terms they step down, or each with a factor, `{cycle: 1, identity: 0.5}`; `none`: all that "
      + "depend on them and ask something of them"
  ) { value in
    guard case .weightedNames(let names, let factors) = value else { return .some(nil) }
    return zip(names, factors ?? names.map { _ in 1 }).map { (name: $0.name, factor: $1) }
  }
  static let withoutKey = Field<[String]>.names(
    "without", of: .term, default: [],
    "In place of `terms`: those that do not count in it, of all that would")
  static let moveOptimizerKey = Field.optionalChoice(
    "optimizer", from: .optimizer,
    "How their parameters move; `none`: as `optimizer` at the top says. Without `kind` its keys differ "
      + "from that one")
  static let freshKey = Field.choice(
    "fresh", of: MoveEntry.Fresh.self, default: .nothing,
    "What is drawn anew before it: `latents`, or the data's next `batch` and with it the latents")
  static let timesKey = Field.integer(
    "times", default: 1, in: .within(1...1_000), "How often it is made, one after the other")
  static let columnsKey = Field<String?>.optionalName(
    "columns", of: .free,
    "What its columns of losses.csv begin with; `none`: its name")
  static let rampKey = Field.flag(
    "momentum_ramp", default: true, "Whether `schedule.momentum_ramp` is for it")

  static let move = Declaration(
    "move", "A step of some networks down some terms",
    details:
      "A term counts in a move if it depends on a network of the move, and gradients go to those "
      + "networks only. An adversarial term shows its critic's side in a move that moves its critic, "
      + "else the other side. Everything is drawn once when a round begins.",
    fields: [
      moveNameKey.declaration, moveNetworksKey.declaration, moveTermsKey.declaration,
      withoutKey.declaration,
      moveOptimizerKey.declaration, freshKey.declaration, timesKey.declaration,
      columnsKey.declaration, rampKey.declaration,
    ], example: "{networks: [critic], times: 5, fresh: batch}",
    check: { record in
      record[moveTermsKey] == nil || record[withoutKey].isEmpty
        ? []
        : [
          Objection(
            "without", "the move says which terms count and which do not",
            label: "keep `terms` or `without`")
        ]
    })

  static let moves = Field<[SectionValue]>(
    "moves", .sections(move), default: nil, "Of one round, in their order"
  ) {
    if case .sections(let sections) = $0 { sections } else { nil }
  }

  static let initializers = Field<Record>.section(
    "init", InitializersSection.declaration,
    "Initial values of the parameters of all networks that say nothing themselves")
  static let optimizer = Field.optionalChoice(
    "optimizer", from: .optimizer, "How the parameters move, in moves that say nothing themselves")
}

extension FieldDeclaration {
  /// The same where it is one of several that are enough.
  fileprivate var mayBeMissing: FieldDeclaration {
    FieldDeclaration(
      name: name, kind: kind, fallback: fallback ?? .empty, isOptional: isOptional,
      summary: summary,
      condition: condition)
  }
}

/// One entry of a map whose keys the file chooses.
package struct NamedValue: Sendable {
  package let name: String
  /// The key.
  package let origin: Origin
  /// nil only where something has been reported.
  let value: FieldValue?
}

/// One entry of a list of sections.
package struct SectionValue: Sendable {
  package let record: Record
  package let origin: Origin
}

extension Field where Value == [NamedValue] {
  static func named(
    _ name: String, _ kind: FieldKind, isOptional: Bool = false, _ summary: String
  ) -> Field {
    Field(name, .named(kind), default: isOptional ? .empty : nil, summary) {
      if case .named(let values) = $0 { values } else { nil }
    }
  }
}
