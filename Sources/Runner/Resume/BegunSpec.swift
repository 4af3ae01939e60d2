import RunFormat
import Spec

extension RunDirectory {
  /// What the attempts so far ran, and how many rounds that was; nil if none has begun.
  static func begun(
    _ run: String, _ files: FileLayer
  ) throws(RunError) -> (resolved: String, steps: Int)? {
    for number in try RunClaim.attempts(of: run, files).reversed() {
      let path = RunClaim.path(run, number)
      // One that died before it could say what it runs has changed nothing.
      guard try files.isThere("\(path)/resolved.yaml"), try files.isThere("\(path)/owner.json")
      else { continue }
      let text = try files.read("\(path)/resolved.yaml", limit: 1 << 24)
      let owner = try files.read("\(path)/owner.json", limit: 1 << 20)
      guard let steps = (try? JSON(parsing: owner))?["steps"]?.int else { continue }
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
