import RunFormat

/// Which number of a column stands for a run.
package enum ValueChoice: Sendable, Hashable {
  case last, best, min, max, mean
  /// The row at this step, or the last one before it; none if the run did not get so far.
  case at(step: Int)

  package var title: String {
    switch self {
    case .last: "last"
    case .best: "best"
    case .min: "min"
    case .max: "max"
    case .mean: "mean"
    case .at(let step): "at step \(step)"
    }
  }
}

/// A run with its spec and one number a measure.
package struct LoadedRun: Sendable {
  package let run: Run
  package let settings: Settings
  /// In the order of losses.csv, then metrics.csv.
  package let measures: [(name: String, value: Double)]
  /// Names of those that compare without being asked for: both losses and every metric.
  let usualMeasures: [String]
  /// Names of those of metrics.csv.
  let metricNames: Set<String>
  package let problems: [String]

  /// Keys that every run has.
  static let ownKeys = [
    "id", "name", "experiment", "state", "step", "steps", "started", "duration", "tag", "note",
  ]

  /// - Parameter readsSettings: false leaves the spec unread, for a mere list.
  package init(_ run: Run, value: ValueChoice = .last, readsSettings: Bool = true) {
    var problems: [String] = []
    self.run = run
    do throws(ReadingError) {
      settings = readsSettings ? try run.settings() : .none
    } catch {
      settings = .none
      problems.append("\(error)")
    }
    var tables: [NumberTable] = []
    do throws(ReadingError) {
      // A trial that failed before it had a folder has no file to miss.
      tables.append(value == .last || run.planned != nil ? run.lastRow : try run.losses())
      if readsSettings { tables.append(try run.metrics()) }
      if value != .last, let damage = run.damage(in: tables[0]) { problems.append(damage) }
    } catch {
      problems.append("\(error)")
    }
    let objective = Objective(settings)
    var measures: [(name: String, value: Double)] = []
    for table in tables {
      for column in table.columns where !Self.places.contains(column) {
        let isMaximized = objective.map { $0.metric == column && !$0.minimizes } ?? false
        guard let number = Self.value(column, in: table, value, isMaximized: isMaximized) else {
          continue
        }
        measures.append((column, number))
      }
    }
    self.measures = measures
    let ofLosses = tables.first.map { Set($0.columns) } ?? []
    usualMeasures = measures.map(\.name).filter {
      $0.isLoss || !ofLosses.contains($0)
    }
    metricNames = Set(tables.dropFirst().flatMap(\.columns))
    self.problems = problems
  }

  /// Columns that say where a row stands rather than how good the run is.
  static let places: Set<String> = ["step", "epoch", "images", "seconds"]

  package static func load(
    _ runs: [Run], value: ValueChoice = .last, readsSettings: Bool = true
  ) -> [LoadedRun] {
    parallelMap(runs) { LoadedRun($0, value: value, readsSettings: readsSettings) }
  }

  private static func value(
    _ column: String, in table: NumberTable, _ choice: ValueChoice, isMaximized: Bool
  ) -> Double? {
    guard let values = table[column] else { return nil }
    let present = values.compactMap(\.self)
    let numbers = present.lazy.filter { !$0.isNaN }
    switch choice {
    case .last: return present.last
    case .best: return isMaximized ? numbers.max() : numbers.min()
    case .min: return numbers.min()
    case .max: return numbers.max()
    case .mean: return Statistic(present)?.mean
    case .at(let step):
      guard let steps = table["step"], let last = steps.last, (last ?? 0) >= Double(step),
        let row = steps.lastIndex(where: { ($0 ?? .infinity) <= Double(step) })
      else { return nil }
      return values[row]
    }
  }

  package func measure(_ name: String) -> Double? { measures.first { $0.name == name }?.value }

  package var keys: [String] { settings.keys + measures.map(\.name) }

  /// The same for a condition: of a run with several tags, each.
  func values(_ key: String) -> [String] {
    key == "tag" ? run.notes.tags : [self[key]].compactMap(\.self)
  }

  /// What a condition or an order may ask for.
  package subscript(key: String) -> String? {
    switch key {
    case "id": run.id
    // The second as compare calls it, of several experiments.
    case "name", "experiment": run.name
    case "state": run.state.word
    case "step": run.step.map { "\($0)" }
    case "steps": run.status?.steps.map { "\($0)" }
    case "started": run.status?.started.map { "\($0.seconds)" }
    case "duration": run.status?.duration.map { "\($0)" }
    case "tag": run.notes.tags.isEmpty ? nil : run.notes.tags.joined(separator: ", ")
    case "note": run.notes.text
    case _: measure(key).map(NumberFormat.exact) ?? settings[key]
    }
  }
}
