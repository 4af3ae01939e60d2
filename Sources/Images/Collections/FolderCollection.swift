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

/// Lists a folder; knows the folders it is in, so that a link back to one of them is seen.
private struct FolderWalk {
  struct Identity: Hashable {
    let device: UInt64
    let node: UInt64
  }

  let root: String
  var listing = Listing()
  private static let deepest = 64

  init(_ root: String) { self.root = root }

  mutating func visit(_ folder: FilePath, ancestors: [Identity]) throws(DatasetError) {
    let path = FolderCollection.rawPath(root, folder)
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw failure(folder, "look at") }
    let own = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
    if ancestors.contains(own) {
      listing.faults.append(
        BadImage(name: folder.text, reason: "a link back to a folder that it is in"))
      return
    }
    guard ancestors.count < Self.deepest else {
      listing.faults.append(
        BadImage(name: folder.text, reason: "more than \(Self.deepest) folders deep"))
      return
    }
    for (name, status) in try names(in: folder, path) {
      let place = folder.appending(name)
      if place.isHidden { continue }
      switch status.map({ $0.st_mode & S_IFMT }) {
      case S_IFDIR:
        if ancestors.isEmpty { listing.folders.insert(name) }
        try visit(place, ancestors: ancestors + [own])
      case S_IFREG:
        listing.add(place, stamp: status.map(FileBytes.stamp) ?? [])
      case nil:
        // A link to nowhere, or to itself: reading it says so.
        listing.add(place, stamp: [])
      default: listing.others[place.suffix, default: 0] += 1
      }
    }
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
