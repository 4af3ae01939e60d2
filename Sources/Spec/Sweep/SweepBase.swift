/// What the trials of a sweep have in common: the file after `extends` and `--set`.
struct SweepBase: Sendable {
  let tree: YAMLNode
  let source: SourceText
  let vocabulary: Vocabulary
  /// The base without the sweep; nil if it is not right.
  let root: Record?
  /// Every value of the resolved base, by its dotted path.
  let resolved: [String: String]

  /// What stands at a path without any axis, as text; nil if nothing does.
  func text(at path: String) -> String? {
    var node: YAMLNode? = tree
    for step in path.split(separator: ".") { node = node?[String(step)] }
    return node?.plainText ?? resolved[path]
  }
}

extension SweepBase {
  /// Every `--set` of which no trial has anything left, since an axis says the same in all of them.
  func overridesThatAxesReplace(
    _ axes: [SweepAxis], _ linked: [[[YAMLEntry]]]
  ) -> [Diagnostic] {
    let sets = tree.without("sweep")
    let before = sets.sources(.set)
    guard !before.isEmpty else { return [] }
    let alone = axes.map { axis -> [[(String, YAMLNode)]] in
      switch axis.values {
      case .list(let values, _): values.map { [(axis.path, $0)] }
      case .range: [[(axis.path, axis.value(drawing: 0))]]
      }
    }
    let groups = linked.map { $0.map { $0.map { ($0.key, $0.value) } } }
    var findings: [Diagnostic] = []
    for rows in alone + groups {
      var left: Set<ObjectIdentifier> = []
      for row in rows {
        var (overlay, ignored) = (Overlay(vocabulary: vocabulary), [Diagnostic]())
        let trial = row.reduce(sets) { tree, cell in
          Override("\(cell.0)=\(cell.1.flowText)", nil, findings: &ignored)?
            .apply(to: tree, &overlay, &ignored) ?? tree
        }
        left.formUnion(trial.sources(.set))
      }
      for lost in before.subtracting(left) {
        guard let source = sets.sourceText(lost), let text = source.lines.first else { continue }
        let length = text.unicodeScalars.prefix { $0 != "=" }.count
        let paths = rows.first?.map(\.0).joined(separator: ", ") ?? ""
        let first = rows.first?.first?.0 ?? ""
        let value = text.hasPrefix(first + "=") ? String(text.dropFirst(first.count + 1)) : "…"
        findings.append(
          Diagnostic(
            "this is set, and the sweep varies `\(paths.abbreviated)`: the axis would win",
            at: Origin(source: source, mark: Mark(line: 1, column: 1, length: max(1, length))),
            label: "for one value alone write --sweep '\(first)=[\(value.abbreviated)]'"))
      }
    }
    return findings
  }
}

extension SweepSection {
  /// The paths of a trial that decide nothing in it.
  ///
  /// - Parameter warnings: what is odd about the trial.
  package func pathsWithoutEffect(_ warnings: [Diagnostic]) -> Set<String> {
    let conditions = Set((rules.map(\.condition) + excludes).flatMap(\.condition.keys))
    return Set(
      warnings.compactMap { warning in
        guard warning.isWithoutEffect, warning.origin.source.kind == .sweep,
          let text = warning.origin.source.lines.first
        else { return nil }
        let path = String(text.prefix { $0 != "=" })
        return conditions.contains(path) ? nil : path
      })
  }

  /// The finding about an axis that decides nothing in any trial, by its path.
  ///
  /// - Parameter warnings: what is odd about one of its trials.
  package func axisWithoutEffect(_ path: String, _ warnings: [Diagnostic]) -> Diagnostic {
    let axis = (axisList + rules.flatMap(\.axes)).first { $0.path == path }
    let cell = linked.flatMap { $0.flatMap(\.self) }.first { $0.key == path }
    let warning = warnings.first {
      $0.isWithoutEffect && $0.origin.source.lines.first?.hasPrefix(path + "=") == true
    }
    return Diagnostic(
      "the axis `\(path)` decides nothing: its trials would all be the same",
      at: axis?.origin ?? cell?.keyOrigin ?? origin, label: warning?.label,
      notes: warning?.notes ?? [])
  }

  /// The experiment of one trial, complete and checked.
  ///
  /// - Throws: everything that is wrong with it, at the places of the sweep.
  package func experiment(at point: SweepPoint, seed: UInt64) throws(Diagnostics) -> Experiment {
    var findings: [Diagnostic] = []
    var overlay = Overlay(vocabulary: base.vocabulary)
    var tree = base.tree.without("sweep")
    var texts = point.settings.map { "\($0.path)=\($0.text)" }
    if point.replicate > 0 {
      let own = point.settings.last { $0.path == "seed" }.flatMap { UInt64($0.text) }
      texts.append("seed=\((own ?? seed) + UInt64(point.replicate))")
    }
    for text in texts {
      guard let override = Override(text, nil, findings: &findings) else { continue }
      tree = override.apply(to: tree, &overlay, &findings)
    }
    findings += overlay.findings.filter { $0.severity == .error }
    guard findings.isEmpty else { throw Diagnostics(findings) }
    return try ExperimentLoader(files: .memory([:]), vocabulary: base.vocabulary)
      .resolve(tree, base.source, findings: [], known: known(for: point)).get()
  }

