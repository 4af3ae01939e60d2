import CLibrary

/// How many bytes lie below a folder, by what is in them; links are not followed.
package struct DiskUse: Sendable, Hashable {
  /// What the files of a run are.
  package enum Kind: String, CaseIterable, Sendable, Hashable {
    case checkpoints
    /// Pictures of samples.
    case grids
    /// log.txt, what workers said, event files.
    case logs
    /// Tables, specs, and what else there is.
    case rest
  }

  package private(set) var bytes: [Kind: Int] = [:]
  package private(set) var files = 0

  package var total: Int { bytes.values.reduce(0, +) }

  package subscript(kind: Kind) -> Int { bytes[kind] ?? 0 }

  package init() {}

  /// Of a run, or of a sweep with its trials. What cannot be looked at counts nothing.
  ///
  /// - Parameter without: names at the top that are left out.
  package init(of folder: String, without: Set<String> = []) {
    walk(folder, .rest, depth: 0, without: without)
  }

  package static func + (a: DiskUse, b: DiskUse) -> DiskUse {
    var sum = a
    sum.bytes.merge(b.bytes, uniquingKeysWith: +)
    sum.files += b.files
    return sum
  }

  private static let maxDepth = 16

  private mutating func walk(
    _ folder: String, _ kind: Kind, depth: Int, without: Set<String> = []
  ) {
    guard depth < Self.maxDepth, let entries = PlainFiles.allEntries(of: folder) else { return }
    for entry in entries where !without.contains(entry.name) {
      let path = "\(folder)/\(entry.name)"
      var status = stat()
      guard lstat(path, &status) == 0 else { continue }
      let own = kind == .rest ? Self.kind(of: entry.name) : kind
      if status.st_mode & S_IFMT == S_IFDIR {
        walk(path, own, depth: depth + 1)
      } else if status.st_mode & S_IFMT == S_IFREG {
        bytes[own, default: 0] += Int(status.st_size)
        files += 1
      }
    }
  }

  private static func kind(of name: String) -> Kind {
    switch name {
    case "checkpoints": .checkpoints
    case "samples": .grids
    case "logs", "log.txt": .logs
    case _: name.hasPrefix("events.out.tfevents.") ? .logs : .rest
    }
  }
}
