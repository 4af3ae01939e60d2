/// Checks `sweep:` against the schema: paths that exist, values of their types, conditions that
/// can be read.
struct SweepReader {
  private let schema: SchemaPath
  private(set) var findings: [Diagnostic] = []
  private var axes: [String: Origin] = [:]
  private var order: [String] = []
  private var takesRanges = true
  private var drawsByWeight = true
  private var axisList: [SweepAxis] = []
  private var linkedNames: [String] = []
  private var linked: [[[YAMLEntry]]] = []
  private var rules: [SweepRule] = []
  private var excludes: [SweepCondition] = []
  private var startWith: [[YAMLEntry]] = []
  private let base: SweepBase

  init(base: SweepBase) {
    self.base = base
    schema = SchemaPath(
      vocabulary: base.vocabulary, form: .of(base.tree),
      parameters: base.tree["params"]?.entries?.map(\.key) ?? [])
  }

  mutating func read(_ node: YAMLNode, key: Origin) -> SweepSection? {
    guard let entries = node.entries else {
      if case .broken = node.content { return nil }
      findings.append(Diagnostic("`sweep` must be a map, found \(node.found)", at: node.origin))
      return nil
    }
    let names = SweepSection.pathKeys.map(\.name)
    var reader = RecordReader(vocabulary: schema.vocabulary)
    reader.reportUnknownKeys(
      entries, known: SweepSection.declaration.fields.map(\.name) + names, in: subject("sweep"))
    let plain = entries.filter { SweepSection.declaration.field($0.key) != nil }
    let record = reader.record(SweepSection.declaration, plain, at: key, subject("sweep"))
    findings += reader.findings
    let method = record?[SweepSection.methodKey]
    takesRanges = method == nil || method == .random || method == .tpe
    drawsByWeight = takesRanges

    if let node = node["axes"] { axisList = readAxes(node) }
    if let node = node["linked"] { readLinked(node) }
    if let node = node["when"] { readWhen(node) }
    if let node = node["start_with"] { readStartWith(node, method) }
    if let node = node["exclude"] {
      for item in items(of: node, "exclude") {
        if let condition = readCondition(item) { excludes.append(condition) }
      }
    }
    let isOfSeeds =
      record.map { $0[SweepSection.replicatesKey] > 1 && $0[SweepSection.methodKey] == .grid }
    if order.isEmpty, findings.isEmpty, isOfSeeds != true {
      findings.append(
        Diagnostic(
          "sweep has no axes", at: key,
          label: "give it `axes` or `linked`; with `replicates: 3` alone it plays three seeds"))
    }
    if findings.isEmpty {
      reportAxesThatDecideNothing()
      findings += base.overridesThatAxesReplace(axisList, linked)
    }
    guard findings.isEmpty, let record else { return nil }
    let earlyStopping = record[SweepSection.earlyStoppingKey].map { EarlyStopping($0) }
    checkObjective(record[SweepSection.methodKey], earlyStopping, at: key)
    guard findings.isEmpty else { return nil }
    return SweepSection(
      method: record[SweepSection.methodKey], axes: order,
      replicates: record[SweepSection.replicatesKey],
      budgetTrials: record[SweepSection.budgetKey][SweepSection.trialsKey],
      budgetSeconds: record[SweepSection.budgetKey][SweepSection.timeKey],
      retries: record[SweepSection.onFailureKey][SweepSection.retriesKey],
      stopAfter: record[SweepSection.onFailureKey][SweepSection.stopAfterKey],
      earlyStopping: earlyStopping,
      origin: key, axisList: axisList, linkedNames: linkedNames, linked: linked, rules: rules,
      startWith: startWith, excludes: excludes, base: base)
  }

  private func subject(_ path: String) -> RecordReader.Subject {
    RecordReader.Subject(name: path, path: path)
  }

  private mutating func items(of node: YAMLNode, _ name: String) -> [YAMLNode] {
    if node.isEmpty { return [] }
    guard case .list(let items) = node.content else {
      findings.append(
        Diagnostic("`\(name)` in sweep must be a list, found \(node.found)", at: node.origin))
      return []
    }
    return items
  }

