import RunFormat
import Spec

/// What was set for each run: the values of its sweep, or of `--set` on its command line.
package struct SetValues: Sendable {
  package struct Value: Sendable, Hashable {
    package let key: String
    package let text: String
  }

  /// Of the trials of sweeps, by the sweep's folder and the trial's name.
  private let planned: [String: [String: [Value]]]

  /// - Parameter runs: those that will be asked for; the plan of a sweep is read once.
  init(_ runs: [Run]) {
    planned = Dictionary(
      uniqueKeysWithValues: Set(runs.compactMap(\.sweepFolder)).map { ($0, Self.plan(of: $0)) })
  }

  private static func plan(of sweep: String) -> [String: [Value]] {
    guard let plan = (try? PlainFiles.bytes("\(sweep)/plan.jsonl")).flatMap(\.self) else {
      return [:]
    }
    let trials = plan.split(separator: UInt8(ascii: "\n")).compactMap { line in
      (try? JSON(parsing: line)).flatMap { PlannedTrial($0) }
    }
    let hasReplicates = trials.contains { $0.point.replicate > 0 }
    return Dictionary(
      trials.map { trial in
        let settings = trial.point.settings.map { Value(key: $0.path, text: $0.text) }
        let isSeedSet = settings.contains { $0.key == "seed" }
        let seed = hasReplicates && !isSeedSet ? [Value(key: "seed", text: "\(trial.seed)")] : []
        return (trial.name, settings + seed)
      }, uniquingKeysWith: { $1 })
  }

  /// In the order in which they were written.
  package func values(of run: Run) -> [Value] {
    if let sweep = run.sweepFolder { return planned[sweep]?[run.id] ?? [] }
    return Origins.overrides(run.command).map { Value(key: $0.key, text: $0.text) }
  }

  /// All that was set for any of some runs.
  func keys(of runs: [Run]) -> [String] {
    Table.titles(of: runs.map { run in values(of: run).map(\.key) })
  }
}

extension [SetValues.Value] {
  /// `loss.kind=hinge learning_rate=0.001`
  ///
  /// - Parameter titles: how keys are written.
  func words(_ titles: (String) -> String = \.self) -> String {
    map { "\(titles($0.key))=\(NumberFormat.setting($0.text))" }.joined(separator: " ")
  }
}

/// Keys of specs by as few of their last words as tell them apart: `learning_rate`, `generator.kind`.
struct KeyTitles: Sendable {
  private let titles: [String: String]

  init(_ keys: [String]) {
    var titles: [String: String] = [:]
    let distinct = Set(keys)
    for key in distinct {
      let words = key.split(separator: ".")
      // `size` and `kind` alone say nothing.
      let isVague = ["kind", "size", "length", "every", "of", "seed"].contains(words.last)
      var count = min(words.count, isVague ? 2 : 1)
      func title() -> String { words.suffix(count).joined(separator: ".") }
      while count < words.count,
        distinct.contains(where: { $0 != key && ($0 == title() || $0.hasSuffix("." + title())) })
      {
        count += 1
      }
      titles[key] = title()
    }
    self.titles = titles
  }

  subscript(key: String) -> String { titles[key] ?? key }
}
