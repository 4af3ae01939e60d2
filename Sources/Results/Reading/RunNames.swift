import RunFormat

/// What a run or a sweep is called where it is listed: as short as tells it from all others.
///
/// `20261121T0253-9f3a2c` is `9f3a2c`; where the same spec was run twice, `0253-9f3a2c`; the fourth trial of
/// a sweep is `9f3a2c/3`. Whatever stands here is taken by ``RunReference``, wherever a run is named.
package struct RunNames: Sendable {
  private let counts: [String: Int]

  /// - Parameter paths: folders of runs by themselves and of sweeps.
  init(_ paths: [String]) {
    var counts: [String: Int] = [:]
    var seen: Set<String> = []
    for path in paths where seen.insert(path).inserted {
      for name in Set(Self.names(of: path.lastPathComponent)) { counts[name, default: 0] += 1 }
    }
    self.counts = counts
  }

  /// Of everything below a folder, and of what some runs belong to.
  ///
  /// - Parameter results: where names on the command line are looked for.
  package init(results: String, runs: [Run] = []) {
    let folders = RunScan.folders(in: results)
    // Links, and a folder that is named in another way, lead to the same run.
    let listed = runs.map(\.ownFolder)
    self.init(
      (folders + listed).map { PlainFiles.absolute($0) ?? $0 })
  }

  /// Those that stand for an id, the shortest first.
  ///
  /// - Parameter id: a folder's own name.
  static func names(of id: String) -> [String] {
    guard let dash = id.firstIndex(of: "-"), isMoment(id[..<dash]) else { return [id] }
    let digest = String(id[id.index(after: dash)...])
    guard !digest.isEmpty else { return [id] }
    let clock = id[..<dash].split(separator: "T").last.map { "\($0)-\(digest)" }
    return [digest] + [clock, id].compactMap(\.self)
  }

  /// `20261121T0253`
  private static func isMoment(_ text: Substring) -> Bool {
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0].count == 8 && parts[1].count == 4
      && parts.allSatisfy { $0.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) }
  }

  /// - Parameter folder: of a sweep, or of a run that is no trial.
  package func short(of folder: String) -> String {
    let id = folder.lastPathComponent
    return Self.names(of: id).first { counts[$0] ?? 0 <= 1 } ?? id
  }

  package func short(of run: Run) -> String {
    let folder = short(of: run.ownFolder)
    guard run.isTrial else { return folder }
    return "\(folder)/\(run.trialIndex.map(String.init) ?? run.id)"
  }
}

extension Run {
  /// Whether it belongs to a sweep.
  package var isTrial: Bool { sweepFolder != nil }

  /// The folder of the sweep that it is a trial of.
  package var sweepFolder: String? {
    let isWhole = path.split(separator: "/", maxSplits: 3).count > 2
    let place = isWhole ? path : PlainFiles.absolute(path) ?? path
    let trials = place.parentPath
    return trials.lastPathComponent == "trials" ? trials.parentPath : nil
  }

  /// Its id, that of its sweep before it.
  var wholeName: String {
    sweepFolder.map { "\($0.lastPathComponent)/\(id)" } ?? id
  }

  /// The folder with a moment and a digest in its name.
  fileprivate var ownFolder: String { sweepFolder ?? path }

  /// Of `0007-3fa9c1d2-s1` it is 7; nil where the folder has another name.
  package var trialIndex: Int? {
    let digits = id.prefix { $0 != "-" }
    guard isTrial, digits.count >= 4, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    return Int(digits)
  }
}
