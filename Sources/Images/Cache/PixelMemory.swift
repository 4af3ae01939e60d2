import CLibrary

/// Zeroed memory straight from the system, which takes it back when this object ends: decoded pictures
/// that are kept in no file.
@safe final class PixelMemory: Sendable {
  let count: Int
  nonisolated(unsafe) private let base: UnsafeMutableRawPointer?

  init(count: Int) throws(DatasetError) {
    self.count = count
    guard count > 0 else {
      unsafe base = nil
      return
    }
    let found = unsafe mmap(
      nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let found = unsafe found, unsafe found != MAP_FAILED else {
      throw FileBytes.failure("memory", "get \(count) bytes for the pictures")
    }
    unsafe base = found
  }

  deinit { if let base = unsafe base { unsafe munmap(base, count) } }

  func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// Puts bytes at a place. Two threads never write to the same one, and nobody reads before all have
  /// written.
  func write(_ bytes: [UInt8], at offset: Int) {
    precondition(offset >= 0 && bytes.count <= count - offset)
    unsafe bytes.withUnsafeBytes { bytes in
      guard let source = bytes.baseAddress, let base = unsafe base else { return }
      unsafe (base + offset).copyMemory(from: source, byteCount: bytes.count)
    }
  }

  /// Moves `size` bytes within it.
  func move(from: Int, to: Int, size: Int) {
    precondition(min(from, to) >= 0 && max(from, to) <= count - size)
    guard let base = unsafe base else { return }
    unsafe (base + to).copyMemory(from: base + from, byteCount: size)
  }
}
