import RunFormat

/// Runs beside one another: a row for each spec, whose replicates (all equal but for the seed) are
/// taken together.
package struct Comparison: Sendable {
  package struct Row: Sendable {
    /// One of each seed.
    package let runs: [LoadedRun]
    /// Further runs of a seed that is counted already, which say nothing new.
    package let repeats: [LoadedRun]
    /// What the first of the runs is called.
    package let label: String
    /// Whose runs they are, where there are several experiments.
    let experiment: String?
    /// Whether its experiment has no other row.
    fileprivate(set) var isOnlyOne = true
    /// Which of the settings are another in a row of the same experiment, in their order.
    fileprivate(set) var differs: [Bool] = []
    /// What the row is called where there is no table beside it; no two rows alike.
    package fileprivate(set) var title = ""
    /// In the order of ``Comparison/keys``; nil where the spec has no such key.
    package let settings: [String?]
    /// In the order of ``Comparison/measures``.
    package let values: [Statistic?]

    package var first: LoadedRun { runs[0] }
    package var state: String { Comparison.states(runs.map(\.run.state)) }
    /// Why runs ended before their time (early stopping, divergence, a failure); nil where none did.
    package var reason: String? {
      let reasons = Table.titles(
        of: [runs.compactMap { $0.run.state == .finished ? nil : $0.run.status?.reason }])
      return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }
  }

  /// The keys that differ: those that were set on purpose, and of the others the foremost.
  package let keys: [String]
  /// Others that differ too.
  package let furtherKeys: [String]
  package let measures: [String]
  /// What all runs were asked to be good at; rows stand in its order, the best first.
  package let objective: Objective?
  package let value: ValueChoice
  package private(set) var rows: [Row]
  /// The row differences are taken from.
  package let baseline: Int?

  /// - Parameters:
  ///   - measures: columns of losses.csv and metrics.csv; nil: both losses and every metric.
  ///   - baseline: one of the runs.
  ///   - sort: a key of a spec or a measure; with a minus in front, the largest first. nil: by the objective.
  ///   - allKeys: whether all keys are shown that differ.
  ///   - names: what runs are called; nil: told apart from one another.
  package init(
    _ runs: [LoadedRun], value: ValueChoice = .last, measures: [String]? = nil,
    baseline: Run? = nil, sort: String? = nil, allKeys: Bool = false, names: RunNames? = nil
  ) {
    self.value = value
    let objective = Objective.common(of: runs)
    self.objective = objective
    self.measures = measures ?? Self.usualMeasures(runs)
    var groups = Self.groups(runs).map(Self.distinct)
    let order = sort ?? objective.map { "\($0.minimizes ? "" : "-")\($0.metric)" }
    if let order {
      let key = order.hasPrefix("-") ? String(order.dropFirst()) : order
      groups = RunFilter.sorted(groups, descending: order.hasPrefix("-")) { group in
        Statistic(Self.settled(group.runs).compactMap { $0.measure(key) })
          .map { NumberFormat.exact($0.mean) } ?? group.runs[0][key]
      }
    }
    let differences = SettingDifferences(
      groups.map { $0.runs[0].settings },
      set: Set(SetValues(runs.map(\.run)).keys(of: runs.map(\.run))),
      limit: allKeys ? .max : SettingDifferences.shownLimit)
    furtherKeys = differences.furtherKeys
    let seeds = groups.map { Self.seeds(of: $0.runs) }
    let showsSeeds = Set(seeds).count > 1 && groups.allSatisfy { $0.runs.count == 1 }
    keys = differences.keys + (showsSeeds ? ["seed"] : [])
    let experiments = Set(groups.map { $0.runs[0].run.name })
    let names = names ?? RunNames(runs.map { $0.run.sweepFolder ?? $0.run.path })
    let columns = self.measures
    rows = groups.enumerated().map { index, group in
      let first = group.runs[0].run
      return Row(
        runs: group.runs, repeats: group.repeats, label: names.short(of: first),
        experiment: experiments.count > 1 ? first.name : nil,
        settings: differences.texts(index) + (showsSeeds ? [seeds[index]] : []),
        values: columns.map { column in
          Statistic(Self.settled(group.runs).compactMap { $0.measure(column) })
        })
    }
    self.baseline = Self.place(of: baseline, in: groups)
    // Thousands of rows are looked at once each.
    for sisters in Dictionary(grouping: rows.indices, by: { groups[$0].runs[0].run.name }).values {
      let differs = keys.indices.map { key in
        Set(sisters.map { rows[$0].settings[key] }).count > 1
      }
      for index in sisters {
        rows[index].isOnlyOne = sisters.count == 1
        rows[index].differs = differs
        rows[index].title = rows[index].title(keys: keys)
      }
    }
    let titles = Dictionary(grouping: rows.map(\.title), by: \.self)
    for index in rows.indices where titles[rows[index].title]?.count ?? 0 > 1 {
      rows[index].title += " (\(rows[index].label))"
    }
  }

  /// The row that a run is in.
  private static func place(
    of baseline: Run?, in groups: [(runs: [LoadedRun], repeats: [LoadedRun])]
  ) -> Int? {
    guard let baseline else { return nil }
    let place = PlainFiles.absolute(baseline.path) ?? baseline.path
    return groups.firstIndex { group in
      (group.runs + group.repeats).contains {
        (PlainFiles.absolute($0.run.path) ?? $0.run.path) == place
      }
    }
  }

  /// The objective before all others.
  private static func usualMeasures(_ runs: [LoadedRun]) -> [String] {
    let all = Table.titles(of: runs.map(\.usualMeasures))
    guard let metric = Objective.common(of: runs)?.metric, all.contains(metric) else { return all }
    return [metric] + all.filter { $0 != metric }
  }

  // MARK: Replicates

  private static func groups(_ runs: [LoadedRun]) -> [[LoadedRun]] {
    var order: [[LoadedRun]] = []
    var places: [String: Int] = [:]
    for run in runs {
      // A run without a spec is like no other.
      let key =
        run.settings.entries.isEmpty
        ? "\n\(run.run.path)"
        : run.settings.entries.lazy.filter { SettingDifferences.matters($0.key) }
          .map { "\($0.key)=\($0.text)" }.joined(separator: "\n")
      if let place = places[key] {
        order[place].append(run)
      } else {
        places[key] = order.count
        order.append([run])
      }
    }
    return order
  }

  /// The same spec with the same seed is the same run: of several the one that got farthest counts, so
  /// that n is the number of seeds.
  private static func distinct(
    _ runs: [LoadedRun]
  ) -> (runs: [LoadedRun], repeats: [LoadedRun]) {
    var kept: [LoadedRun] = []
    var repeats: [LoadedRun] = []
    var places: [String: Int] = [:]
    for run in runs {
      let seed = run.settings["seed"] ?? "\n\(run.run.path)"
      guard let place = places[seed] else {
        places[seed] = kept.count
        kept.append(run)
        continue
      }
      let isBetter = rank(run) >= rank(kept[place])
      repeats.append(isBetter ? kept[place] : run)
      if isBetter { kept[place] = run }
    }
    return (kept, repeats)
  }

  private static func rank(_ run: LoadedRun) -> (Int, Int) {
    (run.run.state == .finished ? 1 : 0, run.run.step ?? 0)
  }

  /// What is not in the means, a line each.
  package var notes: [String] {
    rows.flatMap { row in
      row.repeats.map { left in
        let seed = left.settings["seed"]
        let same = row.runs.first { $0.settings["seed"] == seed }?.run.path ?? ""
        return "\(left.run.path): left out, \(same) has the same spec and seed"
      }
    }
  }

  /// A replicate that stopped early says nothing about the end: where one has finished, only
  /// finished ones count.
  private static func settled(_ runs: [LoadedRun]) -> [LoadedRun] {
    let finished = runs.filter { $0.run.state == .finished }
    return finished.isEmpty ? runs : finished
  }

  private static func seeds(of runs: [LoadedRun]) -> String {
    let seeds = runs.compactMap { $0.settings["seed"] }
    let numbers = seeds.compactMap { Int($0) }.sorted()
    if numbers.count > 2, numbers.count == seeds.count, let low = numbers.first,
      let high = numbers.last, high - low == numbers.count - 1, Set(numbers).count == numbers.count
    {
      return "\(low)–\(high)"
    }
    guard seeds.count > 4 else { return seeds.joined(separator: ", ") }
    return seeds.prefix(2).joined(separator: ", ") + " … (\(seeds.count))"
  }

  /// `finished`, `2 finished, 1 diverged`
  static func states(_ states: [RunState]) -> String {
    let words = Table.titles(of: [states.map(\.text)])
    guard words.count > 1 else { return words.first ?? "–" }
    return words.map { word in "\(states.count { $0.text == word }) \(word)" }
      .joined(separator: ", ")
  }

  // MARK: As a table

  package var table: Table { table(namesAreWhole: false) }

  /// - Parameter namesAreWhole: whether runs have their whole ids, for files that are read some other day.
  package func table(namesAreWhole: Bool) -> Table {
    let hasReplicates = rows.contains { $0.runs.count > 1 }
    let differs = Set(rows.map(\.state)).count > 1 || rows.contains { $0.state != "finished" }
    let numericKeys = keys.indices.map { key in
      rows.allSatisfy { $0.settings[key].map { Double($0) != nil } ?? true }
    }
    var columns = [Table.Column("run", least: nil)]
    let hasExperiments = rows.contains { $0.experiment != nil }
    if hasExperiments { columns.append(.init("experiment", least: 12)) }
    if hasReplicates { columns.append(.init("runs", isNumeric: true)) }
    if differs { columns.append(.init("state", least: 12)) }
    columns += zip(keys, numericKeys).map { .init($0, isNumeric: $1, least: 10) }
    for measure in measures {
      columns.append(
        .init(measure, isNumeric: true, mark: measure == objective?.metric ? "*" : ""))
      if baseline != nil { columns.append(.init("Δ \(measure)", isNumeric: true)) }
    }
    let reasons = rows.map(\.reason)
    let hasReasons = reasons.contains { $0 != nil }
    if hasReasons { columns.append(.init("reason", least: 20)) }
    return Table(
      columns: columns,
      rows: rows.enumerated().map { index, row in
        var cells = [Table.Cell.text(namesAreWhole ? row.first.run.wholeName : row.label)]
        if hasExperiments { cells.append(row.experiment.map(Table.Cell.text) ?? .missing) }
        if hasReplicates { cells.append(.count(row.runs.count)) }
        if differs { cells.append(.text(row.state)) }
        cells += row.settings.map { $0.map(Table.Cell.setting) ?? .missing }
        for measure in measures.indices {
          cells.append(Table.Cell(row.values[measure]))
          guard let baseline else { continue }
          if index != baseline, let own = row.values[measure],
            let other = rows[baseline].values[measure]
          {
            cells.append(.difference(own.mean - other.mean))
          } else {
            cells.append(.missing)
          }
        }
        if hasReasons { cells.append(reasons[index].map(Table.Cell.reason) ?? .missing) }
        return cells
      })
  }

  /// The same with some of its columns, in another order.
  ///
  /// - Throws: for a name that none of them has, with the nearest.
  package func table(
    _ choice: ColumnChoice, namesAreWhole: Bool = false
  ) throws(ReferenceError) -> Table {
    let table = table(namesAreWhole: namesAreWhole)
    let titles = try choice.columns(in: table.columns.map(\.title))
    let places = titles.compactMap { title in
      table.columns.firstIndex { $0.title == title }
    }
    return Table(
      columns: places.map { table.columns[$0] },
      rows: table.rows.map { row in places.map { row[$0] } })
  }

  /// Under a table for people: what its star means, and what is not in it.
  package var captions: [String] {
    let isShown = objective.map { measures.contains($0.metric) } ?? false
    // A sweep's best trial is that of the best value on the way.
    let which = value == .last ? " (the last; --value best)" : ""
    let star = objective.flatMap { isShown ? ["* the objective: \($0.words)\(which)"] : nil } ?? []
    return star + (hiddenWords.map { ["… \($0)"] } ?? [])
  }

  /// What is not in the table; nil where all is.
  package var hiddenWords: String? {
    let count = furtherKeys.count
    guard count > 0 else { return nil }
    return "\(count) more key\(count == 1 ? " differs" : "s differ"): --all-keys"
  }
}
