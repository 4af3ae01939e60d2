import RunFormat

/// What may stand where a command wants a run, by the names of folders alone: no run is opened, so that a shell that completes a
/// word does not wait for thousands of them.
package struct RunWords: Sendable {
  /// Where ids are looked for.
  package let results: String

  package init(results: String) { self.results = results }

  /// More folders than these are not looked into, and more names are of no use to somebody who types.
  private static let limit = 5000

  /// Ids, `SWEEP/TRIAL` once the sweep is written, `@last`, `@best`, and paths of folders, that begin with `text`.
  package func beginning(with text: String) -> [String] {
    var seen: Set<String> = []
    return Array(
      (["@last", "@best"] + paths(beginning: text) + ids(beginning: text))
        .filter { $0.hasPrefix(text) && seen.insert($0).inserted }.prefix(Self.limit))
  }

  /// Folders on the way to runs: those of the name, and where they are few what lies in them, so that no shell takes the first for
  /// the whole word.
  private func paths(beginning text: String) -> [String] {
    guard !text.isEmpty, !text.hasPrefix("@") else { return [] }
    let isInside = text.contains("/")
    let parent = isInside ? Self.folder(of: text) : "."
    let prefix = !isInside ? "" : parent == "/" ? "/" : parent + "/"
    let found = Self.folders(in: parent).map { prefix + $0 }.filter { $0.hasPrefix(text) }
    guard found.count <= 8 else { return found }
    return found.flatMap { path in
      [path]
        + (Self.isRun(path, name: path.lastPathComponent)
          ? [] : Self.folders(in: path).map { "\(path)/\($0)" })
    }
  }

  private func ids(beginning text: String) -> [String] {
    let sweep = text.contains("/") ? Self.folder(of: text) : nil
    var visits = 0
    return Self.runs(in: results, depth: 0, visits: &visits).flatMap { path -> [String] in
      let id = path.lastPathComponent
      guard let sweep else { return [id] }
      return sweep == id ? Self.folders(in: "\(path)/trials").map { "\(id)/\($0)" } : []
    }
  }

  /// Runs and sweeps below a folder.
  private static func runs(in folder: String, depth: Int, visits: inout Int) -> [String] {
    guard depth < RunScan.maxDepth, visits < limit else { return [] }
    visits += 1
    var found: [String] = []
    for name in folders(in: folder) {
      let path = "\(folder)/\(name)"
      found += isRun(path, name: name) ? [path] : runs(in: path, depth: depth + 1, visits: &visits)
    }
    return found
  }

  /// Whether a folder is a run or a sweep: by a name such as `20261121T0253-9f3a2c`, else by its files.
  private static func isRun(_ path: String, name: String) -> Bool {
    if name.wholeMatch(of: #/[0-9]{8}T[0-9]{4,6}-[0-9a-f]+/#) != nil { return true }
    return ["status.json", "resolved.yaml"].contains { PlainFiles.exists("\(path)/\($0)") }
  }

  private static func folders(in folder: String) -> [String] {
    (PlainFiles.entries(of: folder) ?? []).filter { $0.isFolder }.map(\.name)
  }

  /// `a/b` of `a/b/c` and of `a/b/`.
  private static func folder(of text: String) -> String {
    text.hasSuffix("/") ? text.trimmingSlashes : text.parentPath
  }
}
