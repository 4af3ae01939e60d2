/// Reads numbers and texts from bytes, never beyond their end.
struct ByteReader {
  struct End: Error {}

  private let bytes: [UInt8]
  private(set) var position: Int

  init(_ bytes: [UInt8], at position: Int = 0) { (self.bytes, self.position) = (bytes, position) }

  /// The least significant byte first.
  mutating func little(_ size: Int) throws(End) -> Int {
    let digits = try take(size)
    guard size < 8 || digits.last.map({ $0 < 0x80 }) == true else { throw End() }
    return digits.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func take(_ count: Int) throws(End) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count - position else { throw End() }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  /// A text after its length.
  mutating func text() throws(End) -> String {
    String(decoding: try take(try little(4)), as: UTF8.self)
  }

  mutating func count(limit: Int) throws(End) -> Int {
    let count = try little(8)
    guard count <= limit else { throw End() }
    return count
  }
}

/// The other direction.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func little(_ value: Int, _ size: Int) {
    for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * place))) }
  }

  mutating func text(_ text: String) {
    little(text.utf8.count, 4)
    bytes += text.utf8
  }

  mutating func append(_ more: some Sequence<UInt8>) { bytes += more }
}
