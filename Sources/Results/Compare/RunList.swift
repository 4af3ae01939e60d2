import RunFormat
import Spec

/// `gan-exp ls`: one line a run.
package struct RunList: Sendable {
  package let runs: [LoadedRun]
  package let notes: [String]
  /// Of each run, in the order of ``runs``: what was set, and what differs between runs of one name.
  let set: [[SetValues.Value]]
  private let names: RunNames
  private let columns: [String]?
  private let objective: Objective?
  /// Those that any of the runs has.
  private let measureNames: [String]

  /// With more runs than this, those of their files are read only that cost little.
  static let fullLimit = 500

  /// - Parameters:
  ///   - names: what runs are called; nil: told apart from one another.
  ///   - columns: only these; nil: the usual ones.
  ///   - isForPrograms: whether everything is wanted, as JSON has it.
  package init(
    _ scan: RunScan, filter: RunFilter, names: RunNames? = nil, columns: ColumnChoice? = nil,
    isForPrograms: Bool = false
  ) throws(ReferenceError) {
    let isWanted = filter.needsSettings || columns != nil || isForPrograms
    let readsAll = isWanted || scan.runs.count <= Self.fullLimit
    let loaded = LoadedRun.load(scan.runs, readsSettings: readsAll)
    runs = try filter.apply(loaded)
    self.names = names ?? RunNames(scan.runs.map { $0.sweepFolder ?? $0.path })
    let set = SetOrDifferent(runs, among: loaded).values
    self.set = set
    objective = Objective.common(of: runs)
    measureNames = Table.titles(of: runs.map { $0.measures.map(\.name) })
    let known = Self.ownColumns + Table.titles(of: runs.map(\.keys))
    self.columns = try columns.map { choice throws(ReferenceError) in
      try choice.columns(in: known, preferring: Set(set.flatMap { $0.map(\.key) }))
    }
    let short =
      readsAll
      ? []
      : [
        "\(scan.runs.count) runs: the objective, and what differs beside what was set, are left out; "
          + "--cols or fewer runs show them"
      ]
    notes = scan.notes + (filter.needsSettings ? loaded.flatMap(\.problems) : []) + short
  }

  /// What every run has, as `--cols` names it.
  private static let ownColumns = [
    "id", "name", "experiment", "state", "step", "set", "started", "time", "reason", "sweep",
    "path", "steps",
    "duration", "tags", "note",
  ]

  // MARK: For people

  package var table: Table {
    let losses = Table.titles(of: runs.map { $0.measures.map(\.name).filter(\.isLoss) })
    let metric = objective?.metric
    let isSet = set.contains { !$0.isEmpty }
    let names =
      columns
      ?? ["id", "name", "state", "step"] + (isSet ? ["set"] : []) + (metric.map { [$0] } ?? [])
      + losses + ["started", "time"] + (runs.contains { !$0.run.notes.isEmpty } ? ["tags"] : [])
    let drawn = names.map(column)
    return Table(
      columns: drawn.map(\.column),
      rows: runs.indices.map { index in drawn.map { $0.cell(index) } })
  }

  private typealias Drawn = (column: Table.Column, cell: (Int) -> Table.Cell)

  private func column(_ name: String) -> Drawn {
    // Who has asked for columns gets them all.
    func dispensability(_ number: Int) -> Int { columns == nil ? number : 0 }
    switch name {
    case "id": return (.init(name, least: nil), { .text(names.short(of: runs[$0].run)) })
    case "name", "experiment": return (.init(name, least: 9), { .text(runs[$0].run.name) })
    case "state": return (.init(name, least: nil), { .text(runs[$0].run.state.text) })
    case "step":
      return (
        .init(name, isNumeric: true, dispensability: dispensability(1)),
        { .text(runs[$0].run.progress) }
      )
    case "set":
      let titles = KeyTitles(set.flatMap { $0.map(\.key) })
      return (
        .init(name, least: columns == nil ? 34 : 12),
        { set[$0].isEmpty ? .missing : .text(set[$0].words { titles[$0] }) }
      )
    case "started":
      let moments = runs.compactMap { $0.run.status?.started?.short }
      let isOneYear = Set(moments.map { $0.prefix(4) }).count == 1
      return (
        .init(name, least: nil, dispensability: dispensability(3)),
        { index in
          let moment = runs[index].run.status?.started?.short
          return moment.map { .text(String($0.dropFirst(isOneYear ? 5 : 0))) } ?? .missing
        }
      )
    case "time":
      return (
        .init(name, isNumeric: true, dispensability: dispensability(4)),
        { index in
          let seconds = runs[index].run.status?.duration
          return seconds.map { .text(durationText(seconds: $0)) } ?? .missing
        }
      )
    case "reason":
      return (
        .init(name, least: 12),
        { runs[$0].run.status?.reason.map(Table.Cell.reason) ?? .missing }
      )
    case "sweep":
      return (
        .init(name, least: nil),
        { index in
          runs[index].run.sweepFolder.map { .text(names.short(of: $0)) } ?? .missing
        }
      )
    case "path": return (.init(name, least: nil), { .text(runs[$0].run.path) })
    case "tags":
      return (.init(name, least: 8, dispensability: dispensability(1)), { runs[$0].run.notes.cell })
    case "note":
      return (.init(name, least: 12), { runs[$0].run.notes.text.map(Table.Cell.text) ?? .missing })
    case let name where runs.contains(where: { $0.measure(name) != nil }):
      return (
        .init(
          name, isNumeric: true,
          dispensability: name.isLoss ? dispensability(2) : 0,
          mark: objective?.metric == name ? "*" : ""),
        { runs[$0].measure(name).map(Table.Cell.number) ?? .missing }
      )
    case let key:
      let isNumeric = runs.allSatisfy { $0[key].map { Double($0) != nil } ?? true }
      return (
        .init(key, isNumeric: isNumeric), { runs[$0][key].map(Table.Cell.setting) ?? .missing }
      )
    }
  }

  /// What the star in the table means; nil without one.
  package var caption: String? {
    guard let objective, columns?.contains(objective.metric) ?? true else { return nil }
    return "* the objective: \(objective.words)"
  }

  // MARK: For programs

  /// A list of objects: plain numbers, seconds, and paths.
  package var json: JSON {
    guard let columns else { return .list(runs.indices.map { .object(members($0)) }) }
    return .list(
      runs.indices.map { index in
        let all = Dictionary(members(index)) { first, _ in first }
        return .object(
          columns.map { name in
            (
              name,
              all[name == "time" ? "seconds" : name] ?? runs[index][name].map { JSON(setting: $0) }
                ?? .null
            )
          })
      })
  }

  private func members(_ index: Int) -> [(String, JSON)] {
    let loaded = runs[index]
    let (run, status) = (loaded.run, loaded.run.status)
    func count(_ n: Int?) -> JSON { n.map(JSON.integer) ?? .null }
    func text(_ text: String?) -> JSON { text.map(JSON.text) ?? .null }
    let metrics = loaded.measures.filter { loaded.metricNames.contains($0.name) }
    let facts: [(String, JSON)] = [
      ("id", .text(run.id)), ("short", .text(names.short(of: run))), ("name", .text(run.name)),
      ("path", .text(run.path)), ("sweep", text(run.sweepFolder)), ("state", .text(run.state.text)),
      ("step", count(run.step)), ("steps", count(status?.steps)),
      ("started", text(status?.started?.iso)), ("seconds", count(status?.duration)),
      ("reason", text(status?.reason)), ("tags", .list(run.notes.tags.map(JSON.text))),
      ("note", text(run.notes.text)),
    ]
    let all = measureNames.map { name in
      (name, loaded.measure(name).map { JSON(measured: $0) } ?? .null)
    }
    return facts + all + [
      ("metrics", .object(metrics.map { ($0.name, JSON(measured: $0.value)) })),
      ("set", .object(set[index].map { ($0.key, JSON(setting: $0.text)) })),
      ("settings", .object(loaded.settings.entries.map { ($0.key, JSON(setting: $0.text)) })),
    ]
  }
}

