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

extension SweepSection {
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
      guard let override = Override(text, of: .sweep, findings: &findings) else { continue }
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
    return (root, Set(keys + (point.replicate > 0 ? ["seed"] : [])))
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
    for entry in root.printed where !["name", "description", "record"].contains(entry.name) {
      let line = "\(entry.name): \(entry.value.flow)\n"
      identity += line
      if !["seed", "optimizer", "guards"].contains(entry.name) { shape += line }
    }
    return (identity, shape)
  }
}

extension YAMLNode {
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
      case .none, .number, .integer, .flag, .text, .texts, .numbers, .integers, .choices, .length,
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