  /// Most of a trial is what the base is; only sections that it touches are read again. Parameters
  /// reach everywhere.
  private func known(for point: SweepPoint) -> (root: Record, changed: Set<String>)? {
    let keys = point.settings.map { String($0.path.prefix { $0 != "." && $0 != "[" }) }
    guard let root = base.root, !keys.contains("params") else { return nil }
    // A move without a kind of optimizer has what the one at the top says.
    let moves = keys.contains("optimizer") ? ["moves"] : []
    return (root, Set(keys + moves + (point.replicate > 0 ? ["seed"] : [])))
  }

  /// The file after `extends` and `--set`, with `params` and `sweep`: a spec of its own.
  package var mergedYAML: String { base.tree.blockText }
}

extension Experiment {
  /// What decides the numbers of a run, besides the data and the program: the resolved spec without
  /// what is only said or written down.
  package var identityText: String { identityTexts.identity }

  /// The same, and what decides the shapes in its networks: two experiments with the same `shape` are
  /// both right or both wrong.
  package var identityTexts: (identity: String, shape: String) {
    var (identity, shape) = ("", "")
    let said = ["name", "description", "record", ExperimentSchema.notify.declaration.name]
    for entry in root.printed where !said.contains(entry.name) {
      // What every experiment was before there was the key.
      if entry.name == "precision", precision.products == .float32 { continue }
      let line = "\(entry.name): \(entry.value.flow)\n"
      identity += line
      if !["seed", "optimizer", "guards"].contains(entry.name) { shape += line }
    }
    return (identity, shape)
  }
}

extension Experiment {
  /// What, besides the shapes, decides how much a run keeps: what is recorded, and the optimizers without their numbers,
  /// of which only counts whether they are zero.
  package var storageText: String {
    func signs(_ text: String) -> String {
      text.replacing(/[0-9][0-9.e+-]*/) { Double($0.output) == 0 ? "0" : "1" }
    }
    return root.printed.filter { ["record", "optimizer"].contains($0.name) }
      .map { entry in
        let text = entry.value.flow
        return entry.name == "record" ? text : signs(text)
      }.joined(separator: "\n")
  }
}

extension YAMLNode {
  /// The text of that identity that a value of the tree comes from.
  fileprivate func sourceText(_ identity: ObjectIdentifier) -> SourceText? {
    if ObjectIdentifier(origin.source) == identity { return origin.source }
    switch content {
    case .scalar, .broken: return nil
    case .list(let items): return items.lazy.compactMap { $0.sourceText(identity) }.first
    case .map(let entries): return entries.lazy.compactMap { $0.value.sourceText(identity) }.first
    }
  }

  func without(_ key: String) -> YAMLNode {
    guard let entries else { return self }
    return YAMLNode(.map(entries.filter { $0.key != key }), at: origin)
  }

  /// The text of a scalar; a list as `[a, b]`; nil for a map.
  var plainText: String? {
    switch content {
    case .scalar(let text, _): text
    case .list: flowText
    case .map, .broken: nil
    }
  }
}

extension Record {
  /// Dotted paths and the texts of their values, as conditions ask for them.
  func flatten(into found: inout [String: String], _ prefix: String) {
    for entry in printed {
      let path = prefix + entry.name
      switch entry.value {
      case .section(let record): record.flatten(into: &found, path + ".")
      case .choice(let choice):
        found[choice.category.isWrittenWithKind ? "\(path).kind" : path] = choice.name
        choice.record.flatten(into: &found, path + ".")
      case .perNetwork(let generator, let discriminator):
        for (player, choice) in [("generator", generator), ("discriminator", discriminator)] {
          found["\(path).\(player).kind"] = choice.name
          choice.record.flatten(into: &found, "\(path).\(player).")
        }
      case .named(let values):
        for value in values {
          guard let inner = value.value else { continue }
          Record(entries: [Record.Entry(named: value.name, inner)]).flatten(
            into: &found, path + ".")
        }
      case .none, .number, .integer, .flag, .text, .texts, .formula, .names, .weightedNames,
        .sections,
        .derived, .numbers, .integers,
        .choices,
        .length,
        .lengths, .period, .grid, .duration, .bytes:
        found[path] = entry.value.conditionText
      }
    }
  }
}

extension FieldValue {
  fileprivate var conditionText: String { if case .text(let text) = self { text } else { flow } }
}

extension Declaration {
  /// The same with these fields only, and without what is checked between fields.
  func keeping(_ names: Set<String>) -> Declaration {
    Declaration(name, summary, fields: fields.filter { names.contains($0.name) })
  }
}
