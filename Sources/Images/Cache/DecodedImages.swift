import CLibrary
import Synchronization

/// Decoded pictures on their way into a data set, written from many threads, each at its place: in
/// memory, or in a file that `DecodedCache` is about to publish, behind the page of its header.
final class DecodedImages: Sendable {
  /// A file open for reading and writing.
  struct File: Sendable {
    let path: String
    let descriptor: Int32
  }

  static let headerSize = 4096

  let imageSize: Int
  private let file: File?
  /// Where there is no file.
  private let memory: PixelMemory?
  private let sums: Mutex<[UInt32]>

  init(count: Int, imageSize: Int, file: File?) throws(DatasetError) {
    (self.imageSize, self.file) = (imageSize, file)
    sums = Mutex([UInt32](repeating: 0, count: count))
    memory = file == nil ? try PixelMemory(count: count * imageSize) : nil
  }

  /// Puts an image at `place`, below `count`.
  func write(_ pixels: [UInt8], at place: Int) throws(DatasetError) {
    precondition(pixels.count == imageSize)
    if let memory {
      memory.write(pixels, at: place * imageSize)
    } else if let file {
      let sum = unsafe pixels.withUnsafeBytes { unsafe Checksums.checksum($0) }
      sums.withLock { $0[place] = sum }
      try file.write(pixels, at: Self.headerSize + place * imageSize)
    }
  }

  /// Moves the images `places`, which ascend, together; the others are gone.
  func keep(_ places: [Int]) throws(DatasetError) {
    for (target, place) in places.enumerated() where target != place {
      if let memory {
        memory.move(from: place * imageSize, to: target * imageSize, size: imageSize)
      } else if let file {
        let image = try file.read(imageSize, at: Self.headerSize + place * imageSize)
        try file.write(image, at: Self.headerSize + target * imageSize)
      }
    }
    sums.withLock { sums in sums = places.map { sums[$0] } }
  }

  var checksums: [UInt32] { sums.withLock { $0 } }

  /// The first `count` images, where they are in memory; no more is written.
  func store(count: Int) -> PixelStore {
    memory.map { PixelStore($0, 0..<(count * imageSize)) } ?? PixelStore([])
  }
}

extension DecodedImages.File {
  func write(_ bytes: [UInt8], at offset: Int) throws(DatasetError) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(
          descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
          off_t(offset + done))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FileBytes.failure(path, "write") }
      done += count
    }
  }

  func read(_ size: Int, at offset: Int) throws(DatasetError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size)
    var done = 0
    while done < size {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(
          descriptor, buffer.baseAddress?.advanced(by: done), size - done, off_t(offset + done))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FileBytes.failure(path, "read") }
      done += count
    }
    return bytes
  }
}
