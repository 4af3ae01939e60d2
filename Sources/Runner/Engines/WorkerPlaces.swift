/// Where workers side by side compute, such as on a card each: what the environment of a process there says.
package struct WorkerPlaces: Sendable {
  private let settings: [[String: String]]
  private var taken: [Int: Int] = [:]

  /// - Parameter settings: of each place; one that says nothing is anywhere.
  package init(_ settings: [[String: String]] = [[:]]) {
    precondition(!settings.isEmpty)
    self.settings = settings
  }

  /// The one with the fewest workers, the first of those.
  var next: Int {
    let counts = settings.indices.map { place in taken.values.count { $0 == place } }
    return counts.firstIndex(of: counts.min() ?? 0) ?? 0
  }

  mutating func take(_ place: Int, by job: Int) { taken[job] = place }
  mutating func leave(by job: Int) { taken[job] = nil }

  /// `NAME=value`, one a variable: those of this process, and what the place says.
  func environment(_ inherited: [String: String], at place: Int) -> [String] {
    inherited.merging(settings[place]) { $1 }.map { "\($0.key)=\($0.value)" }.sorted()
  }
}
