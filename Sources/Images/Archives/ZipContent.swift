/// What a member of a zip file holds.
enum ZipContent {
  /// All of it, if that is not more than `limit` and what its checksum says.
  static func bytes(
    _ member: ZipDirectory.Member, in file: DataFile, limit: Int
  ) throws(ImageFault) -> [UInt8] {
    let store = try store(member, in: file, limit: limit)
    do throws(DatasetError) { return try store.array } catch {
      throw ImageFault(reason: error.summary)
    }
  }

  /// The same, without a copy where it is stored as it is.
  static func store(
    _ member: ZipDirectory.Member, in file: DataFile, limit: Int
  ) throws(ImageFault) -> PixelStore {
    let store = try unchecked(member, in: file, limit: limit)
    let sum: Int
    do throws(DatasetError) { sum = Int(try Checksums.checksum(store)) } catch {
      throw ImageFault(reason: error.summary)
    }
    guard store.count == member.size, sum == member.checksum else {
      throw ImageFault(reason: "its content is not what its checksum says")
    }
    return store
  }

  /// The first bytes, at most `count`; none where they cannot be had.
  static func head(_ member: ZipDirectory.Member, in file: DataFile, _ count: Int) -> [UInt8] {
    guard member.flags & 1 == 0, let range = try? packed(member, in: file) else { return [] }
    switch member.method {
    case 0: return (try? file.bytes(range.prefix(count))) ?? []
    case 8: return (try? InflateStream(file, range, .raw).read(min(count, member.size))) ?? []
    default: return []
    }
  }

  private static func unchecked(
    _ member: ZipDirectory.Member, in file: DataFile, limit: Int
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
    _ member: ZipDirectory.Member, in file: DataFile
  ) throws(ImageFault) -> Range<Int> {
    let damaged = ImageFault(reason: "its place in the archive holds something else")
    guard member.start + 30 <= file.count else { throw damaged }
    var reader: ByteReader
    do throws(DatasetError) {
      reader = ByteReader(try file.bytes(member.start..<(member.start + 30)))
    } catch {
      throw ImageFault(reason: error.summary)
    }
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
