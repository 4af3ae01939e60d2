import RunFormat

/// Runs beside one another: a row for each spec, whose replicates (all equal but for the seed) are
/// taken together.
package struct Comparison: Sendable {
  package struct Row: Sendable {
    /// One of each seed.
    package let runs: [LoadedRun]
    /// Further runs of a seed that is counted already, which say nothing new.
    package let repeats: [LoadedRun]
    package internal(set) var label: String
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

  /// The keys that differ, and only those.
  package let keys: [String]
  package let measures: [String]
  package let value: ValueChoice
  package private(set) var rows: [Row]
  /// The row differences are taken from.
  package let baseline: Int?

  /// - Parameters:
  ///   - measures: columns of losses.csv and metrics.csv; nil: both losses and every metric.
  ///   - baseline: one of the runs.
  ///   - sort: a key of a spec or a measure; with a minus in front, the largest first.
  package init(
    _ runs: [LoadedRun], value: ValueChoice = .last, measures: [String]? = nil,
    baseline: Run? = nil, sort: String? = nil
  ) {
    self.value = value
    self.measures = measures ?? Self.usualMeasures(runs)
    var groups = Self.groups(runs).map(Self.distinct)
    if let sort {
      let key = sort.hasPrefix("-") ? String(sort.dropFirst()) : sort
      groups = RunFilter.sorted(groups, descending: sort.hasPrefix("-")) { group in
        Statistic(Self.settled(group.runs).compactMap { $0.measure(key) })
          .map { NumberFormat.exact($0.mean) } ?? group.runs[0][key]
      }
    }
    let differences = SettingDifferences(groups.map { $0.runs[0].settings })
    let seeds = groups.map { Self.seeds(of: $0.runs) }
    let showsSeeds = Set(seeds).count > 1 && groups.allSatisfy { $0.runs.count == 1 }
    keys = differences.keys + (showsSeeds ? ["seed"] : [])
    let names = Set(groups.map { $0.runs[0].run.name })
    let columns = self.measures
    rows = groups.enumerated().map { index, group in
      let first = group.runs[0].run
      return Row(
        runs: group.runs, repeats: group.repeats,
        label: names.count == groups.count ? first.name : first.id,
        settings: differences.texts(index) + (showsSeeds ? [seeds[index]] : []),
        values: columns.map { column in
          Statistic(Self.settled(group.runs).compactMap { $0.measure(column) })
        })
    }
    self.baseline = baseline.flatMap { baseline in
      let place = PlainFiles.absolute(baseline.path) ?? baseline.path
      return groups.firstIndex { group in
        (group.runs + group.repeats).contains {
          (PlainFiles.absolute($0.run.path) ?? $0.run.path) == place
        }
      }
    }
  }

  private static func usualMeasures(_ runs: [LoadedRun]) -> [String] {
    Table.titles(of: runs.map(\.usualMeasures))
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

  package var table: Table {
    let hasReplicates = rows.contains { $0.runs.count > 1 }
    let differs = Set(rows.map(\.state)).count > 1 || rows.contains { $0.state != "finished" }
    let numericKeys = keys.indices.map { key in
      rows.allSatisfy { $0.settings[key].map { Double($0) != nil } ?? true }
    }
    var columns = [Table.Column("run")]
    if hasReplicates { columns.append(.init("runs", isNumeric: true)) }
    if differs { columns.append(.init("state")) }
    columns += zip(keys, numericKeys).map { .init($0, isNumeric: $1) }
    for measure in measures {
      columns.append(.init(measure, isNumeric: true))
      if baseline != nil { columns.append(.init("Δ \(measure)", isNumeric: true)) }
    }
    let reasons = rows.map(\.reason)
    let hasReasons = reasons.contains { $0 != nil }
    if hasReasons { columns.append(.init("reason")) }
    return Table(
      columns: columns,
      rows: rows.enumerated().map { index, row in
        var cells = [Table.Cell.text(row.label)]
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
        if hasReasons { cells.append(reasons[index].map(Table.Cell.text) ?? .missing) }
        return cells
      })
  }
}
