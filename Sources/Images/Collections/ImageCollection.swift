import Synchronization

/// Picture files in one place: a folder, a zip, a tar.
protocol ImageCollection: Sendable {
  /// What there is to read, in the order of `FilePath.precedes`.
  var listing: Listing { get }

  /// Reads files and calls `visit` with the index of each and its bytes, on several threads at once
  /// and in any order, until all are read or `visit` says no.
  func read(
    _ wanted: [Int], _ visit: @Sendable (Int, Result<[UInt8], ImageFault>) -> Bool
  ) throws(DatasetError)
}

/// What a collection holds, before any picture has been opened.
struct Listing: Sendable {
  struct Entry: Sendable {
    let path: FilePath
    /// Size and times, or place in the archive: what changes when the file does.
    let stamp: [Int]
  }

  /// Of the whole, where it is one file.
  var stamp: [Int] = []
  var entries: [Entry] = []
  /// What cannot be read, known without reading it, and why: links that go in circles.
  var faults: [BadImage] = []
  /// How many files that are no pictures there are of each suffix.
  var others: [String: Int] = [:]
  /// First-level folders, with pictures or not.
  var folders: Set<[UInt8]> = []

  mutating func add(_ path: FilePath, stamp: [Int]) {
    if path.isHidden { return }
    if path.isPicture {
      entries.append(Entry(path: path, stamp: stamp))
    } else {
      others[path.suffix, default: 0] += 1
    }
  }

  mutating func sort() {
    entries.sort { FilePath.precedes($0.path, $1.path) }
    faults.sort { $0.name < $1.name }
  }
}

/// A file that is left out, or would be.
package struct BadImage: Hashable, Sendable, Codable {
  /// Below the folder or in the archive.
  package let name: String
  package let reason: String
}
