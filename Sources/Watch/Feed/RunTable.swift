import Results
import RunFormat

/// Everything that is known of the runs and sweeps below some folders, kept up to date by small looks.
struct RunTable: Sendable {
  private(set) var runs: [String: RunWatch] = [:]
  private(set) var sweeps: [String: SweepWatch] = [:]
  /// Paths of runs, in the order of their folders' names.
  private(set) var order: [String] = []
  /// Paths of the runs of each sweep.
  private(set) var trials: [String: [String]] = [:]
  /// By the keys of the page.
  private(set) var paths: [String: String] = [:]
  /// How many looks there were.
  private(set) var version = 0
  /// The look at which runs or sweeps last came or went.
  private(set) var membership = 0

  private var tree: FolderTree
  /// Of the runs that have ended: a few of them are looked at each time, all of them within some seconds.
  private var cursor = 0
  private static let endedALook = 500

  init(_ roots: [String]) { tree = FolderTree(roots) }

  var notes: [String] {
    tree.notes + order.flatMap { runs[$0]?.problems ?? [] }
      + sweeps.values.sorted { $0.path < $1.path }.flatMap(\.problems)
  }

  func isInside(_ path: String) -> Bool { tree.isInside(path) }

  mutating func refresh(reader: Reader) {
    version += 1
    tree.refresh(now: reader.now)
    updateMembers(reader)
    refreshRuns(reader)
    for path in sweeps.keys {
      let trials = trials[path] ?? []
      sweeps[path]?.refresh(
        begun: { Set(trials.map(\.lastPathComponent)) }, now: reader.now, version: version)
    }
  }

  private mutating func updateMembers(_ reader: Reader) {
    let found = tree.runs.map(\.path)
    if found != order {
      let present = Set(found)
      for path in order where !present.contains(path) { runs[path] = nil }
      let version = version
      let new = parallelMap(tree.runs.filter { runs[$0.path] == nil }) {
        RunWatch($0, reader: reader, version: version)
      }
      for run in new { runs[run.place.path] = run }
      order = found
      trials = Dictionary(grouping: tree.runs.filter { $0.sweep != nil }, by: { $0.sweep ?? "" })
        .mapValues { $0.map(\.path) }
      membership = version
    }
    if Set(tree.sweeps) != Set(sweeps.keys) {
      let present = Set(tree.sweeps)
      for path in sweeps.keys where !present.contains(path) { sweeps[path] = nil }
      for path in tree.sweeps where sweeps[path] == nil {
        sweeps[path] = SweepWatch(path, version: version)
      }
      membership = version
    }
    if membership == version {
      paths = Dictionary(
        runs.values.map { ($0.key, $0.place.path) } + sweeps.values.map { ($0.key, $0.path) },
        uniquingKeysWith: { first, _ in first })
    }
  }

  private mutating func refreshRuns(_ reader: Reader) {
    let count = order.count
    let looked = min(count, Self.endedALook)
    for offset in 0..<looked {
      runs[order[(cursor + offset) % count]]?.refresh(reader: reader, version: version)
    }
    cursor = count > 0 ? (cursor + looked) % count : 0
    guard looked < count else { return }
    for path in order where runs[path]?.isActive == true {
      runs[path]?.refresh(reader: reader, version: version)
    }
  }
}
