import Spec

/// `--where` and `--sort`: which runs, and in which order.
package struct RunFilter: Sendable {
  package let condition: Condition?
  package let sortKey: String?
  package let isDescending: Bool
  /// Whether ``apply`` orders the runs; else somebody else does, by a key that is looked at all the same.
  private let sorts: Bool

  /// - Parameter sort: a key; with a minus in front, the largest first.
  package init(
    where condition: String?, sort: String?, sorts: Bool = true
  ) throws(ReferenceError) {
    self.sorts = sorts
    do throws(ExpressionError) {
      self.condition = try condition.map { text throws(ExpressionError) in try Condition(text) }
    } catch {
      throw Self.failure(error, in: condition ?? "")
    }
    let isDescending = sort?.hasPrefix("-") ?? false
    self.isDescending = isDescending
    sortKey = sort.map { isDescending ? String($0.dropFirst()) : $0 }
  }

  private static func failure(_ error: ExpressionError, in text: String) -> ReferenceError {
    ReferenceError(
      "--where: \(error.message)",
      notes: [text, String(repeating: " ", count: error.offset) + "^"])
  }

  /// Whether the specs have to be read.
  var needsSettings: Bool {
    let own = Set(LoadedRun.ownKeys)
    return !(condition?.keys ?? []).union([sortKey].compactMap(\.self)).isSubset(of: own)
  }

  package func apply(_ runs: [LoadedRun]) throws(ReferenceError) -> [LoadedRun] {
    try checkKeys(runs)
    var kept = runs
    if let condition {
      kept = []
      do throws(ExpressionError) {
        for run in runs where try condition.holds(values: run.values) { kept.append(run) }
      } catch {
        throw Self.failure(error, in: condition.text)
      }
    }
    guard let sortKey, sorts else { return kept }
    return Self.sorted(kept, descending: isDescending) { $0[sortKey] }
  }

  private func checkKeys(_ runs: [LoadedRun]) throws(ReferenceError) {
    guard !runs.isEmpty else { return }
    let wanted = (condition?.keys ?? []).union([sortKey].compactMap(\.self))
    for key in wanted.sorted() where !runs.contains(where: { $0[key] != nil }) {
      // A key that some state lacks so far (no row yet, say) is no mistake.
      if LoadedRun.ownKeys.contains(key) { continue }
      var known: [String] = LoadedRun.ownKeys
      var seen = Set(known)
      for name in runs.flatMap(\.keys) where seen.insert(name).inserted { known.append(name) }
      throw ReferenceError(
        "no run here has `\(key)`",
        notes: nearest(to: key, in: known).map { ["did you mean `\($0)`?"] }
          ?? [
            "keys are those of the spec, of losses.csv and metrics.csv, and "
              + LoadedRun.ownKeys.joined(separator: ", ")
          ])
    }
  }

  /// Numbers by size, other texts by letter; what has no value comes last. Equal ones keep their
  /// order.
  static func sorted<Item>(
    _ items: [Item], descending: Bool, by key: (Item) -> String?
  ) -> [Item] {
    let keyed = items.enumerated().map {
      (index: $0.offset, item: $0.element, key: key($0.element))
    }
    return keyed.sorted { a, b in
      guard let x = a.key, let y = b.key else {
        return a.key == nil && b.key == nil ? a.index < b.index : a.key != nil
      }
      if x == y { return a.index < b.index }
      if let m = Double(x), let n = Double(y) {
        if m.isNaN || n.isNaN { return m.isNaN == n.isNaN ? a.index < b.index : n.isNaN }
        if m == n { return a.index < b.index }
        return descending ? m > n : m < n
      }
      return descending ? x > y : x < y
    }.map(\.item)
  }
}