  private mutating func entries(of node: YAMLNode, _ name: String) -> [YAMLEntry] {
    if node.isEmpty { return [] }
    guard let entries = node.entries else {
      findings.append(
        Diagnostic("`\(name)` in sweep must be a map, found \(node.found)", at: node.origin))
      return []
    }
    return entries
  }

  private mutating func readAxes(_ node: YAMLNode, isConditional: Bool = false) -> [SweepAxis] {
    var found: [SweepAxis] = []
    for axis in entries(of: node, "axes") {
      guard let fields = fields(at: axis.key, axis.keyOrigin) else { continue }
      if !isConditional { register(axis.key, axis.keyOrigin) }
      let values: SweepAxis.Values?
      switch axis.value.content {
      case .list(let list) where !list.isEmpty:
        for value in list { check(value, fields, axis.key) }
        values = .list(list, weights: nil)
      case .map(let keys) where keys.contains { Self.ranges.contains($0.key) }:
        values = readRange(keys, fields, axis).map(SweepAxis.Values.range)
      case .map(let keys) where keys.contains { $0.key == "choice" }:
        values = readChoice(keys, fields, axis)
      case .broken: values = nil
      case .scalar, .list, .map:
        values = nil
        findings.append(
          Diagnostic(
            "an axis wants its values, found \(axis.value.found)", at: axis.value.origin,
            notes: [
              "a list, {log: [low, high]}, {uniform: [low, high]}, {int: [low, high]} or "
                + "{choice: [a, b], weights: [3, 1]}"
            ]))
      }
      if let values {
        found.append(SweepAxis(path: axis.key, origin: axis.value.origin, values: values))
      }
    }
    return found
  }

  private static let ranges = ["log", "uniform", "int"]

  private mutating func readRange(
    _ keys: [YAMLEntry], _ fields: [FieldDeclaration], _ axis: YAMLEntry
  ) -> SweepRange? {
    guard let range = keys.first(where: { Self.ranges.contains($0.key) }) else { return nil }
    guard takesRanges else {
      findings.append(
        Diagnostic(
          "a range needs `method: random` or `method: tpe`", at: range.keyOrigin,
          label: "a list of values goes with every method"))
      return nil
    }
    var reader = RecordReader(vocabulary: schema.vocabulary)
    reader.reportUnknownKeys(
      keys, known: [range.key, "step"], in: subject("sweep.axes.\(axis.key)"))
    let isLog = range.key == "log"
    let value = reader.value(
      .numbers(count: 2, isLog ? .above(0) : .any), range.value,
      RecordReader.Subject(name: "the range of \(axis.key)", path: axis.key))
    var step: Double?
    if let written = keys.first(where: { $0.key == "step" }),
      case .number(let size)? = reader.value(
        .number(.above(0)), written.value,
        RecordReader.Subject(name: "`step` of \(axis.key)", path: axis.key))
    {
      step = size
    }
    findings += reader.findings
    guard case .numbers(let ends)? = value else { return nil }
    guard ends[0] < ends[1] else {
      findings.append(
        Diagnostic("a range is [low, high] with low < high", at: range.value.origin))
      return nil
    }
    if case .list(let items) = range.value.content {
      for item in items { check(item, fields, axis.key) }
    }
    let isWhole = fields.contains { if case .integer = $0.kind { true } else { false } }
    if isWhole || range.key == "int" { step = max(1, (step ?? 1).rounded()) }
    return SweepRange(low: ends[0], high: ends[1], isLogarithmic: isLog, step: step)
  }

  private mutating func readChoice(
    _ keys: [YAMLEntry], _ fields: [FieldDeclaration], _ axis: YAMLEntry
  ) -> SweepAxis.Values? {
    let place = "sweep.axes.\(axis.key)"
    var reader = RecordReader(vocabulary: schema.vocabulary)
    reader.reportUnknownKeys(keys, known: ["choice", "weights"], in: subject(place))
    guard let choice = keys.first(where: { $0.key == "choice" }) else { return nil }
    let values = items(of: choice.value, "choice")
    for value in values { check(value, fields, axis.key) }
    var weights: [Double]?
    if let written = keys.first(where: { $0.key == "weights" }) {
      let read = reader.value(
        .numbers(count: values.count, .above(0)), written.value,
        RecordReader.Subject(name: "`weights` of \(axis.key)", path: axis.key))
      if case .numbers(let numbers)? = read { weights = numbers }
      if !drawsByWeight {
        findings.append(
          Diagnostic(
            "`weights` need `method: random` or `method: tpe`", at: written.keyOrigin,
            label: "a grid takes every value"))
      }
    }
    findings += reader.findings
    guard !values.isEmpty else {
      findings.append(Diagnostic("`choice` has no values", at: choice.keyOrigin))
      return nil
    }
    return .list(values, weights: weights)
  }

