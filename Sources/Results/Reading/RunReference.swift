import RunFormat
import Spec

/// How a run or a sweep is named on the command line: a folder, the beginning of an id, `@last`, `@best`.
package struct RunReference: Sendable {
  package let text: String
  /// Where ids are looked for.
  package let results: String

  package init(_ text: String, results: String) { (self.text, self.results) = (text, results) }

  /// What a name leads to.
  package enum Found: Sendable {
    case run(path: String)
    case sweep(Sweep)

    package var path: String {
      switch self {
      case .run(let path): path
      case .sweep(let sweep): sweep.path
      }
    }
  }

  /// Whether a folder is that of a sweep, begun or not. What somebody else calls `trials` makes none:
  /// a sweep may be removed as a whole.
  package static func isSweep(_ folder: String) -> Bool {
    PlainFiles.isFolder("\(folder)/trials")
      && ["plan.jsonl", "resolved.yaml"].contains { PlainFiles.exists("\(folder)/\($0)") }
  }

  /// How files are named that are made of a run: NAME-ID, of a trial NAME-SWEEP-TRIAL.
  package static func fileName(of run: String, name: String) -> String {
    let place = PlainFiles.absolute(run) ?? run
    let inSweep = place.parentPath.lastPathComponent == "trials"
    let sweep = inSweep ? place.parentPath.parentPath.lastPathComponent + "-" : ""
    return "\(name)-\(sweep)\(place.lastPathComponent)"
  }

  /// A run or a sweep. `@last` is what was begun last: a run by itself, or the sweep of the last trial.
  ///
  /// - Throws: what there is instead, with the nearest names.
  package func find(reader: Reader = .current) throws(ReferenceError) -> Found {
    if text == "@best" { return .run(path: try resolve(reader: reader).path) }
    if !text.hasPrefix("@"), PlainFiles.isFolder(text) {
      return Self.isSweep(text)
        ? .sweep(Sweep(text.trimmingSlashes)) : .run(path: try resolve(reader: reader).path)
    }
    let scan = RunScan([results], reader: reader)
    if text == "@last" {
      let last = scan.runs.last
      let seconds = last?.status?.started?.seconds ?? 0
      // One that has not come to its first trial is in no run.
      if let sweep = scan.sweeps.filter({ $0.started != nil })
        .max(by: { ($0.started ?? 0, $0.path) < ($1.started ?? 0, $1.path) }),
        last == nil || (sweep.started ?? 0) > seconds
      {
        return .sweep(sweep)
      }
      guard let last else { throw noRuns }
      let sweep = scan.sweeps.first { last.path.hasPrefix("\($0.path)/trials/") }
      return sweep.map { .sweep($0) } ?? .run(path: last.path)
    }
    return try named(in: scan)
  }

  private var noRuns: ReferenceError { ReferenceError("\(results): there is no run in here") }

  /// - Throws: what there is instead, with the nearest names.
  package func resolve(reader: Reader = .current) throws(ReferenceError) -> Run {
    if !text.hasPrefix("@"), PlainFiles.isFolder(text) {
      let runs = RunScan([text], reader: reader).runs
      switch runs.count {
      case 0: throw ReferenceError("\(text): there is no run in here")
      case 1: return runs[0]
      default:
        throw ReferenceError(
          "\(text): holds \(runs.count) runs, where one is wanted",
          notes: Self.names(of: runs.map(\.path)))
      }
    }
    let scan = RunScan([results], reader: reader)
    let runs = scan.runs
    switch text {
    case "@last":
      guard let last = runs.last else { throw noRuns }
      return last
    case "@best":
      guard !runs.isEmpty else { throw noRuns }
      return try best(of: runs)
    default:
      switch try named(in: scan) {
      case .run(let path): return runs.first { $0.path == path } ?? Run(path, reader: reader)
      case .sweep(let sweep):
        let trials = runs.filter { $0.path.hasPrefix("\(sweep.path)/trials/") }
        if trials.count == 1 { return trials[0] }
        throw ReferenceError(
          "\(sweep.path): a sweep, where one run is wanted; \(trials.count) of its trials were begun",
          notes: Self.names(of: trials.map(\.path)))
      }
    }
  }

  private func named(in scan: RunScan) throws(ReferenceError) -> Found {
    guard !scan.runs.isEmpty || !scan.sweeps.isEmpty else { throw noRuns }
    let all =
      scan.runs.map {
        (Found.run(path: $0.path), $0.exactNames, $0.answers(to: text))
      }
      + scan.sweeps.map { (Found.sweep($0), exactNames($0.id, of: $0.name), $0.answers(to: text)) }
    let exact = all.filter { $0.1.contains(text) }
    let found = (exact.isEmpty ? all.filter(\.2) : exact).map(\.0)
    switch found.count {
    case 1: return found[0]
    case 0:
      let near = nearest(to: text, in: scan.runs.map(\.id) + scan.sweeps.map(\.id))
      throw ReferenceError(
        "no folder, no run and no sweep of \(results) is named `\(text)`",
        notes: near.map { ["did you mean `\($0)`?"] }
          ?? ["a run is a folder, the beginning of an id, @last or @best"])
    default:
      throw ReferenceError(
        "`\(text)` begins the id of \(found.count) runs and sweeps",
        notes: Self.names(of: found.map(\.path)))
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

  private static func names(of paths: [String]) -> [String] {
    paths.prefix(8) + (paths.count > 8 ? ["… and \(paths.count - 8) more"] : [])
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
  /// `20261121T02`, `9f3a` (the digest behind the date), `lsgan/2026`; of a trial also `SWEEP/TRIAL`.
  func answers(to text: String) -> Bool {
    if isBegun(id, label, by: text) { return true }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, path.parentPath.lastPathComponent == "trials" else { return false }
    let sweep = path.parentPath.parentPath.lastPathComponent
    return isBegun(sweep, sweep, by: parts[0]) && id.hasPrefix(parts[1])
  }

  /// What it is called in full, or by the list of runs.
  fileprivate var exactNames: [String] {
    guard let sweep = sweepFolder?.lastPathComponent else {
      return Results.exactNames(id, of: name)
    }
    let own = [id] + (trialIndex.map { ["\($0)"] } ?? [])
    return [id, label] + RunNames.names(of: sweep).flatMap { sweep in own.map { "\(sweep)/\($0)" } }
  }

  /// What the run was asked to be good at.
  package var objective: Objective? { (try? settings()).flatMap(Objective.init) }
}

/// `metrics.objective` of a spec.
package struct Objective: Sendable, Hashable {
  package let metric: String
  package let minimizes: Bool

  package init?(_ settings: Settings) {
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

  /// What all runs that have an objective have for one; nil where they have different ones, or none.
  static func common(of runs: [LoadedRun]) -> Objective? {
    let found = Set(runs.compactMap { Objective($0.settings) })
    return found.count == 1 ? found.first : nil
  }

  /// `sliced_wasserstein, the smaller the better`
  package var words: String { "\(metric), the \(minimizes ? "smaller" : "greater") the better" }

  func best(of run: Run) -> Double? { (try? run.metrics()).flatMap(best) }

  /// The best of the values in a run's table of metrics.
  package func best(in metrics: NumberTable) -> Double? {
    guard let values = metrics[metric]?.compactMap(\.self).filter(\.isFinite) else { return nil }
    return minimizes ? values.min() : values.max()
  }
}

/// What something of this id is called in full, or by the list of runs, with or without its experiment.
private func exactNames(_ id: String, of name: String) -> [String] {
  RunNames.names(of: id).flatMap { [$0, "\(name)/\($0)"] }
}
