import RunFormat
import Spec

/// How a run is named on the command line: a folder, the beginning of an id, `@last`, `@best`.
package struct RunReference: Sendable {
  package let text: String
  /// Where ids are looked for.
  package let results: String

  package init(_ text: String, results: String) { (self.text, self.results) = (text, results) }

  /// - Throws: what there is instead, with the nearest names.
  package func resolve(reader: Reader = .current) throws(ReferenceError) -> Run {
    if !text.hasPrefix("@"), PlainFiles.isFolder(text) {
      let runs = RunScan([text], reader: reader).runs
      switch runs.count {
      case 0: throw ReferenceError("\(text): there is no run in here")
      case 1: return runs[0]
      default:
        throw ReferenceError(
          "\(text): holds \(runs.count) runs, where one is wanted", notes: Self.names(of: runs))
      }
    }
    let runs = RunScan([results], reader: reader).runs
    guard !runs.isEmpty else { throw ReferenceError("\(results): there is no run in here") }
    switch text {
    case "@last": return runs[runs.count - 1]
    case "@best": return try best(of: runs)
    default: return try named(among: runs)
    }
  }

  private func named(among runs: [Run]) throws(ReferenceError) -> Run {
    let exact = runs.filter { $0.id == text || $0.label == text }
    let found = exact.isEmpty ? runs.filter { $0.answers(to: text) } : exact
    switch found.count {
    case 1: return found[0]
    case 0:
      let near = nearest(to: text, in: runs.map(\.id))
      throw ReferenceError(
        "no folder and no run of \(results) is named `\(text)`",
        notes: near.map { ["did you mean `\($0)`?"] }
          ?? ["a run is a folder, the beginning of an id, @last or @best"])
    default:
      throw ReferenceError(
        "`\(text)` begins the id of \(found.count) runs", notes: Self.names(of: found))
    }
  }

  private func best(of runs: [Run]) throws(ReferenceError) -> Run {
    var best: (run: Run, value: Double)?
    for run in runs {
      guard let objective = run.objective, let value = objective.best(of: run) else { continue }
      let isBetter = best.map { objective.minimizes ? value < $0.value : value > $0.value } ?? true
      if isBetter { best = (run, value) }
    }
    guard let best else {
      throw ReferenceError(
        "@best needs an objective, and no run of \(results) has one that was measured",
        notes: ["in a spec: metrics: {…, objective: {minimize: METRIC}}"])
    }
    return best.run
  }

  private static func names(of runs: [Run]) -> [String] {
    runs.prefix(8).map(\.path) + (runs.count > 8 ? ["… and \(runs.count - 8) more"] : [])
  }
}

package struct ReferenceError: Error, Hashable, CustomStringConvertible {
  package let message: String
  package let notes: [String]

  init(_ message: String, notes: [String] = []) { (self.message, self.notes) = (message, notes) }

  package var description: String {
    ([message] + notes.map { "  = \($0)" }).joined(separator: "\n")
  }
}

extension Run {
  /// `20261121T02`, `9f3a` (the digest behind the date), `lsgan/2026`
  func answers(to text: String) -> Bool {
    guard !text.isEmpty else { return false }
    return id.hasPrefix(text) || label.hasPrefix(text)
      || id.split(separator: "-").dropFirst().contains { $0.hasPrefix(text) }
  }

  /// What the run was asked to be good at.
  package var objective: Objective? { (try? settings()).flatMap(Objective.init) }
}

/// `metrics.objective` of a spec.
package struct Objective: Sendable, Hashable {
  package let metric: String
  package let minimizes: Bool

  init?(_ settings: Settings) {
    func written(_ key: String) -> String? {
      settings["metrics.objective.\(key)"].flatMap { $0 == "none" ? nil : $0 }
    }
    if let metric = written("minimize") {
      (self.metric, minimizes) = (metric, true)
    } else if let metric = written("maximize") {
      (self.metric, minimizes) = (metric, false)
    } else {
      return nil
    }
  }

  func best(of run: Run) -> Double? {
    guard let values = (try? run.metrics())?[metric]?.compactMap(\.self).filter(\.isFinite) else {
      return nil
    }
    return minimizes ? values.min() : values.max()
  }
}
