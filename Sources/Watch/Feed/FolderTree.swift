import CLibrary
import Results
import RunFormat

/// Where the runs and the sweeps below some folders are. A folder is listed again only when its list of names
/// has changed; links to folders are not followed, so that nothing outside is shown.
struct FolderTree: Sendable {
  struct Place: Sendable, Hashable {
    let path: String
    /// The sweep that it is a trial of.
    let sweep: String?
  }

  private(set) var runs: [Place] = []
  private(set) var sweeps: [String] = []
  private(set) var notes: [String] = []

  /// Absolute, without links.
  let roots: [String]
  private var folders: [String: Folder] = [:]

  private struct Folder {
    var stamp: FileStamp
    var kind: FolderKind
    var inner: [String]
    var notes: [String]
    /// Within the fineness of the disk's clock a change leaves no trace.
    var isSettled: Bool
  }

  init(_ roots: [String]) { self.roots = roots }

  /// Looks again.
  mutating func refresh(now: Moment) {
    runs.removeAll(keepingCapacity: true)
    sweeps.removeAll()
    notes.removeAll()
    var seen: [String: Folder] = [:]
    for root in roots { look(in: root, depth: 0, sweep: nil, now: now, &seen) }
    folders = seen
  }

  private mutating func look(
    in path: String, depth: Int, sweep: String?, now: Moment, _ seen: inout [String: Folder]
  ) {
    guard seen[path] == nil else { return }
    // The name of a run's folder stands in its parent's list, and it stays what it is.
    if let known = folders[path], known.kind == .run, depth > 0 {
      seen[path] = known
      runs.append(Place(path: path, sweep: sweep))
      return
    }
    guard let folder = folder(path, now: now) else { return }
    seen[path] = folder
    notes += folder.notes
    switch folder.kind {
    case .run: runs.append(Place(path: path, sweep: sweep))
    case .sweep:
      let isSweep = RunReference.isSweep(path)
      if isSweep { sweeps.append(path) }
      look(
        in: "\(path)/trials", depth: depth + 1, sweep: isSweep ? path : nil, now: now, &seen)
    case .group:
      guard depth < RunScan.maxDepth else { return }
      for name in folder.inner {
        look(in: "\(path)/\(name)", depth: depth + 1, sweep: sweep, now: now, &seen)
      }
    }
  }

  /// nil where there is none.
  private func folder(_ path: String, now: Moment) -> Folder? {
    guard let stamp = FileStamp(path) else { return nil }
    if let known = folders[path], known.stamp == stamp, known.isSettled { return known }
    guard let entries = PlainFiles.entries(of: path) else {
      return Folder(
        stamp: stamp, kind: .group, inner: [], notes: ["\(path): cannot be read"],
        isSettled: false)
    }
    let inner = entries.filter(\.isFolder)
    let links = inner.filter(\.isLink).map { "\(path)/\($0.name)" }
    return Folder(
      stamp: stamp, kind: FolderKind(entries.filter { !($0.isFolder && $0.isLink) }),
      inner: inner.filter { !$0.isLink }.map(\.name),
      notes: links.filter { !isInside($0) }.map {
        "\($0): a link to a folder elsewhere, which is not followed; `gan-exp watch "
          + "\(($0).shellWord)` shows what is there"
      }, isSettled: stamp.seconds < now.seconds - 2)
  }

  /// Whether what lies at a path lies in one of the folders that are shown, links and `..` followed.
  func isInside(_ path: String) -> Bool {
    guard let place = PlainFiles.absolute(path) else { return false }
    return roots.contains { place == $0 || place.hasPrefix($0 == "/" ? "/" : $0 + "/") }
  }
}
