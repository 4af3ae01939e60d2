/// The pictures in a zip file, each read where it lies: stored or deflated, with the extension for large
/// files (zip64).
struct ZipCollection: ImageCollection {
  let listing: Listing
  private let file: MappedFile
  private let locations: [ZipDirectory.Member]

  init(_ file: MappedFile) throws(DatasetError) {
    self.file = file
    var found = ArchiveListing<ZipDirectory.Member>(stamp: file.stamp)
    for member in try ZipDirectory(file).members where !member.isLink {
      let isInside = found.add(
        member.name, isFolder: member.name.last == UInt8(ascii: "/"),
        stamp: [member.start, member.packedSize, member.checksum], member)
      if !isInside { found.addFault(member.name, "a name that leads out of the archive") }
    }
    (listing, locations) = found.finished()
  }

  func read(
    _ wanted: [Int], _ visit: @Sendable (Int, Result<[UInt8], ImageFault>) -> Bool
  ) throws(DatasetError) {
    Concurrently.visit(wanted) { index in
      visit(index, Result { () throws(ImageFault) in try content(locations[index]) })
    }
  }

  private func content(_ member: ZipDirectory.Member) throws(ImageFault) -> [UInt8] {
    guard member.flags & 1 == 0 else { throw ImageFault(reason: "it is encrypted") }
    guard member.size <= PictureLimit.fileSize else {
      throw ImageFault(
        reason: "\(member.size) bytes, the limit is \(PictureLimit.fileSize)")
    }
    let range = try packed(member)
    let bytes: [UInt8]
    switch member.method {
    case 0:
      guard member.packedSize == member.size else {
        throw ImageFault(reason: "stored in \(member.packedSize) bytes, \(member.size) stated")
      }
      bytes = file.bytes(range)
    case 8:
      do throws(GzipError) {
        bytes = try InflateStream(file, range, .raw).read(member.size)
      } catch {
        throw ImageFault(reason: "deflated data are damaged: \(error.reason)")
      }
    default: throw ImageFault(reason: "packed by method \(member.method), not by deflate")
    }
    let sum = unsafe bytes.withUnsafeBytes { unsafe Int(Checksums.checksum($0)) }
    guard bytes.count == member.size, sum == member.checksum else {
      throw ImageFault(reason: "its content is not what its checksum says")
    }
    return bytes
  }

  /// Where the data of a member are: behind its own header.
  private func packed(_ member: ZipDirectory.Member) throws(ImageFault) -> Range<Int> {
    let damaged = ImageFault(reason: "its place in the archive holds something else")
    guard member.start + 30 <= file.count else { throw damaged }
    var reader = ByteReader(file.bytes(member.start..<(member.start + 30)))
    do throws(ByteReader.End) {
      guard try reader.little(4) == 0x0403_4b50 else { throw ByteReader.End() }
      _ = try reader.take(22)
      let start = try member.start + 30 + reader.little(2) + reader.little(2)
      guard start <= file.count, member.packedSize <= file.count - start else {
        throw ByteReader.End()
      }
      return start..<(start + member.packedSize)
    } catch {
      throw damaged
    }
  }
}
