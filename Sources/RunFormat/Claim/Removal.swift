/// Taking a run or a sweep away for good.
///
/// Whoever removes holds the claim on all that goes: a process that is at work there, silent or not, is
/// left alone with its files, and one that wakes up later finds itself superseded.
package struct Removal: Sendable {
  /// What goes; of `.` and `..`, which have no name to take away, the folder that they mean.
  package let path: String
  /// The same from the root: links on the way are followed, and a link that goes itself is not.
  package let place: String
  private let parts: [String]
  private let files: FileLayer

  /// - Parameter path: a run, or a sweep with its trials.
  /// - Throws: `.locked` for the first part that a process may be at work on.
  package init(of path: String, files: FileLayer = FileLayer()) throws(RunError) {
    let isUnnamed = [".", ".."].contains(path.trimmingSlashes.lastPathComponent)
    self.path = (isUnnamed ? PlainFiles.absolute(path) ?? path : path).trimmingSlashes
    let above = PlainFiles.absolute(self.path.parentPath) ?? self.path.parentPath
    place = "\(above == "/" ? "" : above)/\(self.path.lastPathComponent)"
    self.files = files
    var parts = [self.path]
    let trials = "\(self.path)/trials"
    if files.isDirectory(trials) {
      parts += try files.list(trials).map { "\(trials)/\($0)" }.filter(files.isDirectory)
    }
    self.parts = parts
    try requireNobodyAbove()
    for part in parts {
      if let holder = try RunClaim.holder(of: part, evenIfSilent: true, files: files) {
        throw .locked(path: part, holder)
      }
    }
  }

  /// A trial of a sweep that is being played is counted on there.
  private func requireNobodyAbove() throws(RunError) {
    if !files.isLink(path), let above = try RunClaim.holder(ofSweepAround: path, files: files) {
      throw .locked(path: above.sweep, above.holder)
    }
  }

  /// Whether it is gone with `other`: the same, or inside of it.
  package func isWithin(_ other: Removal) -> Bool {
    place == other.place || place.hasPrefix(other.place + "/")
  }

  /// What goes, in bytes; of a link nothing.
  package var bytes: Int { files.isLink(path) ? 0 : DiskUse(of: path).total }

  /// How many trials go with a sweep.
  package var trialCount: Int { parts.count - 1 }

  /// - Throws: `.locked` when a process has begun there meanwhile; nothing is gone then. `.file` where
  ///   somebody else has removed it meanwhile.
  package func carryOut() throws(RunError) {
    // A claim would make its folder anew.
    guard try files.isThere(path) else {
      throw .file(path: path, action: "remove", reason: "it is gone already")
    }
    if !files.isLink(path) {
      try requireNobodyAbove()
      var claims: [RunClaim] = []
      do throws(RunError) {
        for part in parts where files.isDirectory(part) {
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