/// What tells each run of a list from others: what was set for it, and where runs of one experiment differ
/// besides, that too.
private struct SetOrDifferent {
  let values: [[SetValues.Value]]

  /// - Parameter all: the runs that these were chosen from.
  init(_ runs: [LoadedRun], among all: [LoadedRun]) {
    let sets = SetValues(runs.map(\.run))
    var groups: [String: [LoadedRun]] = [:]
    for run in all where !run.run.isTrial && !run.settings.entries.isEmpty {
      groups[run.run.name, default: []].append(run)
    }
    let keys = groups.mapValues { group -> [String] in
      guard group.count > 1 else { return [] }
      let seeds = Set(group.compactMap { $0.settings["seed"] })
      let found = SettingDifferences(group.map(\.settings)).keys
      return Array(KeyRank.sorted(found).prefix(SettingDifferences.shownLimit))
        + (seeds.count > 1 ? ["seed"] : [])
    }
    values = runs.map { run in
      let set = sets.values(of: run.run)
      guard !run.run.isTrial else { return set }
      let known = Set(set.map(\.key))
      let others = (keys[run.run.name] ?? []).filter { key in
        // `--set loss=hinge` has set `loss.kind`.
        !known.contains(key) && !known.contains { key.hasPrefix("\($0).") }
      }
      return set
        + others.compactMap { key in
          (run.settings[key] ?? run.settings.layers(of: key)).map {
            SetValues.Value(key: key, text: $0)
          }
        }
    }
  }
}

extension String {
  /// Of a column of losses.csv.
  var isLoss: Bool { LossColumn(rawValue: self).isLoss }
}

extension Table {
  /// All names, in the order in which they first appear.
  static func titles(of lists: [[String]]) -> [String] {
    var seen: Set<String> = []
    return lists.joined().filter { seen.insert($0).inserted }
  }
}

extension Run {
  /// `1200/10000`
  package var progress: String {
    switch (step, status?.steps) {
    case (let step?, let steps?): "\(step)/\(steps)"
    case (let step?, nil): "\(step)"
    case (nil, _): "–"
    }
  }
}
