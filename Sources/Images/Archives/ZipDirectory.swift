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
  /// Of the list; with the shortest entries these are 20 million files.
  private static let sizeLimit = 1 << 30

  let members: [Member]

  init(_ file: DataFile) throws(DatasetError) {
    let end = try Self.end(of: file)
    let size = end.limit - end.directory
    guard end.directory >= 0, (0...Self.sizeLimit).contains(size), end.limit <= file.count,
      end.count <= size / 46
    else {
      throw Self.malformed(file, end.directory)
    }
    var reader = ByteReader(try file.bytes(end.directory..<end.limit))
    var members: [Member] = []
    for _ in 0..<end.count {
      members.append(
        try Self.parsed(file, end.directory + reader.position) { () throws(ByteReader.End) in
          try Self.member(&reader)
        })
    }
    self.members = members
    try checkOverlap(file)
  }

  private static func parsed<Part>(
    _ file: DataFile, _ place: Int, _ read: () throws(ByteReader.End) -> Part
  ) throws(DatasetError) -> Part {
    do throws(ByteReader.End) { return try read() } catch { throw malformed(file, place) }
  }

  private static func malformed(_ file: DataFile, _ place: Int) -> DatasetError {
    .malformed(
      path: file.path, offset: place, expected: "the list of contents of a zip file",
      found: file.count < endSize ? "\(file.count) bytes" : "something else, or its end",
      remedy: nil)
  }

  /// Members in one another's place are how a small file becomes endless work.
  private func checkOverlap(_ file: DataFile) throws(DatasetError) {
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

  private typealias Place = (directory: Int, limit: Int, count: Int)

  private static func end(of file: DataFile) throws(DatasetError) -> Place {
    let start = max(0, file.count - endSize - 65_535)
    let tail = try file.bytes(start..<file.count)
    let (place, found, disks) = try parsed(file, 0) { () throws(ByteReader.End) in
      try smallEnd(tail)
    }
    if found.count == 0xffff || found.limit - found.directory == 0xffff_ffff
      || found.directory == 0xffff_ffff
    {
      if let large = try largeEnd(file, before: start + place) { return large }
    }
    guard disks == (0, 0) else { throw malformed(file, 0) }
    return found
  }

  /// The last record that says it is one, before a comment of at most 64 kB, and where it stands.
  private static func smallEnd(
    _ tail: [UInt8]
  ) throws(ByteReader.End) -> (place: Int, Place, disks: (Int, Int)) {
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
      return (place, (directory, directory + size, count), disks)
    }
    throw ByteReader.End()
  }

  /// The record of zip64, to which a locator points that stands before the common one.
  private static func largeEnd(
    _ file: DataFile, before place: Int
  ) throws(DatasetError) -> Place? {
    guard place >= 20 else { return nil }
    let locator = try file.bytes((place - 20)..<place)
    let start = try parsed(file, place - 20) { () throws(ByteReader.End) -> Int? in
      var reader = ByteReader(locator)
      guard try reader.little(4) == 0x0706_4b50, try reader.little(4) == 0 else { return nil }
      return try reader.little(8)
    }
    guard let start else { return nil }
    guard start <= file.count - 56 else { throw malformed(file, place - 20) }
    let record = try file.bytes(start..<(start + 56))
    return try parsed(file, start) { () throws(ByteReader.End) in
      var reader = ByteReader(record)
      guard try reader.little(4) == 0x0606_4b50 else { throw ByteReader.End() }
      _ = try reader.take(28)
      let count = try reader.count(limit: file.count)
      let size = try reader.count(limit: file.count)
      let directory = try reader.count(limit: file.count)
      return (directory, directory + size, count)
    }
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
