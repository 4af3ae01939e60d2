import Synchronization

/// The pictures in a tar, plain (each read where it lies) or gzipped (read from the beginning).
struct TarCollection: ImageCollection {
  let listing: Listing
  private let file: DataFile
  private let isGzipped: Bool
  /// Where the content of each entry is: its first byte in a plain tar, its number in a gzipped one.
  private let locations: [Location]

  private struct Location: Sendable {
    let start: Int
    let number: Int
    let size: Int
  }

  init(_ file: DataFile, isGzipped: Bool) throws(DatasetError) {
    (self.file, self.isGzipped) = (file, isGzipped)
    let found =
      isGzipped
      ? try Self.list(file, try GzipStream(file)) : try Self.list(file, PlainStream(file))
    (listing, locations) = found.finished()
  }

  private static func list<Stream: ByteStream>(
    _ file: DataFile, _ stream: Stream
  ) throws(DatasetError) -> ArchiveListing<Location> {
    var found = ArchiveListing<Location>(stamp: file.stamp)
    var reader = TarReader(path: file.path, stream)
    var number = 0
    while let member = try reader.next() {
      defer { number += 1 }
      guard member.isFile || member.isFolder else { continue }
      let location = Location(start: reader.contentStart, number: number, size: member.size)
      let head = member.isFile ? try reader.head(member, PictureKind.headSize) : []
      let isInside = found.add(
        member.name, isFolder: member.isFolder, stamp: [number, member.size], location
      ) { head }
      if !isInside { found.addFault(member.name, "a name that leads out of the archive") }
    }
    return found
  }

  func read(
    _ wanted: [Int], _ visit: @Sendable (Int, Result<[UInt8], ImageFault>) -> Bool
  ) throws(DatasetError) {
    if isGzipped { return try readInOrder(wanted, visit) }
    Concurrently.visit(wanted) { index in
      let location = locations[index]
      if let fault = Self.fault(location) { return visit(index, .failure(fault)) }
      let content = Result { () throws(DatasetError) in
        try file.bytes(location.start..<(location.start + location.size))
      }
      return visit(index, content.mapError { ImageFault(reason: $0.summary) })
    }
  }

  private static func fault(_ location: Location) -> ImageFault? {
    location.size <= PictureLimit.fileSize
      ? nil
      : ImageFault(reason: "\(location.size) bytes, the limit is \(PictureLimit.fileSize)")
  }

  /// A few members at a time are unpacked, then looked at by all cores.
  private func readInOrder(
    _ wanted: [Int], _ visit: @Sendable (Int, Result<[UInt8], ImageFault>) -> Bool
  ) throws(DatasetError) {
    var awaited = Dictionary(uniqueKeysWithValues: wanted.map { (locations[$0].number, $0) })
    var reader = TarReader(path: file.path, try GzipStream(file))
    var pieces: [(index: Int, bytes: [UInt8])] = []
    var size = 0
    var number = 0
    let isWanted = Mutex(true)
    func look() {
      let batch = pieces
      Concurrently.visit(Array(batch.indices)) { place in
        let goesOn = visit(batch[place].index, .success(batch[place].bytes))
        if !goesOn { isWanted.withLock { $0 = false } }
        return goesOn
      }
      (pieces, size) = ([], 0)
    }
    while !awaited.isEmpty, isWanted.withLock({ $0 }), let member = try reader.next() {
      if let index = awaited.removeValue(forKey: number) {
        if let fault = Self.fault(locations[index]) {
          if !visit(index, .failure(fault)) { return }
        } else {
          let bytes = try reader.content(member)
          pieces.append((index, bytes))
          size += bytes.count
          if pieces.count == 256 || size > 64 << 20 { look() }
        }
      }
      number += 1
    }
    look()
  }
}
