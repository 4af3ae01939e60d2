import Spec

/// A key of a spec that is not what it was when the run was begun.
package struct SpecChange: Sendable, Hashable, CustomStringConvertible {
  package let key: String
  /// nil: there was no such key.
  package let old: String?
  package let new: String?

  package var description: String { "\(key): \(old ?? "(none)") → \(new ?? "(none)")" }

  /// Whether a run that has begun may go on with it: what is written down and when it ends are its
  /// owner's business, numbers are not.
  var isAllowed: Bool {
    key == "name" || key == "description"
      || ["record", "guards"].contains { key == $0 || key.hasPrefix("\($0).") }
  }

  /// What differs between two resolved specs, in the order of the first.
  package static func between(
    _ old: String, _ new: String
  ) throws(FlatYAMLError) -> [SpecChange] {
    let (before, after) = (try FlatYAML(old).entries, try FlatYAML(new).entries)
    let was = Dictionary(before.map { ($0.key, $0.text) }, uniquingKeysWith: { first, _ in first })
    let becomes = Dictionary(
      after.map { ($0.key, $0.text) }, uniquingKeysWith: { first, _ in first })
    let keys = before.map(\.key) + after.map(\.key).filter { was[$0] == nil }
    return keys.filter { was[$0] != becomes[$0] }
      .map { SpecChange(key: $0, old: was[$0], new: becomes[$0]) }
  }
}

extension RunDirectory {
  /// What the attempts so far ran, and how many rounds that was; nil if none has begun.
  static func begun(
    _ run: String, _ files: FileLayer
  ) throws(RunError) -> (resolved: String, steps: Int)? {
    for number in try RunClaim.attempts(of: run, files).reversed() {
      let path = RunClaim.path(run, number)
      guard let text = try? files.read("\(path)/resolved.yaml", limit: 1 << 24),
        let owner = try? files.read("\(path)/owner.json", limit: 1 << 20),
        let steps = (try? JSON(parsing: owner))?["steps"]?.int
      else { continue }
      return (String(decoding: text, as: UTF8.self), steps)
    }
    return nil
  }

  /// What `experiment` changes in a run that has begun.
  ///
  /// - Throws: `.changed` with every key that may not, old → new.
  static func changes(
    in run: String, to experiment: Experiment, steps: Int, _ files: FileLayer
  ) throws(RunError) -> [SpecChange] {
    guard let begun = try begun(run, files) else { return [] }
    let changes: [SpecChange]
    do throws(FlatYAMLError) {
      changes = try SpecChange.between(begun.resolved, experiment.resolvedYAML(comments: false))
    } catch {
      throw .damaged(path: "\(run)/attempts", reason: error.reason)
    }
    let refused = changes.filter { change in
      change.key == "schedule.length" ? steps < begun.steps : !change.isAllowed
    }
    if !refused.isEmpty { throw .changed(path: run, refused) }
    return changes
  }
}
