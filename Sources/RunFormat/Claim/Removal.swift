/// Taking a run or a sweep away for good.
///
/// Whoever removes holds the claim on all that goes: a process that is at work there, silent or not, is
/// left alone with its files, and one that wakes up later finds itself superseded.
package struct Removal: Sendable {
  private let path: String
  private let parts: [String]
  private let files: FileLayer

  /// - Parameter path: a run, or a sweep with its trials.
  /// - Throws: `.locked` for the first part that a process may be at work on.
  package init(of path: String, files: FileLayer = FileLayer()) throws(RunError) {
    self.path = path.trimmingSlashes
    self.files = files
    var parts = [self.path]
    let trials = "\(self.path)/trials"
    if files.isDirectory(trials) {
      parts += try files.list(trials).map { "\(trials)/\($0)" }.filter(files.isDirectory)
    }
    self.parts = parts
    // A trial of a sweep that is being played is counted on there.
    let above = (PlainFiles.absolute(self.path) ?? self.path).parentPath
    if above.lastPathComponent == "trials", !files.isLink(self.path),
      let holder = try RunClaim.holder(of: above.parentPath, evenIfSilent: true, files: files)
    {
      throw .locked(path: above.parentPath, holder)
    }
    for part in parts {
      if let holder = try RunClaim.holder(of: part, evenIfSilent: true, files: files) {
        throw .locked(path: part, holder)
      }
    }
  }

  /// What goes, in bytes; of a link nothing.
  package var bytes: Int { files.isLink(path) ? 0 : DiskUse(of: path).total }

  /// How many trials go with a sweep.
  package var trialCount: Int { parts.count - 1 }

  /// - Throws: `.locked` when a process has begun there meanwhile; nothing is gone then.
  package func carryOut() throws(RunError) {
    if !files.isLink(path) {
      var claims: [RunClaim] = []
      do throws(RunError) {
        for part in parts {
          claims.append(
            try RunClaim.take(
              part, as: .current(), steps: 0, lostAfter: RunClaim.lostAfter, files: files))
        }
      } catch {
        for claim in claims { try? claim.end(.map(["state": .text("removal given up")])) }
        throw error
      }
    }
    // Under a hidden name first, so that half a run is never taken for one.
    try files.withdraw(path)
  }
}
