/// The pictures in a zip file, each read where it lies: stored or deflated, with the extension for large
/// files (zip64).
struct ZipCollection: ImageCollection {
  let listing: Listing
  private let file: DataFile
  private let locations: [ZipDirectory.Member]

  init(_ file: DataFile) throws(DatasetError) {
    self.file = file
    var found = ArchiveListing<ZipDirectory.Member>(stamp: file.stamp)
    for member in try ZipDirectory(file).members where !member.isLink {
      let isInside = found.add(
        member.name, isFolder: member.name.last == UInt8(ascii: "/"),
        stamp: [member.start, member.packedSize, member.checksum], member
      ) { ZipContent.head(member, in: file, PictureKind.headSize) }
      if !isInside { found.addFault(member.name, "a name that leads out of the archive") }
    }
    (listing, locations) = found.finished()
  }

  func read(
    _ wanted: [Int], _ visit: @Sendable (Int, Result<[UInt8], ImageFault>) -> Bool
  ) throws(DatasetError) {
    Concurrently.visit(wanted) { index in
      visit(
        index,
        Result { () throws(ImageFault) in
          try ZipContent.bytes(locations[index], in: file, limit: PictureLimit.fileSize)
        })
    }
  }
}
