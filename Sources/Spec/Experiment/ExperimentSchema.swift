/// The top level of the file.
enum ExperimentSchema {
  static let version = Field.integer(
    "version", default: 1, in: .within(1...1), "Version of the file's format")
  static let name = Field.text("name", "Name of the experiment, and of its folder under results")
  static let description = Field.optionalText(
    "description", "What it is and where it comes from: the paper, the numbers to expect")
  static let seed = Field.integer(
    "seed", default: 0, in: .atLeast(0), "Seed of every random number of the run")
  static let loss = Field.choice("loss", from: .loss, "What each network minimises")
  static let penalties = Field.choices(
    "penalties", from: .penalty, default: [], "Terms added to a network's loss")
  static let augment = Field.choices(
    "augment", from: .augmentation, default: [],
    "Random changes of everything the critic sees, real or generated, each sample anew")
  static let optimizer = Field<OptimizerSection>(
    "optimizer", .choicePerNetwork(.optimizer), default: nil,
    "How the parameters move; `generator` and `discriminator` override what both share"
  ) {
    guard case .perNetwork(let generator, let discriminator) = $0 else { return nil }
    return OptimizerSection(generator: generator, discriminator: discriminator)
  }
  static let params = FieldDeclaration(
    name: "params", kind: .params, fallback: .empty, isOptional: true,
    summary: "Variables of the file: `${width * 2}` computes with them")
  static let sweep = FieldDeclaration(
    name: "sweep", kind: .sweep, fallback: DefaultText.none, isOptional: true,
    summary: "A family of experiments: axes over the rest of the file")
  static let extends = FieldDeclaration(
    name: "extends", kind: .text, fallback: DefaultText.none, isOptional: true,
    summary: "A file this one builds on: maps merge, lists and values replace, `!unset` removes")

  static func data(_ form: GameForm?) -> Field<Record> {
    .section(
      "data", DataSection.declaration(form), isRequired: true, "The images or vectors to learn from"
    )
  }
  static let latent = Field<Record>.section(
    "latent", LatentSection.declaration, "What the generator starts from")
  static let labels = Field<Record?>.optionalSection(
    "labels", LabelsSection.declaration, "Class labels, which layers may use; `none` without")
  static let architecture = Field<Record>.section(
    "architecture", ArchitectureSection.declaration, isRequired: true, "The two networks")
  static let record = Field<Record>.section(
    "record", RecordSection.declaration, "What the run writes down, and how often")
  static let metrics = Field<Record?>.optionalSection(
    "metrics", MetricsSection.declaration,
    "What is measured of the generated samples, into metrics.csv; `none` measures nothing")
  static let precision = Field<Record>.section(
    "precision", PrecisionSection.declaration, "How exactly a device computes")
  static let guards = Field<Record>.section(
    "guards", GuardsSection.declaration, "When to stop a run that goes wrong")

  static let engine = Field<Record>.section(
    "engine", EngineSection.declaration,
    "What plays the trials of a sweep; it changes nothing about them")

  static let notify = Field<Record?>.optionalSection(
    "notify", NotifySection.declaration,
    "A program that is run when a run or a sweep ends; `none` runs none"
  ).unsaidByDefault()

  static func schedule(_ vocabulary: Vocabulary, _ form: GameForm?) -> Field<Record> {
    .section(
      "schedule", ScheduleSection.declaration(vocabulary, form), isRequired: true,
      "Who moves when, and for how long")
  }

  /// - Parameter form: nil: every key of both forms, as where files are laid over each other.
  static func declaration(_ vocabulary: Vocabulary, _ form: GameForm?) -> Declaration {
    let players = [
      latent.declaration, labels.declaration, architecture.declaration, loss.declaration,
      penalties.declaration,
    ]
    let general = [
      GameSchema.latents.declaration, GameSchema.networks.declaration,
      GameSchema.values.declaration, GameSchema.terms.declaration, GameSchema.moves.declaration,
      GameSchema.initializers.declaration,
    ]
    let own =
      switch form {
      case .twoPlayers: players
      case .general: general
      case nil: players + general
      }
    let optimizer = form == .general ? GameSchema.optimizer.declaration : optimizer.declaration
    return Declaration(
      "experiment", "One experiment, or with `sweep` a family of them",
      fields: [
        version.declaration, name.declaration, description.declaration, extends, params,
        seed.declaration, data(form).declaration,
      ] + own + [
        augment.declaration, optimizer, schedule(vocabulary, form).declaration,
        record.declaration, metrics.declaration, precision.declaration, guards.declaration,
        notify.declaration, engine.declaration, sweep,
      ],
      check: { record in
        let name = record[name]
        let isFolderName =
          !name.isEmpty && !name.hasPrefix(".")
          && name.unicodeScalars.allSatisfy { $0 != "/" && $0.value >= 0x20 && $0.value != 0x7F }
        guard !isFolderName else { return [] }
        return [
          Objection(
            "name", "`name` is the name of a folder too, and cannot be `\(name)`",
            label: "no slashes, no dot in front")
        ]
      })
  }
}

extension Field where Value == Record {
  package static func section(
    _ name: String, _ section: Declaration, isRequired: Bool = false, _ summary: String
  ) -> Field {
    Field(name, .section(section), default: isRequired ? nil : .empty, summary) {
      if case .section(let record) = $0 { record } else { nil }
    }
  }
}

extension Field where Value == Record? {
  /// - Parameter isPresent: whether a file that says nothing has the section, with its defaults.
  static func optionalSection(
    _ name: String, _ section: Declaration, isPresent: Bool = false, _ summary: String
  ) -> Field {
    Field(
      name, .section(section), default: isPresent ? .empty : DefaultText.none, isOptional: true,
      summary
    ) {
      if case .section(let record) = $0 { .some(record) } else { .some(nil) }
    }
  }
}
