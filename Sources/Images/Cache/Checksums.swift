import CZlib
import Synchronization

/// The checksum of each image of a set that is read from a file, looked at once: when the image is
/// first used.
final class Checksums: Sendable {
  let path: String
  let values: [UInt32]
  private let checked: Mutex<[Bool]>

  init(path: String, values: [UInt32]) {
    (self.path, self.values) = (path, values)
    checked = Mutex([Bool](repeating: false, count: values.count))
  }

  /// - Throws: `.malformed` when the bytes of image `index` are not those that were written.
  func check(_ image: UnsafeRawBufferPointer, index: Int) throws(DatasetError) {
    if checked.withLock({ $0[index] }) { return }
    guard unsafe Self.checksum(image) == values[index] else {
      throw .malformed(
        path: path, offset: nil, expected: "image \(index) as it was decoded",
        found: "other bytes", remedy: "remove the file: it is made anew from the pictures")
    }
    checked.withLock { $0[index] = true }
  }

  /// Of what may be larger than memory.
  static func checksum(_ store: PixelStore) throws(DatasetError) -> UInt32 {
    var sum: UInt32 = 0
    let bytesAtOnce = 16 << 20
    for start in stride(from: 0, to: store.count, by: bytesAtOnce) {
      let range = start..<min(store.count, start + bytesAtOnce)
      sum = try unsafe store.withBytes(range) { (bytes) throws(DatasetError) in
        unsafe checksum(bytes, after: sum)
      }
    }
    return sum
  }

  /// - Parameter sum: that of the bytes before them.
  static func checksum(_ bytes: UnsafeRawBufferPointer, after sum: UInt32 = 0) -> UInt32 {
    unsafe UInt32(
      truncatingIfNeeded: crc32_z(
        UInt(sum), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
  }
}
