// What the keys of the general form say.

extension GameSection {
  /// - Parameter root: a whole file in the general form, checked.
  init(_ root: Record) {
    typealias Key = GameSchema
    let data = root[ExperimentSchema.data(.general)]
    let size = data[DataSection.sizeKey]
    sources = data[Key.sources].compactMap { SourceEntry($0, size: size) }
    latents = root[Key.latents].compactMap { LatentEntry($0) }
    let initializers = root[Key.initializers]
    networks = NetworkEntry.all(root[Key.networks], initializers)
    values = root[Key.values].compactMap { value in
      guard case .formula(let located)? = value.value else { return nil }
      return ValueEntry(name: value.name, formula: located.formula, origin: value.origin)
    }
    terms = root[Key.terms].compactMap { term in
      guard case .choice(let choice)? = term.value else { return nil }
      return TermEntry(name: term.name, choice: choice, place: nil, origin: term.origin)
    }
    let optimizer = root[Key.optimizer]
    moves = root[Key.moves].compactMap { MoveEntry($0, optimizer) }
  }
}

extension GameSection {
  /// The same with the places that its terms have in the list of a file of two players, where limits on
  /// weights are counted too: random numbers are named by them.
  ///
  /// - Parameter penalties: that list; nil: the file is in the general form.
  func placed(as penalties: [Choice]?, _ vocabulary: Vocabulary) -> GameSection {
    guard let penalties else { return self }
    var places = penalties.indices.filter {
      vocabulary.declaration(.term, named: penalties[$0].name) != nil
    }[...]
    let terms = terms.map { term in
      term.choice.name == AdversarialTerm.declaration.name
        ? term
        : TermEntry(
          name: term.name, choice: term.choice, place: places.popFirst(), origin: term.origin)
    }
    return GameSection(
      sources: sources, latents: latents, networks: networks, values: values, terms: terms,
      moves: moves)
  }
}

extension SourceEntry {
  init?(_ value: NamedValue, size common: Int?) {
    switch value.value {
    case .section(let record):
      self.init(
        name: value.name, kind: .stored(record[GameSchema.sourceKey]),
        size: record[GameSchema.sourceSizeKey] ?? common,
        classes: record[GameSchema.sourceClassesKey], origin: value.origin)
    case .derived(let base, let changes):
      self.init(
        name: value.name, kind: .derived(of: base.name, changes), size: nil, classes: nil,
        origin: value.origin)
    default: return nil  // nothing else is read as a source
    }
  }
}

extension LatentEntry {
  init?(_ value: NamedValue) {
    guard case .section(let record)? = value.value else { return nil }
    let kind: Kind =
      record.has(GameSchema.classesKey)
      ? .label(classes: record[GameSchema.classesKey])
      : .vector(LatentSection(record, origin: value.origin))
    self.init(name: value.name, kind: kind, origin: value.origin)
  }
}

extension NetworkEntry {
  static func all(_ values: [NamedValue], _ common: Record) -> [NetworkEntry] {
    let records = values.compactMap { value -> (NamedValue, Record)? in
      if case .section(let record)? = value.value { (value, record) } else { nil }
    }
    let byName = Dictionary(
      records.map { ($0.0.name, $0.1) }, uniquingKeysWith: { first, _ in first })
    return records.map { value, record in
      // Circles of `like` were found before.
      var origin = record
      var names: Set<String> = [value.name]
      while let other = origin[GameSchema.likeKey], names.insert(other).inserted,
        let next = byName[other]
      {
        origin = next
      }
      let own = record[GameSchema.inputsKey]
      return NetworkEntry(
        name: value.name, layers: origin[GameSchema.layersKey], like: record[GameSchema.likeKey],
        inputs: own.isEmpty ? origin[GameSchema.inputsKey] : own,
        initializers: InitializersSection(
          record[GameSchema.ownInitKey] ?? origin[GameSchema.ownInitKey] ?? common),
        averaging: record[GameSchema.averagingKey].map(AveragingSection.init),
        constraints: record[GameSchema.constraintsKey],
        weights: record[GameSchema.weightsKey].map {
          WeightsSection($0, origin: record.origin(of: GameSchema.weightsKey))
        },
        isFrozen: record[GameSchema.frozenKey], origin: value.origin)
    }
  }
}

extension MoveEntry {
  /// - Parameter common: the optimizer of moves that have none of their own.
  init?(_ section: SectionValue, _ common: Choice?) {
    let record = section.record
    guard let optimizer = record[GameSchema.moveOptimizerKey] ?? common else { return nil }
    let networks = record[GameSchema.moveNetworksKey]
    let name = record[GameSchema.moveNameKey] ?? Self.name(of: networks)
    self.init(
      name: name, networks: networks, terms: record[GameSchema.moveTermsKey],
      without: record[GameSchema.withoutKey],
      optimizer: optimizer, fresh: record[GameSchema.freshKey],
      times: record[GameSchema.timesKey], columns: record[GameSchema.columnsKey] ?? name,
      hasMomentumRamp: record[GameSchema.rampKey], origin: section.origin)
  }

  /// That of a move that has none of its own.
  static func name(of networks: [String]) -> String { networks.joined(separator: "_") }
}
