/// The frames of a TFRecord file: length, its checksum, content, its checksum
/// (<https://www.tensorflow.org/tutorials/load_data/tfrecord>).
enum EventFraming {
  static func frame(_ content: [UInt8]) -> [UInt8] {
    var frame: [UInt8] = []
    frame.reserveCapacity(content.count + 16)
    withUnsafeBytes(of: UInt64(content.count).littleEndian) { frame += $0 }
    frame += littleEndian(maskedChecksum(frame[...]))
    frame += content
    frame += littleEndian(maskedChecksum(content[...]))
    return frame
  }

  /// The contents of the whole frames at the beginning of a file, and how many bytes they take. What is
  /// torn or damaged ends the reading.
  static func contents(of file: [UInt8]) -> (frames: [ArraySlice<UInt8>], byteCount: Int) {
    var frames: [ArraySlice<UInt8>] = []
    var start = 0
    while file.count - start >= 16 {
      let length = file[start..<(start + 8)]
      guard checksum(in: file, at: start + 8) == maskedChecksum(length),
        let count = Int(exactly: number(length)), count <= file.count - start - 16
      else { break }
      let content = file[(start + 12)..<(start + 12 + count)]
      guard checksum(in: file, at: start + 12 + count) == maskedChecksum(content) else { break }
      frames.append(content)
      start += 16 + count
    }
    return (frames, start)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func checksum(in file: [UInt8], at place: Int) -> UInt32 {
    UInt32(number(file[place..<(place + 4)]))
  }

  private static func littleEndian(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// Turned and shifted, so that a checksum of data that hold checksums is a good one still.
  static func maskedChecksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    let plain = checksum(bytes)
    return (plain >> 15 | plain << 17) &+ 0xA282_EAD8
  }

  /// CRC-32C (Castagnoli et al. 1993), the lowest bit first.
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var rest = UInt32.max
    bytes.withUnsafeBufferPointer { buffer in
      table.withUnsafeBufferPointer { table in
        for byte in buffer { rest = rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
      }
    }
    return ~rest
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0x82F6_3B78 : 0) }
  }
}