  private mutating func readLinked(_ node: YAMLNode) {
    for group in entries(of: node, "linked") {
      var first: [YAMLEntry]?
      var rows: [[YAMLEntry]] = []
      let written = items(of: group.value, "linked.\(group.key)")
      if written.isEmpty {
        findings.append(
          Diagnostic(
            "`\(group.key.abbreviated)` in linked has no rows", at: group.keyOrigin,
            label: "such as [{loss.kind: hinge, seed: 1}, {loss.kind: least_squares, seed: 2}]"))
      }
      for node in written {
        let row = entries(of: node, "linked.\(group.key)")
        if row.isEmpty, node.entries != nil || node.isEmpty {
          findings.append(Diagnostic("this row sets nothing", at: node.origin))
        }
        for cell in row {
          guard let fields = fields(at: cell.key, cell.keyOrigin) else { continue }
          if first == nil { register(cell.key, cell.keyOrigin) }
          check(cell.value, fields, cell.key)
        }
        if let first, let lost = first.first(where: { old in !row.contains { $0.key == old.key } }),
          let place = row.first
        {
          findings.append(
            Diagnostic("this row lacks `\(lost.key.abbreviated)`", at: place.keyOrigin))
        } else if let first,
          let extra = row.first(where: { new in !first.contains { $0.key == new.key } })
        {
          findings.append(
            Diagnostic("the first row lacks `\(extra.key.abbreviated)`", at: extra.keyOrigin))
        }
        first = first ?? row
        rows.append(row)
      }
      linkedNames.append(group.key)
      linked.append(rows)
    }
  }

  private mutating func readStartWith(_ node: YAMLNode, _ method: SweepSection.Method?) {
    if let method, method != .tpe {
      findings.append(Diagnostic("`start_with` needs `method: tpe`", at: node.origin))
    }
    for row in items(of: node, "start_with") {
      let row = entries(of: row, "start_with")
      for cell in row {
        guard let fields = fields(at: cell.key, cell.keyOrigin) else { continue }
        let varied =
          axisList.map(\.path) + rules.flatMap { $0.axes.map(\.path) }
          + linked.flatMap { $0.flatMap { $0.map(\.key) } }
        if !varied.contains(cell.key) {
          findings.append(
            Diagnostic("`\(cell.key.abbreviated)` is no axis of this sweep", at: cell.keyOrigin))
        }
        check(cell.value, fields, cell.key)
      }
      startWith.append(row)
    }
  }

  /// Who compares trials needs a number to compare. A base that is not right has other findings.
  private mutating func checkObjective(
    _ method: SweepSection.Method, _ earlyStopping: EarlyStopping?, at key: Origin
  ) {
    guard let root = base.root, method == .tpe || earlyStopping != nil else { return }
    let metrics = root[ExperimentSchema.metrics].map { MetricsSection($0, origin: key) }
    if metrics?.objective != nil { return }
    findings.append(
      Diagnostic(
        "\(method == .tpe ? "`method: tpe`" : "`early_stopping`") needs an objective", at: key,
        label: "metrics: {of: […], objective: {minimize: …}} says what is good"))
  }

  private mutating func readWhen(_ node: YAMLNode) {
    for rule in items(of: node, "when") {
      let entries = entries(of: rule, "when")
      var reader = RecordReader(vocabulary: schema.vocabulary)
      reader.reportUnknownKeys(entries, known: ["if", "axes"], in: subject("sweep.when"))
      findings += reader.findings
      var condition: SweepCondition?
      if let written = rule["if"] {
        condition = readCondition(written)
      } else {
        findings.append(Diagnostic("`when` needs `if`", at: rule.origin))
      }
      if let axes = rule["axes"] {
        let found = readAxes(axes, isConditional: true)
        if let condition { rules.append(SweepRule(condition: condition, axes: found)) }
      } else {
        findings.append(Diagnostic("`when` needs `axes`", at: rule.origin))
      }
    }
  }

