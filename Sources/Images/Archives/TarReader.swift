import Digests

/// Bytes that come one after the other, from a file or out of gzip.
protocol ByteStream {
  var position: Int { get }
  /// The next bytes, fewer at the end.
  mutating func read(_ count: Int) throws(DatasetError) -> [UInt8]
  mutating func skip(_ count: Int) throws(DatasetError)
}

struct PlainStream: ByteStream {
  let file: DataFile
  private(set) var position = 0

  init(_ file: DataFile) { self.file = file }

  mutating func read(_ count: Int) throws(DatasetError) -> [UInt8] {
    let end = position + min(file.count - position, max(0, count))
    defer { position = end }
    return try file.bytes(position..<end)
  }

  mutating func skip(_ count: Int) { position += min(file.count - position, max(0, count)) }
}

struct GzipStream: ByteStream {
  let file: DataFile
  private let stream: InflateStream
  private(set) var position = 0

  init(_ file: DataFile) throws(DatasetError) {
    self.file = file
    do throws(GzipError) { stream = try InflateStream(file, 0..<file.count, .gzip) } catch {
      throw .malformed(
        path: file.path, offset: error.offset, expected: "a whole gzip file", found: error.reason,
        remedy: nil)
    }
  }

  mutating func read(_ count: Int) throws(DatasetError) -> [UInt8] {
    do throws(GzipError) {
      let bytes = try stream.read(count)
      position += bytes.count
      return bytes
    } catch {
      throw .malformed(
        path: file.path, offset: error.offset, expected: "a whole gzip file", found: error.reason,
        remedy: nil)
    }
  }

  mutating func skip(_ count: Int) throws(DatasetError) {
    var left = count
    while left > 0 {
      let piece = try read(min(left, 1 << 20))
      if piece.isEmpty { return }
      left -= piece.count
    }
  }
}

/// Goes through a tar file: ustar, with the long names and sizes of GNU and of POSIX (pax).
struct TarReader<Stream: ByteStream> {
  struct Member {
    let name: [UInt8]
    let size: Int
    let isFile: Bool
    let isFolder: Bool
  }

  private static var block: Int { 512 }
  /// A name or a set of attributes is not longer.
  private static var longestText: Int { 1 << 20 }

  let path: String
  private(set) var stream: Stream
  /// Of the present member's content, with its padding.
  private var left = 0

  init(path: String, _ stream: Stream) { (self.path, self.stream) = (path, stream) }

  /// The next member; nil at the end.
  mutating func next() throws(DatasetError) -> Member? {
    try skipRest()
    var longName: [UInt8]?
    var longSize: Int?
    while true {
      let header = try stream.read(Self.block)
      if header.count == Self.block, header.allSatisfy({ $0 == 0 }) { return nil }
      try check(header)
      let stated = try number(header[124..<136], "a size")
      let size = longSize ?? stated
      left = size + (Self.block - size % Self.block) % Self.block
      switch header[156] {
      case UInt8(ascii: "L"):
        longName = Array(try text(size).prefix { $0 != 0 })
      case UInt8(ascii: "x"):
        let attributes = Self.attributes(try text(size))
        longName = attributes["path"] ?? longName
        if let size = attributes["size"] {
          guard let value = Int(String(decoding: size, as: UTF8.self)), value >= 0,
            value < 1 << 50
          else { throw malformed("a size in digits", String(decoding: size, as: UTF8.self)) }
          longSize = value
        }
      case UInt8(ascii: "g"), UInt8(ascii: "K"): try skipRest()
      case let kind:
        return Member(
          name: longName ?? Self.name(header), size: size,
          isFile: kind == UInt8(ascii: "0") || kind == 0 || kind == UInt8(ascii: "7"),
          isFolder: kind == UInt8(ascii: "5"))
      }
    }
  }

  /// The first bytes of the member that `next` has just given, at most `count`; its content can then no
  /// longer be read.
  mutating func head(_ member: Member, _ count: Int) throws(DatasetError) -> [UInt8] {
    let bytes = try stream.read(min(count, member.size))
    left -= bytes.count
    return bytes
  }

  /// The content of the member that `next` has just given.
  mutating func content(_ member: Member) throws(DatasetError) -> [UInt8] {
    let bytes = try stream.read(member.size)
    guard bytes.count == member.size else {
      throw malformed("\(member.size) bytes of content", "the end of the file")
    }
    left -= bytes.count
    return bytes
  }

  /// Where that content begins.
  var contentStart: Int { stream.position }

  private mutating func skipRest() throws(DatasetError) {
    let start = stream.position
    try stream.skip(left)
    guard stream.position - start == left else {
      throw malformed("\(left) more bytes of a member", "the end of the file")
    }
    left = 0
  }

  private mutating func text(_ size: Int) throws(DatasetError) -> [UInt8] {
    guard size <= Self.longestText else {
      throw malformed("a name of at most \(Self.longestText) bytes", "\(size) bytes")
    }
    let bytes = try stream.read(size)
    guard bytes.count == size else { throw malformed("a name", "the end of the file") }
    left -= size
    try skipRest()
    return bytes
  }

  private func check(_ header: [UInt8]) throws(DatasetError) {
    guard header.count == Self.block else {
      throw malformed("a header, or the block of zeros at its end", "the end of the file")
    }
    let stated = try number(header[148..<156], "a checksum")
    let sum = header.indices.reduce(0) {
      $0 + ((148..<156).contains($1) ? 32 : Int(header[$1]))
    }
    guard stated == sum else { throw malformed("a tar header with the sum \(stated)", "\(sum)") }
  }

  /// Octal digits, or, for large numbers, bytes after a first one with its highest bit set.
  private func number(_ field: ArraySlice<UInt8>, _ what: String) throws(DatasetError) -> Int {
    var value = 0
    if let first = field.first, first & 0x80 != 0 {
      for (place, byte) in field.enumerated() {
        guard value < 1 << 42 else { throw malformed(what, "a number too large") }
        value = value << 8 | Int(place == 0 ? byte & 0x7f : byte)
      }
      return value
    }
    let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != 0x20 }
    for digit in digits {
      guard (0x30...0x37).contains(digit) else {
        throw malformed("\(what) in octal digits", "the bytes \(hexadecimal(field))")
      }
      value = value << 3 | Int(digit - 0x30)
    }
    return value
  }

  private static func name(_ header: [UInt8]) -> [UInt8] {
    let name = Array(header[0..<100].prefix { $0 != 0 })
    guard header[257..<262].elementsEqual("ustar".utf8), header[262] == 0 else { return name }
    let prefix = Array(header[345..<500].prefix { $0 != 0 })
    return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
  }

  /// `length key=value\n`, again and again.
  private static func attributes(_ bytes: [UInt8]) -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    var position = 0
    while position < bytes.count {
      let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
      guard digits.count < 8, let length = Int(String(decoding: digits, as: UTF8.self)),
        length > digits.count + 1, position + length <= bytes.count
      else { return found }
      let record = bytes[(position + digits.count + 1)..<(position + length - 1)]
      if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
        found[String(decoding: record[..<equals], as: UTF8.self)] = Array(record[(equals + 1)...])
      }
      position += length
    }
    return found
  }

  private func malformed(_ expected: String, _ found: String) -> DatasetError {
    .malformed(
      path: path, offset: stream.position, expected: "a tar file: \(expected)", found: found,
      remedy: nil)
  }
}
