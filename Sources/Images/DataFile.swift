import CLibrary

/// A file that stays open and is read where it is needed, so it can be larger than the memory of the
/// machine. It is read and not mapped: a mapped file that another process cuts ends this one with a
/// signal, a read one ends with an error.
final class DataFile: Sendable {
  let path: String
  /// Bytes, when it was opened.
  let count: Int
  /// Size and times: what changes when the file does.
  let stamp: [Int]
  private let descriptor: Int32

  /// Nil where there is no file.
  init?(_ path: String) throws(DatasetError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw FileBytes.failure(path, "open")
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      defer { close(descriptor) }
      throw FileBytes.failure(path, "look at")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .system(path: path, action: "read", reason: "not a regular file")
    }
    (self.path, self.descriptor) = (path, descriptor)
    (count, stamp) = (Int(status.st_size), FileBytes.stamp(status))
  }

  deinit { close(descriptor) }

  /// The memory of this machine.
  static let largestCopy = max(
    1 << 30, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))

  /// A copy of `range`, which lies within the file as it was opened.
  ///
  /// - Throws: also where no memory could hold it, before any is claimed.
  func bytes(_ range: Range<Int>) throws(DatasetError) -> [UInt8] {
    guard range.count <= Self.largestCopy else {
      throw .tooLarge(path: path, bytes: range.count, limit: Self.largestCopy)
    }
    var failure: DatasetError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      do throws(DatasetError) {
        try unsafe read(range, into: UnsafeMutableRawBufferPointer(buffer))
        filled = range.count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Fills the first `range.count` bytes of `target`.
  func read(
    _ range: Range<Int>, into target: UnsafeMutableRawBufferPointer
  ) throws(DatasetError) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    precondition(target.count >= range.count)
    var done = 0
    while done < range.count, let base = target.baseAddress {
      let count = unsafe pread(
        descriptor, base + done, range.count - done, off_t(range.lowerBound + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileBytes.failure(path, "read") }
      guard count > 0 else {
        throw .malformed(
          path: path, offset: range.lowerBound + done,
          expected: "\(self.count) bytes, as when it was opened",
          found: "its end: the file has been cut since",
          remedy: "leave a file in place while it is in use")
      }
      done += count
    }
  }
}
