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
  /// Files that are not read.
  var unread = UnreadFiles()
  /// First-level folders, with pictures or not.
  var folders: Set<[UInt8]> = []

  /// - Parameter head: the first bytes of a file whose name does not say that it is a picture.
  mutating func add(_ path: FilePath, stamp: [Int], head: () -> [UInt8]) {
    if path.isHidden { return }
    if takes(path, head) { entries.append(Entry(path: path, stamp: stamp)) }
  }

  /// Whether a file is a picture to be read, by its name or by its content; one that is not is counted.
  mutating func takes(_ path: FilePath, _ head: () -> [UInt8]) -> Bool {
    if path.isNamedPicture { return true }
    let kind = PictureKind(head())
    if let kind, kind.isRead, !path.isLeftover { return true }
    unread.add(suffix: path.suffix, kind)
    return false
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

  package init(name: String, reason: String) { (self.name, self.reason) = (name, reason) }
}
