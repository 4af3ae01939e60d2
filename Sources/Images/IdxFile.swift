import Digests

/// A file in the IDX format of MNIST, plain or gzipped, with unsigned bytes in it: a magic number, the
/// dimensions as big-endian 32-bit numbers, and the elements, last dimension fastest.
struct IdxFile: Equatable {
  let dimensions: [Int]
  let elements: [UInt8]

  /// Images have three dimensions (count, height, width), labels have one.
  init(path: String, bytes: [UInt8], rank: Int) throws(DatasetError) {
    let headerSize = 4 + 4 * rank
    let zipped = Gzip.isGzip(bytes)
    let head = zipped ? try Self.gunzip(path, bytes, atMost: headerSize) : bytes
    dimensions = try Self.dimensions(path, head: head, rank: rank)
    let expected = headerSize + dimensions.reduce(1, *)

    var content = bytes
    if zipped {
      do { content = try Gzip.content(of: bytes, limit: expected) } catch {
        throw .malformed(
          path: path, offset: error.offset,
          expected: "gzip of the \(expected) bytes that \(Self.text(dimensions)) take",
          found: error.reason, remedy: nil)
      }
    }
    guard content.count == expected else {
      throw .malformed(
        path: path, offset: min(content.count, expected),
        expected: "\(expected) bytes, as its header says (\(Self.text(dimensions)))",
        found: "\(content.count) bytes", remedy: nil)
    }
    content.removeSubrange(..<headerSize)
    elements = content
  }

  /// The MD5, in hex, of the uncompressed file: what publishers of IDX files state.
  var md5: String {
    md5Hexadecimal(Self.header(dimensions), elements)
  }

  /// The file that has these elements, uncompressed.
  static func encode(dimensions: [Int], elements: [UInt8]) -> [UInt8] {
    header(dimensions) + elements
  }

  private static let unsignedBytes: UInt8 = 0x08

  private static func header(_ dimensions: [Int]) -> [UInt8] {
    [0, 0, unsignedBytes, UInt8(dimensions.count)]
      + dimensions.flatMap { size in
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
      }
  }

  private static func text(_ dimensions: [Int]) -> String {
    dimensions.map(String.init).joined(separator: "×")
  }

  private static func gunzip(
    _ path: String, _ bytes: [UInt8], atMost count: Int
  ) throws(DatasetError) -> [UInt8] {
    do { return try Gzip.prefix(of: bytes, count: count) } catch {
      throw .malformed(
        path: path, offset: error.offset, expected: "a whole gzip file", found: error.reason,
        remedy: nil)
    }
  }

  private static func dimensions(
    _ path: String, head: [UInt8], rank: Int
  ) throws(DatasetError) -> [Int] {
    let what = rank == 3 ? "images (magic 00000803)" : "labels (magic 0000080\(rank))"
    guard head.count >= 4, head[0] == 0, head[1] == 0, head[2] == unsignedBytes,
      Int(head[3]) == rank
    else {
      let found = head.isEmpty ? "an empty file" : "the bytes " + hexadecimal(head.prefix(4))
      throw .malformed(
        path: path, offset: 0, expected: "an IDX file of \(what)", found: found, remedy: nil)
    }
    guard head.count >= 4 + 4 * rank else {
      throw .malformed(
        path: path, offset: head.count, expected: "an IDX header of \(4 + 4 * rank) bytes",
        found: "\(head.count) bytes", remedy: nil)
    }
    let sizes = (0..<rank).map { dimension in
      head[(4 + 4 * dimension)..<(8 + 4 * dimension)].reduce(0) { $0 << 8 | Int($1) }
    }
    for (dimension, size) in sizes.enumerated() where size == 0 {
      throw .malformed(
        path: path, offset: 4 + 4 * dimension, expected: "at least one image, of one pixel or more",
        found: "the dimensions \(text(sizes))", remedy: nil)
    }
    // Three numbers below 2³² can overflow 64 bits, so the limit is checked on the way.
    var total = 1
    for size in sizes {
      guard size <= FileBytes.sizeLimit / total else {
        throw .malformed(
          path: path, offset: 4, expected: "at most \(FileBytes.sizeLimit) bytes of elements",
          found: "the dimensions \(text(sizes))", remedy: nil)
      }
      total *= size
    }
    return sizes
  }
}
