/// Something that a search chooses: an axis, or a group of rows that move together.
private struct SearchAxis {
  let name: String
  let paths: [String]
  let dimension: SearchDimension
  /// Of choices, what each sets; of a range, nothing.
  let rows: [[(path: String, value: YAMLNode)]]
  let origin: Origin

  init(_ axis: SweepAxis) {
    (name, paths, origin) = (axis.path, [axis.path], axis.origin)
    switch axis.values {
    case .range(let range): (dimension, rows) = (.range(range), [])
    case .list(let values, _):
      dimension = .choices(count: values.count)
      rows = values.map { [(axis.path, $0)] }
    }
  }

  init(_ name: String, _ group: [[YAMLEntry]], _ origin: Origin) {
    (self.name, self.origin) = (name, origin)
    paths = group.first?.map(\.key) ?? []
    dimension = .choices(count: group.count)
    rows = group.map { $0.map { ($0.key, $0.value) } }
  }

  /// What a setting says of this axis, as a number; nil where it has nothing to say, as of an axis that
  /// only holds under a condition.
  func observation(_ settings: [SweepPoint.Setting]) -> Double? {
    func text(_ path: String) -> String? { settings.last { $0.path == path }?.text }
    switch dimension {
    case .range(let range):
      guard let value = text(paths[0]).flatMap({ Double($0) }), value >= range.low,
        value <= range.high
      else { return nil }
      return value
    case .choices:
      return rows.firstIndex { row in row.allSatisfy { text($0.path) == $0.value.flowText } }
        .map { Double($0) }
    }
  }

  func values(_ number: Double) -> [(path: String, value: YAMLNode)] {
    switch dimension {
    case .range(let range): [(paths[0], .plain(range.text(of: number), at: origin))]
    case .choices: rows[Int(number)]
    }
  }
}

extension SweepSection {
  /// How many settings a search tries: its budget, each setting taking so many replicates.
  ///
  /// - Throws: when there is no budget, or one too small for a single setting.
  package func searchLimit() throws(Diagnostics) -> Int {
    guard let budgetTrials else {
      throw refusal("`method: tpe` needs to know how many", "sweep.budget: {trials: 40}")
    }
    guard budgetTrials >= replicates else {
      throw refusal(
        "sweep.budget.trials is \(budgetTrials), and each setting runs \(replicates) times",
        "at least \(replicates)")
    }
    guard budgetTrials <= Self.limit else { throw tooMany(budgetTrials) }
    return budgetTrials / replicates
  }

  /// What a search tries next: the rows of `start_with`, then settings drawn at random until ten are
  /// over, then what the tree-structured Parzen estimator takes for best.
  ///
  /// - Parameters:
  ///   - history: what has been tried, oldest first.
  ///   - number: which setting this is, counted from 0; with `seed` it decides every draw.
  ///   - attempt: another one leads to another suggestion, after ten to one at random: what a small
  ///     space has to offer may all have been tried but for a few places that look bad.
  /// - Returns: nil when a thousand draws were all excluded.
  package func suggestion(
    _ history: [SearchTrial], minimizes: Bool, seed: UInt64, number: Int, attempt: Int
  ) throws(Diagnostics) -> [SweepPoint.Setting]? {
    let isRandom =
      number < startWith.count || attempt >= 10
      || history.count { $0.result != .running } < TreeParzen.startupTrials
    let split = TreeParzen.split(history.map(\.result), minimizes: minimizes)
    for again in 0..<1_000 {
      // So far apart that no two settings share a draw.
      let draw = number + (attempt * 1_000 + again) * Self.limit
      let choice =
        isRandom
        ? try drawn(draw, seed: seed, beginning: attempt == 0 && again == 0 ? number : nil)
        : try chosen(history, split, draw, seed: seed)
      if try isExcluded(choice) { continue }
      return choice.map { SweepPoint.Setting(path: $0.path, text: $0.value.flowText) }
    }
    return nil
  }

  /// A draw, or where `start_with` has a row of this number, that row and a draw for what it leaves out.
  private func drawn(_ draw: Int, seed: UInt64, beginning: Int?) throws(Diagnostics) -> Choice {
    let choice = try drawn(draw, seed: seed)
    guard let beginning, startWith.indices.contains(beginning) else { return choice }
    let row = startWith[beginning]
    var found = choice.map { path, value in
      (path: path, value: row.last { $0.key == path }?.value ?? value)
    }
    // Conditions may hold for the row that did not for the draw.
    let conditional = Set(rules.flatMap { $0.axes.map(\.path) }).subtracting(axes)
    found.removeAll { conditional.contains($0.path) }
    for rule in rules where try holds(rule.condition, found) {
      for axis in rule.axes {
        var draws = SweepDraws(seed: seed, path: axis.path, draw: draw)
        let value = row.last { $0.key == axis.path }?.value ?? axis.value(drawing: draws.number())
        found.removeAll { $0.path == axis.path }
        found.append((axis.path, value))
      }
    }
    return found
  }

  /// Every axis by itself, from what was tried on it.
  private func chosen(
    _ history: [SearchTrial], _ split: (good: [Int], others: [Int]), _ draw: Int, seed: UInt64
  ) throws(Diagnostics) -> Choice {
    func values(_ axis: SearchAxis) -> Choice {
      func observations(_ trials: [Int]) -> [Double] {
        trials.compactMap { axis.observation(history[$0].settings) }
      }
      var draws = SweepDraws(seed: seed, path: "tpe " + axis.name, draw: draw)
      return axis.values(
        TreeParzen.choose(
          good: observations(split.good), others: observations(split.others), axis.dimension,
          number: { draws.number() }))
    }
    var choice: Choice = []
    for (name, group) in zip(linkedNames, linked) {
      choice += values(SearchAxis(name, group, origin))
    }
    for axis in axisList { choice += values(SearchAxis(axis)) }
    for rule in rules where try holds(rule.condition, choice) {
      for axis in rule.axes {
        choice.removeAll { $0.path == axis.path }
        choice += values(SearchAxis(axis))
      }
    }
    return choice
  }

  /// Settings that together have every value of every axis and both ends of every range, each differing
  /// from `settings` in one axis: what can be checked before a search knows where it will look.
  package func probes(around settings: [SweepPoint.Setting]) throws(Diagnostics) -> [SweepPoint] {
    let plain: Choice = settings.map { ($0.path, .plain($0.text, at: origin)) }
    var found: [SweepPoint] = []
    let axes =
      zip(linkedNames, linked).map { SearchAxis($0, $1, origin) } + axisList.map { SearchAxis($0) }
    for axis in axes {
      let numbers: [Double] =
        switch axis.dimension {
        case .choices(let count): (0..<count).map(Double.init)
        case .range(let range): [range.low, range.high]
        }
      for number in numbers {
        let values = axis.values(number)
        if try isExcluded(plain + values) { continue }
        let own = values.map { SweepPoint.Setting(path: $0.path, text: $0.value.flowText) }
        found.append(
          SweepPoint(
            settings: settings.filter { old in !own.contains { $0.path == old.path } } + own,
            replicate: 0))
      }
    }
    return found
  }
}
