import CLibrary
import Digests
import Synchronization

/// A file that is being filled as `PATH.part` and gets a name when it is whole.
///
/// It is locked while this object lives, so two programs never write to the same one; what it holds
/// stays for a later attempt unless it is published or restarted. Where the file system has no locks, it
/// is a file with a name of its own, which no later attempt goes on with.
final class PartialFile: Sendable {
  let temporaryPath: String
  private let descriptor: Int32
  private let isContinued: Bool
  private let isPublished = Atomic(false)

  /// - Parameter lock: as `flock`.
  init(path: String, lock: (Int32, Int32) -> Int32 = flock) throws(DatasetError) {
    let temporary = path + ".part"
    let descriptor = unsafe open(temporary, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileBytes.failure(temporary, "create") }
    if lock(descriptor, LOCK_EX | LOCK_NB) == 0 {
      (temporaryPath, self.descriptor, isContinued) = (temporary, descriptor, true)
      return
    }
    let code = errno
    defer { close(descriptor) }
    if code == EWOULDBLOCK {
      throw .system(path: temporary, action: "write", reason: "another process is filling it")
    }
    // Nobody fills this one here.
    if lseek(descriptor, 0, SEEK_END) == 0 { unsafe unlink(temporary) }
    let own = "\(path).\(hexadecimal(FileBytes.randomBytes(8))).part"
    let unshared = unsafe open(own, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
    guard unshared >= 0 else { throw FileBytes.failure(own, "create") }
    (temporaryPath, self.descriptor, isContinued) = (own, unshared, false)
  }

  deinit {
    // After a rename the name is free, or another's.
    if !isPublished.load(ordering: .relaxed), size == 0 || !isContinued {
      unsafe unlink(temporaryPath)
    }
    close(descriptor)
  }

  /// Bytes at hand.
  var size: Int {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  func restart() throws(DatasetError) {
    guard ftruncate(descriptor, 0) == 0 else { throw FileBytes.failure(temporaryPath, "empty") }
  }

  func append(_ bytes: [UInt8]) throws(DatasetError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw FileBytes.failure(temporaryPath, "write") }
      written += count
    }
  }

  /// Makes the content durable and gives it the name `path`, in place of what had it.
  func publish(as path: String) throws(DatasetError) {
    guard fsync(descriptor) == 0 else { throw FileBytes.failure(temporaryPath, "write") }
    try FileBytes.move(temporaryPath, to: path)
    isPublished.store(true, ordering: .relaxed)
    let folder = parentFolder(path)
    let directory = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // A folder that may be written to and not listed, and file systems that do not know this.
    guard directory >= 0 else { return }
    defer { close(directory) }
    guard fsync(directory) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw FileBytes.failure(folder, "write")
    }
  }
}
