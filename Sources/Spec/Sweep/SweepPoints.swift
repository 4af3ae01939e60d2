/// One trial of a sweep: what it sets, in the order of the file, and its seed.
package struct SweepPoint: Sendable, Hashable {
  package struct Setting: Sendable, Hashable {
    package let path: String
    /// As YAML on one line.
    package let text: String

    package init(path: String, text: String) { (self.path, self.text) = (path, text) }
  }
  package let settings: [Setting]
  /// 0 for the seed of the file, 1 for the next.
  package let replicate: Int

  package init(settings: [Setting], replicate: Int) {
    (self.settings, self.replicate) = (settings, replicate)
  }
}

extension SweepSection {
  /// More trials than this are not written down, whatever the budget.
  package static let limit = 1_000_000

  /// Trials before `when` adds and `exclude` takes away: a product, nothing is built. nil: beyond
  /// what an integer holds.
  package var combinations: Int? {
    var sizes: [Int]
    switch method {
    case .grid: sizes = dimensions.map(\.count)
    case .list: sizes = [dimensions.map(\.count).min() ?? 0]
    case .random, .tpe: return budgetTrials
    }
    sizes.append(replicates)
    return sizes.reduce(1 as Int?) { product, size in
      guard let (value, overflow) = product?.multipliedReportingOverflow(by: size), !overflow else {
        return nil
      }
      return value
    }
  }

  /// Everything that moves together: the rows of a linked group, or the values of an axis.
  private struct Dimension {
    let rows: [[(path: String, value: YAMLNode)]]
    var count: Int { rows.count }
  }

  private var dimensions: [Dimension] {
    linked.map { group in Dimension(rows: group.map { $0.map { ($0.key, $0.value) } }) }
      + axisList.map { Self.dimension($0) }
  }

  private static func dimension(_ axis: SweepAxis) -> Dimension {
    guard case .list(let values, _) = axis.values else { return Dimension(rows: []) }
    return Dimension(rows: values.map { [(axis.path, $0)] })
  }

  /// All trials, in the order in which they run: replicates of a setting side by side.
  ///
  /// - Throws: what is wrong with the sweep as a whole, `budget` among it.
  package func points(seed: UInt64) throws(Diagnostics) -> [SweepPoint] {
    var settings: [[SweepPoint.Setting]] = []
    func accept(_ choice: [(path: String, value: YAMLNode)]) throws(Diagnostics) {
      guard try !isExcluded(choice) else { return }
      settings.append(choice.map { SweepPoint.Setting(path: $0.path, text: $0.value.flowText) })
    }
    switch method {
    case .tpe:
      for number in 0..<min(TreeParzen.startupTrials, try searchLimit()) {
        if let found = try suggestion(
          [], minimizes: true, seed: seed, number: number, attempt: 0), !settings.contains(found)
        {
          settings.append(found)
        }
      }
    case .grid, .list:
      let count = combinations
      guard let count,
        count <= min(budgetTrials ?? Self.limit, Self.limit) || !rules.isEmpty || !excludes.isEmpty,
        count <= Self.limit
      else { throw tooMany(count) }
      var seen = 0
      try forEachChoice { choice throws(Diagnostics) in
        let extended = try extensions(of: choice, atMost: Self.limit / replicates - seen)
        seen += extended.count
        for choice in extended { try accept(choice) }
      }
    case .random:
      guard let budgetTrials else {
        throw refusal("`method: random` needs to know how many", "sweep.budget: {trials: 40}")
      }
      let wanted = budgetTrials / replicates
      guard wanted > 0 else {
        throw refusal(
          "sweep.budget.trials is \(budgetTrials), and each setting runs \(replicates) times",
          "at least \(replicates)")
      }
      guard budgetTrials <= Self.limit else { throw tooMany(budgetTrials) }
      // Conditions may refuse most draws, but not forever.
      let mostDraws = min(wanted * 1_000, 2_000_000 + 10 * wanted)
      var refused = 0
      for draw in 0..<mostDraws where settings.count < wanted {
        let before = settings.count
        try accept(try drawn(draw, seed: seed))
        refused = settings.count > before ? 0 : refused + 1
        if refused == (settings.isEmpty ? 20_000 : 100_000) { break }
      }
    }
    if settings.isEmpty { throw refusal("no trial is left", "`exclude` takes all of them away") }
    let trials = settings.count * replicates
    if trials > min(budgetTrials ?? Self.limit, Self.limit) { throw tooMany(trials) }
    return settings.flatMap { settings in
      (0..<replicates).map { SweepPoint(settings: settings, replicate: $0) }
    }
  }

