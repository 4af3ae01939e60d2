import CLibrary

// What several processes do in one place, one after another. Where a file system has no locks (some
// mounts of NFS, SMB and FUSE), there is another way for each.

extension FileLayer {
  /// Adds a line to a file that several processes add to. What stands behind its last newline, left by
  /// one that was stopped in the middle, goes first; without locks it becomes a line of its own. On the
  /// disk when this returns.
  package func appendLine(_ path: String, _ bytes: [UInt8]) throws(RunError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path, "open for appending") }
    defer { close(descriptor) }
    let isLocked = try lock(descriptor, path)
    var size = lseek(descriptor, 0, SEEK_END)
    let end = size
    var byte: UInt8 = 0
    while size > 0, pread(descriptor, &byte, 1, size - 1) == 1, byte != UInt8(ascii: "\n") {
      size -= 1
    }
    let isTorn = size < end
    if isLocked, isTorn, ftruncate(descriptor, size) != 0 { throw Self.failure(path, "cut") }
    let line = isTorn && !isLocked ? [UInt8(ascii: "\n")] + bytes : bytes
    try writeAll(descriptor, line, path, .append)
    try check(.synchronize, path, "write")
    guard Self.synchronize(descriptor) else { throw Self.failure(path, "write") }
  }

  /// Lets one process after another do something in a folder.
  package func alone<Result>(
    in folder: String, _ body: () throws(RunError) -> Result
  ) throws(RunError) -> Result {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(folder, "open") }
    defer { close(descriptor) }
    if try lock(descriptor, folder) { return try body() }
    let mark = "\(folder)/.lock"
    while try !makeDirectory(mark) {
      // Whoever made it is gone: what is done here takes a moment.
      if let age = try age(of: mark), age > Self.forgottenAfter { removeEmpty([mark]) }
      usleep(20_000)
    }
    defer { removeEmpty([mark]) }
    return try body()
  }

  private static let forgottenAfter = 60.0

  /// Waits until no other process has it locked. False where there are no locks.
  private func lock(_ descriptor: Int32, _ path: String) throws(RunError) -> Bool {
    while true {
      var code = fault(.lock, path)
      if code == 0, flock(descriptor, LOCK_EX) != 0 { code = errno }
      switch code {
      case 0: return true
      case EINTR: continue
      case ENOLCK, ENOTSUP, EOPNOTSUPP, ENOSYS, EINVAL, EBADF: return false
      case _: throw Self.failure(path, "lock", code: code)
      }
    }
  }
}
