import CLibrary
import Synchronization

/// Decoded pictures on their way into a data set, written from many threads, each at its place: in
/// memory, or in a file that `DecodedCache` is about to publish, behind the page of its header.
@safe final class DecodedImages: Sendable {
  /// A file open for reading and writing.
  struct File: Sendable {
    let path: String
    let descriptor: Int32
  }

  static let headerSize = 4096

  let imageSize: Int
  private let room: Int
  private let file: File?
  /// Where there is no file.
  nonisolated(unsafe) private let memory: UnsafeMutableRawPointer?
  private let state: Mutex<State>

  private struct State {
    var checksums: [UInt32]
    var isHandedOver = false
  }

  init(count: Int, imageSize: Int, file: File?) throws(DatasetError) {
    (self.imageSize, self.file, room) = (imageSize, file, count * imageSize)
    state = Mutex(State(checksums: [UInt32](repeating: 0, count: count)))
    if file != nil || room == 0 {
      unsafe memory = nil
      return
    }
    let mapped = unsafe mmap(
      nil, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw FileBytes.failure("memory", "get \(room) bytes for the pictures")
    }
    unsafe memory = mapped
  }

  deinit {
    if let memory = unsafe memory, !state.withLock({ $0.isHandedOver }) {
      unsafe munmap(memory, room)
    }
  }

  /// Puts an image at `place`, below `count`.
  func write(_ pixels: [UInt8], at place: Int) throws(DatasetError) {
    precondition(pixels.count == imageSize)
    if let memory = unsafe memory {
      unsafe pixels.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        unsafe (memory + place * imageSize).copyMemory(from: base, byteCount: bytes.count)
      }
    } else if let file {
      let sum = unsafe pixels.withUnsafeBytes { unsafe Checksums.checksum($0) }
      state.withLock { $0.checksums[place] = sum }
      try file.write(pixels, at: Self.headerSize + place * imageSize)
    }
  }

  /// Moves the images `places`, which ascend, together; the others are gone.
  func keep(_ places: [Int]) throws(DatasetError) {
    for (target, place) in places.enumerated() where target != place {
      if let memory = unsafe memory {
        unsafe (memory + target * imageSize).copyMemory(
          from: memory + place * imageSize, byteCount: imageSize)
      } else if let file {
        let image = try file.read(imageSize, at: Self.headerSize + place * imageSize)
        try file.write(image, at: Self.headerSize + target * imageSize)
      }
    }
    state.withLock { state in state.checksums = places.map { state.checksums[$0] } }
  }

  var checksums: [UInt32] { state.withLock { $0.checksums } }

  /// The first `count` images, which are in memory; no more is written.
  func store(count: Int) -> PixelStore {
    guard let memory = unsafe memory else { return PixelStore([]) }
    state.withLock { $0.isHandedOver = true }
    return unsafe PixelStore(MappedFile(memory: memory, count: room), 0..<(count * imageSize))
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
