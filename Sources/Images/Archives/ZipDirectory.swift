/// The list of contents at the end of a zip file.
struct ZipDirectory {
  struct Member: Sendable {
    let name: [UInt8]
    let flags: Int
    let method: Int
    let checksum: Int
    let packedSize: Int
    let size: Int
    /// Of its own header.
    let start: Int
    let isLink: Bool
  }

  private static let endWord = 0x0605_4b50
  private static let endSize = 22

  let members: [Member]

  init(_ file: MappedFile) throws(DatasetError) {
    var place = 0
    do throws(ByteReader.End) {
      let end = try Self.end(of: file)
      place = end.directory
      let size = end.limit - end.directory
      guard end.directory >= 0, size >= 0, end.limit <= file.count, end.count <= size / 46 else {
        throw ByteReader.End()
      }
      var reader = ByteReader(file.bytes(end.directory..<end.limit))
      var members: [Member] = []
      for _ in 0..<end.count {
        place = end.directory + reader.position
        members.append(try Self.member(&reader))
      }
      self.members = members
    } catch {
      throw .malformed(
        path: file.path, offset: place, expected: "the list of contents of a zip file",
        found: file.count < Self.endSize ? "\(file.count) bytes" : "something else, or its end",
        remedy: nil)
    }
    try checkOverlap(file)
  }

  /// Members in one another's place are how a small file becomes endless work.
  private func checkOverlap(_ file: MappedFile) throws(DatasetError) {
    var limit = 0
    for member in members.sorted(by: { $0.start < $1.start }) where member.packedSize > 0 {
      guard member.start >= limit else {
        throw .malformed(
          path: file.path, offset: member.start, expected: "files one after the other",
          found: "`\(String(decoding: member.name, as: UTF8.self))` in the place of another",
          remedy: nil)
      }
      limit = member.start + 30 + member.packedSize
    }
  }

  /// The last record that says it is one, before a comment of at most 64 kB.
  private static func end(
    of file: MappedFile
  ) throws(ByteReader.End) -> (directory: Int, limit: Int, count: Int) {
    let start = max(0, file.count - endSize - 65_535)
    let tail = file.bytes(start..<file.count)
    guard tail.count >= endSize else { throw ByteReader.End() }
    for place in stride(from: tail.count - endSize, through: 0, by: -1) {
      var reader = ByteReader(tail, at: place)
      guard try reader.little(4) == endWord else { continue }
      // In a comment the word means nothing.
      var length = ByteReader(tail, at: place + endSize - 2)
      guard try place + endSize + length.little(2) == tail.count else { continue }
      let disks = try (reader.little(2), reader.little(2))
      _ = try reader.little(2)
      let count = try reader.little(2)
      let size = try reader.little(4)
      let directory = try reader.little(4)
      if count == 0xffff || size == 0xffff_ffff || directory == 0xffff_ffff {
        if let large = try largeEnd(file, before: start + place) { return large }
      }
      guard disks == (0, 0) else { throw ByteReader.End() }
      return (directory, directory + size, count)
    }
    throw ByteReader.End()
  }

  /// The record of zip64, to which a locator points that stands before the common one.
  private static func largeEnd(
    _ file: MappedFile, before place: Int
  ) throws(ByteReader.End) -> (directory: Int, limit: Int, count: Int)? {
    guard place >= 20 else { return nil }
    var locator = ByteReader(file.bytes((place - 20)..<place))
    guard try locator.little(4) == 0x0706_4b50, try locator.little(4) == 0 else { return nil }
    let start = try locator.little(8)
    guard start <= file.count - 56 else { throw ByteReader.End() }
    var reader = ByteReader(file.bytes(start..<(start + 56)))
    guard try reader.little(4) == 0x0606_4b50 else { throw ByteReader.End() }
    _ = try reader.take(28)
    let count = try reader.count(limit: file.count)
    let size = try reader.count(limit: file.count)
    let directory = try reader.count(limit: file.count)
    return (directory, directory + size, count)
  }

  private static func member(_ reader: inout ByteReader) throws(ByteReader.End) -> Member {
    guard try reader.little(4) == 0x0201_4b50 else { throw ByteReader.End() }
    let madeBy = try reader.little(2) >> 8
    _ = try reader.little(2)
    let (flags, method) = try (reader.little(2), reader.little(2))
    _ = try reader.little(4)
    let checksum = try reader.little(4)
    var (packedSize, size) = try (reader.little(4), reader.little(4))
    let (nameSize, extraSize, commentSize) = try (
      reader.little(2), reader.little(2), reader.little(2)
    )
    _ = try reader.take(4)
    let attributes = try reader.little(4)
    var start = try reader.little(4)
    let name = Array(try reader.take(nameSize))
    var extra = ByteReader(Array(try reader.take(extraSize)))
    _ = try reader.take(commentSize)
    let isLarge = [packedSize, size, start].contains(0xffff_ffff)
    while isLarge, extra.position + 4 <= extraSize {
      let (kind, length) = try (extra.little(2), extra.little(2))
      guard kind == 1 else {
        _ = try extra.take(length)
        continue
      }
      if size == 0xffff_ffff { size = try extra.count(limit: 1 << 50) }
      if packedSize == 0xffff_ffff { packedSize = try extra.count(limit: 1 << 50) }
      if start == 0xffff_ffff { start = try extra.count(limit: 1 << 50) }
      break
    }
    let madeOnUnix = 3
    return Member(
      name: name, flags: flags, method: method, checksum: checksum, packedSize: packedSize,
      size: size, start: start,
      isLink: madeBy == madeOnUnix && attributes >> 16 & 0o170000 == 0o120000)
  }
}
