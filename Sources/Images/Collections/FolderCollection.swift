import CLibrary

/// The pictures in a folder and the folders in it, links followed.
struct FolderCollection: ImageCollection {
  let root: String
  let listing: Listing

  init(_ root: String) throws(DatasetError) {
    self.root = root
    var walk = FolderWalk(root)
    try walk.visit(FilePath(), ancestors: [])
    walk.listing.sort()
    listing = walk.listing
  }

  func read(
    _ wanted: [Int], _ visit: @Sendable (Int, Result<[UInt8], ImageFault>) -> Bool
  ) throws(DatasetError) {
    Concurrently.visit(wanted) { index in
      visit(index, Result { () throws(ImageFault) in try bytes(of: listing.entries[index].path) })
    }
  }

  private func bytes(of path: FilePath) throws(ImageFault) -> [UInt8] {
    let found: [UInt8]?
    do throws(DatasetError) {
      found = try FileBytes.readIfPresent(
        rawPath: Self.rawPath(root, path), limit: PictureLimit.fileSize)
    } catch {
      guard case .system(_, let action, let reason) = error else {
        throw ImageFault(reason: error.summary)
      }
      throw ImageFault(reason: "cannot \(action) it: \(reason)")
    }
    guard let found else { throw ImageFault(reason: "a link to a file that is not there") }
    return found
  }

  /// With a zero at its end, for the system.
  static func rawPath(_ root: String, _ path: FilePath) -> [CChar] {
    (Array(root.utf8) + [UInt8(ascii: "/")] + path.bytes).map { CChar(bitPattern: $0) } + [0]
  }
}

/// Lists a folder. Each folder is visited once, however many links lead to it: links that fan out are a
/// billion ways to one picture.
private struct FolderWalk {
  struct Identity: Hashable {
    let device: UInt64
    let node: UInt64
  }

  let root: String
  var listing = Listing()
  private var visited: [Identity: FilePath] = [:]
  private static let deepest = 64

  init(_ root: String) { self.root = root }

  mutating func visit(_ folder: FilePath, ancestors: [Identity]) throws(DatasetError) {
    let path = FolderCollection.rawPath(root, folder)
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw failure(folder, "look at") }
    let own = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    if ancestors.contains(own) {
      return refuse(folder, "a link back to a folder that it is in")
    }
    if let earlier = visited[own] {
      return refuse(folder, "the same folder as \(earlier.text), which is read once")
    }
    guard ancestors.count < Self.deepest else {
      return refuse(folder, "more than \(Self.deepest) folders deep")
    }
    visited[own] = folder
    // What is found first does not depend on the order that the system lists them in.
    let found = try names(in: folder, path).sorted { $0.name.lexicographicallyPrecedes($1.name) }
    for (name, status) in found {
      let place = folder.appending(name)
      if place.isHidden { continue }
      switch status.map({ $0.st_mode & S_IFMT }) {
      case S_IFDIR:
        if ancestors.isEmpty { listing.folders.insert(name) }
        try visit(place, ancestors: ancestors + [own])
      case S_IFREG:
        listing.add(place, stamp: status.map(FileBytes.stamp) ?? []) {
          FileBytes.head(rawPath: FolderCollection.rawPath(root, place), PictureKind.headSize)
        }
      case nil:
        // A link to nowhere, or to itself: reading it says so.
        listing.add(place, stamp: []) { [] }
      default: listing.unread.add(suffix: place.suffix, nil)
      }
    }
  }

  private mutating func refuse(_ folder: FilePath, _ reason: String) {
    listing.faults.append(BadImage(name: folder.text, reason: reason))
  }

  private func names(
    in folder: FilePath, _ path: [CChar]
  ) throws(DatasetError) -> [(name: [UInt8], status: stat?)] {
    guard let directory = unsafe opendir(path) else { throw failure(folder, "open the folder") }
    defer { unsafe closedir(directory) }
    var found: [(name: [UInt8], status: stat?)] = []
    errno = 0
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: UInt8.self, capacity: 256) { start in
          var length = 0
          while unsafe start[length] != 0 { length += 1 }
          return unsafe Array(UnsafeBufferPointer(start: start, count: length))
        }
      }
      if name == [UInt8(ascii: ".")] || name == Array("..".utf8) { continue }
      var status = stat()
      let isThere = unsafe stat(FolderCollection.rawPath(root, folder.appending(name)), &status)
      found.append((name, isThere == 0 ? status : nil))
      errno = 0
    }
    guard errno == 0 else { throw failure(folder, "list the folder") }
    return found
  }

  private func failure(_ folder: FilePath, _ action: String) -> DatasetError {
    FileBytes.failure(folder.components.isEmpty ? root : "\(root)/\(folder.text)", action)
  }
}
