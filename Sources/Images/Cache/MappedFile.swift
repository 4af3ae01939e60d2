import CLibrary

/// A file as memory: its pages come from the disk when they are touched and may leave again, so it can
/// be larger than the memory of the machine.
@safe final class MappedFile: Sendable {
  let path: String
  let count: Int
  nonisolated(unsafe) private let base: UnsafeRawPointer?

  /// Size and times: what changes when the file does.
  let stamp: [Int]
  /// False for memory that has no file.
  let isOnDisk: Bool

  /// Memory that this object unmaps when it ends.
  init(memory: UnsafeMutableRawPointer, count: Int) {
    (path, self.count, stamp, isOnDisk) = ("memory", count, [], false)
    unsafe base = UnsafeRawPointer(memory)
  }

  /// Nil where there is no file.
  init?(_ path: String) throws(DatasetError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw FileBytes.failure(path, "open")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileBytes.failure(path, "look at") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .system(path: path, action: "read", reason: "not a regular file")
    }
    self.path = path
    isOnDisk = true
    count = Int(status.st_size)
    stamp = FileBytes.stamp(status)
    guard count > 0 else {
      unsafe base = nil
      return
    }
    let mapped = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      throw FileBytes.failure(path, "map")
    }
    unsafe base = UnsafeRawPointer(mapped)
  }

  deinit {
    if let base = unsafe base { unsafe munmap(UnsafeMutableRawPointer(mutating: base), count) }
  }

  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe body(UnsafeRawBufferPointer(start: base, count: count))
  }

  /// A copy of `range`, which lies within the file.
  func bytes(_ range: Range<Int>) -> [UInt8] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe withUnsafeBytes { unsafe Array($0[range]) }
  }
}
