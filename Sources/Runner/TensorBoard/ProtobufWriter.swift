import RunFormat

/// The wire format of protocol buffers, as far as the few messages of TensorBoard's event files need
/// it (<https://protobuf.dev/programming-guides/encoding/>).
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// An integer, an enum or a flag. Zero is what a reader assumes of a field that is not there.
  mutating func integer(_ field: Int, _ value: Int) {
    guard value != 0 else { return }
    key(field, wireType: 0)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// One of several fields, of which only one is there: so it is written whatever it says.
  mutating func flag(_ field: Int, _ value: Bool) {
    key(field, wireType: 0)
    varint(value ? 1 : 0)
  }

  mutating func double(_ field: Int, _ value: Double) {
    key(field, wireType: 1)
    fixed(value.bitPattern)
  }

  mutating func float(_ field: Int, _ value: Float) {
    key(field, wireType: 5)
    fixed(value.bitPattern)
  }

  mutating func text(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }

  mutating func data(_ field: Int, _ value: [UInt8]) {
    key(field, wireType: 2)
    varint(UInt64(value.count))
    bytes += value
  }

  /// `repeated double`, packed.
  mutating func doubles(_ field: Int, _ values: [Double]) {
    key(field, wireType: 2)
    varint(UInt64(values.count * 8))
    for value in values { fixed(value.bitPattern) }
  }

  mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    write(&inner)
    data(field, inner.bytes)
  }

  private mutating func key(_ field: Int, wireType: UInt64) {
    varint(UInt64(field) << 3 | wireType)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func fixed(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
