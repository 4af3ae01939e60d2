import Spec

/// How a run stands, from its directory alone.
package enum Standing: Sendable, Hashable {
  /// It can be gone on with, or begun.
  case open
  /// A process is at work on it.
  case held(RunClaim.Holder)
  /// It came to its end: finished or diverged, at this step, for this reason.
  case ended(state: String, step: Int, reason: String?)

  /// - Parameter run: a result directory, which need not exist.
  package init(
    of run: String, lostAfter: Double = RunClaim.lostAfter, files: FileLayer = FileLayer()
  ) throws(RunError) {
    if try files.isThere("\(run)/result.json") {
      let bytes = try files.read("\(run)/result.json", limit: 1 << 20)
      guard let result = try? JSON(parsing: bytes), let state = result["state"]?.string,
        let step = result["step"]?.int
      else { throw .damaged(path: "\(run)/result.json", reason: "it names no state and step") }
      self = .ended(state: state, step: step, reason: result["reason"]?.string)
    } else if let holder = try RunClaim.holder(of: run, lostAfter: lostAfter, files: files) {
      self = .held(holder)
    } else {
      self = .open
    }
  }
}
