/// Gathers what an archive says it holds.
///
/// A name that comes twice means the later file, and folders that all pictures lie in are passed over.
struct ArchiveListing<Location> {
  private var files: [FilePath: (stamp: [Int], location: Location)] = [:]
  private var folders: Set<FilePath> = []
  private var listing: Listing

  init(stamp: [Int]) { listing = Listing(stamp: stamp) }

  /// - Parameter head: the first bytes of a file whose name does not say that it is a picture.
  /// - Returns: false for a name that leads out of the archive.
  mutating func add(
    _ name: [UInt8], isFolder: Bool, stamp: [Int], _ location: Location, head: () -> [UInt8]
  ) -> Bool {
    guard let path = FilePath(archived: name) else { return false }
    if path.isHidden || path.components.isEmpty { return true }
    if isFolder {
      folders.insert(path)
    } else if listing.takes(path, head) {
      files[path] = (stamp, location)
    }
    return true
  }

  mutating func addFault(_ name: [UInt8], _ reason: String) {
    listing.faults.append(BadImage(name: String(decoding: name, as: UTF8.self), reason: reason))
  }

  /// The pictures in their order, each with its place in the archive.
  func finished() -> (listing: Listing, locations: [Location]) {
    var listing = listing
    let shared = sharedDepth
    var found = files.map { path, file in
      (path: FilePath(Array(path.components.dropFirst(shared))), file: file)
    }
    found.sort { FilePath.precedes($0.path, $1.path) }
    listing.entries = found.map { Listing.Entry(path: $0.path, stamp: $0.file.stamp) }
    let inside = folders.map(\.components).filter { $0.count > shared }.map { $0[shared] }
    let used = found.map(\.path.components).filter { $0.count > 1 }.map { $0[0] }
    listing.folders = Set(inside + used)
    listing.faults.sort { $0.name < $1.name }
    return (listing, found.map(\.file.location))
  }

  /// How many folders, from the root, all pictures have in common.
  private var sharedDepth: Int {
    guard let first = files.keys.first?.components.dropLast() else { return 0 }
    var depth = first.count
    for path in files.keys {
      let folder = path.components.dropLast()
      depth = min(depth, zip(first, folder).prefix { $0 == $1 }.count)
    }
    return depth
  }
}
