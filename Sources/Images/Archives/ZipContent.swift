/// What a member of a zip file holds.
enum ZipContent {
  /// All of it, if that is not more than `limit` and what its checksum says.
  static func bytes(
    _ member: ZipDirectory.Member, in file: MappedFile, limit: Int
  ) throws(ImageFault) -> [UInt8] {
    try store(member, in: file, limit: limit).array
  }

  /// The same, without a copy where it is stored as it is.
  static func store(
    _ member: ZipDirectory.Member, in file: MappedFile, limit: Int
  ) throws(ImageFault) -> PixelStore {
    let store = try unchecked(member, in: file, limit: limit)
    let sum = unsafe store.withUnsafeBytes { unsafe Int(Checksums.checksum($0)) }
    guard store.count == member.size, sum == member.checksum else {
      throw ImageFault(reason: "its content is not what its checksum says")
    }
    return store
  }

  private static func unchecked(
    _ member: ZipDirectory.Member, in file: MappedFile, limit: Int
  ) throws(ImageFault) -> PixelStore {
    guard member.flags & 1 == 0 else { throw ImageFault(reason: "it is encrypted") }
    guard member.size <= limit else {
      throw ImageFault(reason: "\(member.size) bytes, the limit is \(limit)")
    }
    let range = try packed(member, in: file)
    switch member.method {
    case 0: return PixelStore(file, range)
    case 8:
      do throws(GzipError) {
        return PixelStore(try InflateStream(file, range, .raw).read(member.size))
      } catch {
        throw ImageFault(reason: "deflated data are damaged: \(error.reason)")
      }
    default: throw ImageFault(reason: "packed by method \(member.method), not by deflate")
    }
  }

  /// Where the data of a member are: behind its own header.
  private static func packed(
    _ member: ZipDirectory.Member, in file: MappedFile
  ) throws(ImageFault) -> Range<Int> {
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
