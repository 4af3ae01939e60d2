/// Reads an experiment file. On failure: everything that is wrong with it.
///
/// - Parameters:
///   - overrides: what follows `--set`, `a.b.c=value` each.
///   - sweeps: what follows `--sweep`, `a.b.c=[values]` each: axes added to the file's.
package func loadExperiment(
  path: String, overrides: [String] = [], sweeps: [String] = [], vocabulary: Vocabulary
) -> Result<Experiment, Diagnostics> {
  ExperimentLoader(files: .disk, vocabulary: vocabulary).load(path, overrides, sweeps)
}

/// The same for a text in memory; `files` are what its `extends` may name.
package func loadExperiment(
  text: String, name: String = "spec.yaml", files: [String: String] = [:],
  overrides: [String] = [], sweeps: [String] = [], vocabulary: Vocabulary
) -> Result<Experiment, Diagnostics> {
  loadExperiment(
    bytes: Array(text.utf8), name: name, files: files, overrides: overrides, sweeps: sweeps,
    vocabulary: vocabulary)
}

func loadExperiment(
  bytes: [UInt8], name: String, files: [String: String] = [:], overrides: [String] = [],
  sweeps: [String] = [], vocabulary: Vocabulary
) -> Result<Experiment, Diagnostics> {
  var texts = files.mapValues { Array($0.utf8) }
  texts[name] = bytes
  return ExperimentLoader(files: .memory(texts), vocabulary: vocabulary).load(
    name, overrides, sweeps)
}

/// One entry of a category on its own, `{conv: {channels: 64}}`: for tests of a single layer.
package func loadChoice(
  _ text: String, _ category: Category, vocabulary: Vocabulary
) -> Result<Choice, Diagnostics> {
  let source = SourceText(name: category.rawValue, text: text)
  var findings: [Diagnostic] = []
  let start = Origin(source: source, mark: Mark(line: 1, column: 1))
  let node =
    Composer.compose(text, source: source, findings: &findings) ?? .plain("", at: start)
  guard findings.isEmpty else { return .failure(Diagnostics(findings)) }
  var reader = RecordReader(vocabulary: vocabulary)
  guard let choice = reader.choice(category, node, path: category.rawValue),
    !reader.findings.contains(where: { $0.severity == .error })
  else {
    return .failure(Diagnostics(reader.findings))
  }
  return .success(choice)
}

struct ExperimentLoader {
  let files: SpecFiles
  let vocabulary: Vocabulary

  func load(
    _ path: String, _ overrides: [String], _ sweeps: [String]
  ) -> Result<Experiment, Diagnostics> {
    var extends = Extends(files: files, vocabulary: vocabulary)
    let written = extends.load(path)
    var findings = extends.findings
    let source = extends.source ?? SourceText(name: path, text: "")
    guard var tree = written else { return .failure(Diagnostics(findings)) }

    var overlay = Overlay(vocabulary: vocabulary)
    let schema = SchemaPath(
      vocabulary: vocabulary, form: nil, parameters: tree["params"]?.entries?.map(\.key) ?? [])
    var applied: [Override] = []
    for text in overrides {
      guard let override = Override(text, schema, findings: &findings) else { continue }
      tree = override.apply(to: tree, &overlay, &findings)
      applied.append(override)
    }
    findings += overlay.findings
    findings += WithoutEffect.overrides(applied, in: tree, known: findings)
    var axes: [String: Origin] = [:]
    for text in sweeps {
      guard let axis = Override.axis(text, schema, findings: &findings) else { continue }
      if axes.updateValue(axis.keyOrigin, forKey: axis.key) != nil {
        findings.append(
          Diagnostic(
            "`\(axis.key.abbreviated)` is varied by --sweep twice", at: axis.keyOrigin,
            label: "write all its values in one list"))
      }
      tree = tree.adding(axis)
    }
    reportUnset(tree, &findings)
    return resolve(tree, source, findings: findings)
  }

  /// The experiment that a tree means, after all merging.
  ///
  /// - Parameter known: what the tree means where only the keys `changed` are to be read anew.
  func resolve(
    _ tree: YAMLNode, _ source: SourceText, findings: [Diagnostic],
    known: (root: Record, changed: Set<String>)? = nil
  ) -> Result<Experiment, Diagnostics> {
    var findings = findings
    let form = GameForm.of(tree)
    var tree = tree
    if known == nil {
      let own = form.taking(tree)
      tree = own.tree
      findings += own.findings
    }
    var substitution = Substitution()
    let scope = substitution.parameters(tree["params"])
    let wanted = (tree.entries ?? []).filter { known?.changed.contains($0.key) ?? true }
    var entries = wanted.map { entry in
      var entry = entry
      if entry.key != "params", entry.key != "sweep" {
        entry.value = substitution.substitute(entry.value, scope)
      }
      return entry
    }
    if form == .general, let place = entries.firstIndex(where: { $0.key == "moves" }) {
      var overlay = Overlay(vocabulary: vocabulary)
      let common = tree["optimizer"].map { substitution.substitute($0, scope) }
      entries[place].value = entries[place].value.completingOptimizers(common, &overlay)
    }
    findings += substitution.findings

    var reader = RecordReader(vocabulary: vocabulary, form: form)
    let start = Origin(source: source, mark: Mark(line: 1, column: 1))
    var declaration = ExperimentSchema.declaration(vocabulary, form)
    if let known { declaration = declaration.keeping(known.changed) }
    var (read, isComplete) = reader.fields(
      of: declaration, entries, at: start, RecordReader.Subject(name: "the spec", path: ""))
    var root = isComplete ? reader.checked(read, by: declaration) : nil
    if let known {
      read = known.root.entries.map { old in read.first { $0.name == old.name } ?? old }
      if root != nil { root = Record(entries: read) }
    }
    findings += reader.findings
    if form == .general {
      findings += GameCheck.findings(in: read)
    } else if let root, !root.formulas.isEmpty {
      findings += GameCheck.watchedFindings(in: TwoPlayerForm.expanded(root, vocabulary))
    }

    var sweep: SweepSection?
    if let entry = entries.first(where: { $0.key == "sweep" }), !entry.value.isNothing {
      var resolved: [String: String] = [:]
      if let root { root.flatten(into: &resolved, "") }
      var sweeps = SweepReader(
        base: SweepBase(
          tree: tree, source: source, vocabulary: vocabulary, root: root, resolved: resolved))
      sweep = sweeps.read(entry.value, key: entry.keyOrigin)
      findings += sweeps.findings
    }
    if known == nil, !findings.contains(where: { $0.severity == .error }) {
      findings += WithoutEffect.parameters(of: tree)
    }
    let diagnostics = Diagnostics(findings)
    guard let root, !diagnostics.hasErrors else { return .failure(diagnostics) }
    return .success(
      Experiment(
        root, sweep: sweep, source: source, warnings: diagnostics.entries, form, vocabulary))
  }

  /// After all merging, an `!unset` that is left had nothing to remove.
  private func reportUnset(_ node: YAMLNode, _ findings: inout [Diagnostic]) {
    if node.isUnset {
      findings.append(Diagnostic("there is nothing to unset here", at: node.origin))
    }
    switch node.content {
    case .scalar, .broken: break
    case .list(let items): for item in items { reportUnset(item, &findings) }
    case .map(let entries): for entry in entries { reportUnset(entry.value, &findings) }
    }
  }
}
