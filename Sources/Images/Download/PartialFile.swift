import CLibrary
import Synchronization

/// A file that is being filled as `PATH.part` and gets a name when it is whole.
///
/// It is locked while this object lives, so two programs never write to the same one; what it holds
/// stays for a later attempt unless it is published or restarted.
final class PartialFile: Sendable {
  let temporaryPath: String
  private let descriptor: Int32
  private let isPublished = Atomic(false)

  init(path: String) throws(DatasetError) {
    let temporary = path + ".part"
    let descriptor = unsafe open(temporary, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileBytes.failure(temporary, "create") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      defer { close(descriptor) }
      throw errno == EWOULDBLOCK
        ? .system(path: temporary, action: "write", reason: "another process is filling it")
        : FileBytes.failure(temporary, "lock")
    }
    self.temporaryPath = temporary
    self.descriptor = descriptor
  }

  deinit {
    // After a rename the name is free, or another's.
    if !isPublished.load(ordering: .relaxed) && size == 0 { unsafe unlink(temporaryPath) }
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
    guard directory >= 0 else { throw FileBytes.failure(folder, "open") }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw FileBytes.failure(folder, "write") }
  }
}