  private mutating func readCondition(_ node: YAMLNode) -> SweepCondition? {
    guard case .scalar(let text, _) = node.content else {
      if case .broken = node.content { return nil }
      findings.append(
        Diagnostic("a condition is a text, found \(node.found)", at: node.origin))
      return nil
    }
    do throws(ExpressionError) {
      let condition = try Condition(text)
      for name in condition.keys.sorted() { _ = fields(at: name, node.origin) }
      return SweepCondition(condition: condition, origin: node.origin)
    } catch {
      findings.append(
        Diagnostic(error.message, at: node.origin.inside(text, offset: error.offset)))
      return nil
    }
  }

  private mutating func register(_ path: String, _ origin: Origin) {
    if let first = axes[path] {
      findings.append(
        Diagnostic(
          "`\(path.abbreviated)` is varied twice", at: origin,
          label: "first at line \(first.mark.line)"))
      return
    }
    axes[path] = origin
    order.append(path)
  }

  /// What is only said or written down makes no trial another one.
  private mutating func reportAxesThatDecideNothing() {
    func isSilent(_ path: String) -> Bool {
      ["name", "description", "record"].contains(path.prefix { $0 != "." && $0 != "[" })
    }
    let alone = axisList.map(\.path)
    let groups = linked.map { $0.flatMap { $0.map(\.key) } }.filter { $0.allSatisfy(isSilent) }
    for path in (alone + groups.flatMap(\.self)) where isSilent(path) {
      guard let origin = axes[path] else { continue }
      findings.append(
        Diagnostic(
          "the axis `\(path.abbreviated)` changes no number: its trials would all be the same",
          at: origin, label: "vary what is trained, or give several seeds: replicates: 3"))
    }
  }

  /// What may stand at a path; nil if the path leads nowhere. Empty: anything may.
  private mutating func fields(at path: String, _ origin: Origin) -> [FieldDeclaration]? {
    guard path != "sweep", !path.hasPrefix("sweep."), path.utf8.count <= 200 else {
      findings.append(Diagnostic("`\(path.abbreviated)` cannot be varied", at: origin))
      return nil
    }
    let shared = [
      ExperimentSchema.engine.declaration.name, ExperimentSchema.notify.declaration.name,
    ]
    if let key = shared.first(where: { path == $0 || path.hasPrefix("\($0).") }) {
      findings.append(
        Diagnostic(
          "`\(path.abbreviated)` is no part of a trial, which is the same wherever it is played",
          at: origin,
          label: "say it once for all trials, in `\(key)` at the top of the file, or with --set"))
      return nil
    }
    switch schema.look(up: path) {
    case .anything: return []
    case .fields(let fields): return fields
    case .unknown(let step, let candidates):
      findings.append(
        Diagnostic(
          "there is no `\(path.abbreviated)` to vary", at: origin,
          label: Synonyms.hint(step, among: candidates)
            ?? Synonyms.place(path).map { "did you mean `\($0)`?" },
          notes: candidates.isEmpty
            ? [] : ["keys in place of `\(step.abbreviated)`: \(candidates.joined(separator: ", "))"]
        )
      )
      return nil
    }
  }

  /// A value must suit one of the fields its path may mean.
  private mutating func check(_ node: YAMLNode, _ fields: [FieldDeclaration], _ path: String) {
    if case .scalar(let text, _) = node.content, text.contains("${") { return }
    var reports: [[Diagnostic]] = []
    for field in fields {
      if field.isOptional, node.isNothing { return }
      // Part of a section is enough here: the rest is in the file.
      if case .section = field.kind { return }
      var reader = RecordReader(vocabulary: schema.vocabulary)
      let subject = RecordReader.Subject(name: "`\(path)`", path: path)
      if reader.value(field.kind, node, subject) != nil { return }
      reports.append(reader.findings)
    }
    findings += reports.first ?? []
  }
}
