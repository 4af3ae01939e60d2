import Dispatch
import RunFormat
import Synchronization

/// All runs below some folders, and a line for each thing that is none.
package struct RunScan: Sendable {
  /// In the order in which they were started.
  package let runs: [Run]
  /// Those of them that are trials belong to these.
  package let sweeps: [Sweep]
  package let notes: [String]

  /// - Parameter folders: runs, sweeps, or folders of them, at most ``maxDepth`` deep.
  package init(_ folders: [String], reader: Reader = .current) {
    var finder = RunFinder()
    for folder in folders {
      let folder = folder.trimmingSlashes
      if !PlainFiles.isFolder(folder) {
        finder.notes.append("\(folder): there is no such folder")
      } else if !finder.look(in: folder, depth: 0) {
        finder.notes.append("\(folder): there is no run in here")
      }
    }
    var seen: Set<String> = []
    // Only links, and folders named twice, lead to the same run again; its own name is kept.
    let paths =
      finder.followedLinks || folders.count > 1
      ? finder.runs.map { (path: $0, place: PlainFiles.absolute($0) ?? $0) }
        .sorted { Self.isDirect($0) && !Self.isDirect($1) }
        .filter { seen.insert($0.place).inserted }.map(\.path)
      : finder.runs
    runs = (parallelMap(paths) { Run($0, reader: reader) } + finder.unbegun).sorted {
      ($0.status?.started?.seconds ?? 0, $0.path) < ($1.status?.started?.seconds ?? 0, $1.path)
    }
    var seenSweeps: Set<String> = []
    sweeps = finder.sweeps.filter { seenSweeps.insert(PlainFiles.absolute($0) ?? $0).inserted }
      .map { Sweep($0) }
    notes = finder.notes + runs.flatMap(\.problems)
  }

  package static let maxDepth = 6

  /// The folders of all sweeps, and of all runs that are no trials, below a folder; none is read.
  static func folders(in folder: String) -> [String] {
    guard PlainFiles.isFolder(folder) else { return [] }
    var finder = RunFinder(readsTrials: false)
    _ = finder.look(in: folder.trimmingSlashes, depth: 0)
    return finder.runs + finder.sweeps
  }

  private static func isDirect(_ run: (path: String, place: String)) -> Bool {
    run.path.lastPathComponent == run.place.lastPathComponent
  }

  /// Whether this names a folder with at least one run in it.
  package static func holdsRuns(_ folder: String) -> Bool {
    guard !folder.hasPrefix("@"), PlainFiles.isFolder(folder) else { return false }
    var finder = RunFinder()
    return finder.look(in: folder.trimmingSlashes, depth: 0)
  }

  /// The run that a file at `path` would lie in.
  package static func run(around path: String) -> String? {
    var folder = path.hasPrefix("/") ? path.parentPath : "./\(path)".parentPath
    // What is not there yet will be made in the first one that is.
    while !PlainFiles.exists(folder), folder.contains("/"), folder != "/" {
      folder = folder.parentPath
    }
    guard let start = PlainFiles.absolute(folder) else { return nil }
    folder = start
    while folder != "/" {
      let names = Set((PlainFiles.entries(of: folder) ?? []).map(\.name))
      if names.contains("status.json"), names.contains("resolved.yaml") { return folder }
      folder = folder.parentPath
    }
    return nil
  }
}

/// What a folder of results is, from what lies in it.
package enum FolderKind: Sendable {
  /// It has trials. A sweep is no run itself, although it has a spec.
  case sweep
  case run
  /// Runs may lie further down.
  case group

  private static let marks: Set<String> = [
    "status.json", "resolved.yaml", "losses.csv", "environment.json",
  ]

  package init(_ entries: [PlainFiles.Entry]) {
    if entries.contains(where: { $0.name == "trials" && $0.isFolder }) {
      self = .sweep
    } else {
      self =
        entries.contains { !$0.isFolder && Self.marks.contains($0.name) } ? .run : .group
    }
  }
}

private struct RunFinder {
  var runs: [String] = []
  /// Trials that failed before they had a folder.
  private(set) var unbegun: [Run] = []
  var sweeps: [String] = []
  var notes: [String] = []
  /// Where links that have been followed lead.
  private var targets: Set<String> = []
  private(set) var followedLinks = false
  /// Whether what is in a sweep is looked for too.
  private let readsTrials: Bool

  init(readsTrials: Bool = true) { self.readsTrials = readsTrials }

  /// - Returns: whether there is a run in the folder.
  mutating func look(in folder: String, depth: Int) -> Bool {
    guard let entries = PlainFiles.entries(of: folder) else {
      notes.append("\(folder): cannot be read")
      return true
    }
    let kind = FolderKind(entries)
    if kind == .sweep {
      if RunReference.isSweep(folder) {
        sweeps.append(folder)
        if !readsTrials { return true }
      }
      let isFilled = look(in: "\(folder)/trials", depth: depth + 1)
      let sweep = FailedTrials(of: folder)
      unbegun += sweep.runs
      notes += sweep.notes
      return isFilled || !sweep.runs.isEmpty || !sweep.notes.isEmpty
    }
    if kind == .run {
      runs.append(folder)
      return true
    }
    guard depth < RunScan.maxDepth else { return false }
    var inner: [String] = []
    for entry in entries where entry.isFolder {
      let path = "\(folder)/\(entry.name)"
      if entry.isLink {
        followedLinks = true
        if leadsBack(path, from: folder) { continue }
        // Folders full of links to one another are not walked a billion ways.
        guard targets.insert(PlainFiles.absolute(path) ?? path).inserted else { continue }
      }
      inner.append(path)
    }
    let before = notes.count
    var foreign: [String] = []
    for folder in inner where !look(in: folder, depth: depth + 1) { foreign.append(folder) }
    // Where nothing is a run, one line for the whole is enough.
    guard foreign.count < inner.count else { return notes.count > before }
    // What `rm` leaves of a name whose runs are all gone is nothing to tell.
    let filled = foreign.filter { PlainFiles.entries(of: $0)?.isEmpty == false }
    notes += filled.map { "\($0): there is no run in here" }
    return true
  }

  private func leadsBack(_ link: String, from folder: String) -> Bool {
    guard let target = PlainFiles.absolute(link), let place = PlainFiles.absolute(folder) else {
      return true
    }
    return (place + "/").hasPrefix(target + "/")
  }
}

/// `map` on all cores, for work that waits on files.
package func parallelMap<Item: Sendable, Value: Sendable>(
  _ items: [Item], _ transform: @Sendable (Item) -> Value
) -> [Value] {
  let workers = min(8, max(1, items.count / 16))
  guard workers > 1 else { return items.map(transform) }
  let parts = Mutex<[Int: [Value]]>([:])
  DispatchQueue.concurrentPerform(iterations: workers) { worker in
    let range = (worker * items.count / workers)..<((worker + 1) * items.count / workers)
    let values = items[range].map(transform)
    parts.withLock { $0[worker] = values }
  }
  return parts.withLock { parts in (0..<workers).flatMap { parts[$0] ?? [] } }
}