  func refusal(_ message: String, _ label: String) -> Diagnostics {
    Diagnostics([Diagnostic(message, at: origin, label: label)])
  }

  func tooMany(_ count: Int?) -> Diagnostics {
    let budget = budgetTrials.flatMap { $0 < Self.limit && $0 != count ? $0 : nil }
    let limit = budget.map { "sweep.budget.trials is \($0)" } ?? "the limit is \(Self.limit)"
    return refusal(
      "this sweep has \(count.map(String.init) ?? "more than 9·10¹⁸") trials, \(limit)",
      budget == nil
        ? "take values out, or lower the budget" : "take values out, or raise the budget"
    )
  }

  typealias Choice = [(path: String, value: YAMLNode)]

  /// The product of all dimensions, the last moving fastest; for a list, the values of equal places.
  private func forEachChoice(_ body: (Choice) throws(Diagnostics) -> Void) throws(Diagnostics) {
    let dimensions = dimensions
    if method == .list {
      guard Set(dimensions.map(\.count)).count == 1 else {
        let counts = axes.joined(separator: ", ")
        throw refusal(
          "`method: list` takes the values of equal places together", "\(counts) differ in length")
      }
      for row in 0..<(dimensions.first?.count ?? 0) {
        try body(dimensions.flatMap { $0.rows[row] })
      }
      return
    }
    guard dimensions.allSatisfy({ $0.count > 0 }) else { return }
    var place = [Int](repeating: 0, count: dimensions.count)
    while true {
      try body(zip(dimensions, place).flatMap { $0.rows[$1] })
      var moving = place.count - 1
      while moving >= 0 {
        place[moving] += 1
        if place[moving] < dimensions[moving].count { break }
        place[moving] = 0
        moving -= 1
      }
      if moving < 0 { return }
    }
  }

  /// The choice with every value of the axes that hold `when` it is so.
  ///
  /// - Throws: before anything is built, if there are more of them than `most`.
  private func extensions(of choice: Choice, atMost most: Int) throws(Diagnostics) -> [Choice] {
    var axes: [SweepAxis] = []
    for rule in rules where try holds(rule.condition, choice) { axes += rule.axes }
    let count = axes.reduce(1 as Int?) { product, axis in
      guard let (value, overflow) = product?.multipliedReportingOverflow(by: axis.count ?? 0),
        !overflow
      else { return nil }
      return value
    }
    guard let count, count <= most else { throw tooMany(allExtensions(adding: count)) }
    var found = [choice]
    for axis in axes {
      let rows = Self.dimension(axis).rows
      found = found.flatMap { choice in
        rows.map { row in choice.filter { $0.path != axis.path } + row }
      }
    }
    return found
  }

  /// What is said of a sweep that one more choice makes too large.
  private func allExtensions(adding count: Int?) -> Int? {
    guard let (value, overflow) = count?.multipliedReportingOverflow(by: replicates), !overflow
    else { return nil }
    return max(value, Self.limit + 1)
  }

  func drawn(_ draw: Int, seed: UInt64) throws(Diagnostics) -> Choice {
    func number(_ path: String) -> Double {
      var draws = SweepDraws(seed: seed, path: path, draw: draw)
      return draws.number()
    }
    var choice: Choice = []
    for (name, group) in zip(linkedNames, linked) {
      let row = group[min(Int(number(name) * Double(group.count)), group.count - 1)]
      choice += row.map { ($0.key, $0.value) }
    }
    for axis in axisList { choice.append((axis.path, axis.value(drawing: number(axis.path)))) }
    for rule in rules where try holds(rule.condition, choice) {
      for axis in rule.axes {
        choice.removeAll { $0.path == axis.path }
        choice.append((axis.path, axis.value(drawing: number(axis.path))))
      }
    }
    return choice
  }

  func isExcluded(_ choice: Choice) throws(Diagnostics) -> Bool {
    for condition in excludes where try holds(condition, choice) { return true }
    return false
  }

  func holds(_ rule: SweepCondition, _ choice: Choice) throws(Diagnostics) -> Bool {
    do throws(ExpressionError) {
      return try rule.condition.holds { path in
        choice.last { $0.path == path }?.value.plainText ?? base.text(at: path)
      }
    } catch {
      throw Diagnostics([Diagnostic(error.message, at: rule.origin)])
    }
  }
}
