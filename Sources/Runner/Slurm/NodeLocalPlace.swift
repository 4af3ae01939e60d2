import RunFormat

/// Folders that each machine has for itself, as a rule.
package enum NodeLocalPlace {
  private static let folders = ["/tmp", "/var/tmp", "/dev/shm", "/run"]

  /// What to tell whoever gives a cluster something that lies in such a folder; nil elsewhere.
  ///
  /// - Parameters:
  ///   - path: absolute; a link to such a folder is as bad as the folder.
  ///   - what: such as `the results lie`
  package static func warning(_ path: String, _ what: String, advice: String) -> String? {
    let real = PlainFiles.absolute(path) ?? path
    let places = [path, real].compactMap { place in
      folders.first { place == $0 || place.hasPrefix("\($0)/") }
    }
    guard let folder = places.first else { return nil }
    return
      "warning: \(what) in \(folder) (\(path)), which each machine has for itself as a rule: the nodes "
      + "may not see it; \(advice)"
  }
}
