import CLibrary

/// Every call with which this room touches a disk, each with its error in the system's words.
///
/// A run writes through one of these and nothing else, so a test that lets the n-th operation fail
/// sees what a full disk, a lost mount or a missing permission would do at that point.
package struct FileLayer: Sendable {
  package enum Operation: String, Sendable, CaseIterable {
    case makeDirectory, create, write, append, overwrite, synchronize, rename, link, lock, remove
  }

  /// Asked before each operation: an `errno` with which it fails, 0 to let it pass.
  package var fault: @Sendable (Operation, _ path: String) -> Int32 = { _, _ in 0 }

  /// How many bytes of a write that fails are on the disk all the same: one that fills up takes the
  /// first part of a file.
  package var bytesBeforeFault: @Sendable (_ count: Int) -> Int = { $0 / 2 }

  /// How many of the bytes it is offered one call of `write` takes. A call may take fewer than all.
  package var bytesTaken: @Sendable (_ path: String, _ offered: Int) -> Int = { $1 }

  /// Asked after a look at the disk: the bytes it is said to have left.
  package var reportedFreeBytes: @Sendable (_ found: Int) -> Int = { $0 }

  package init() {}

  /// `mkdir`. False when something is there already.
  package func makeDirectory(_ path: String) throws(RunError) -> Bool {
    try check(.makeDirectory, path, "create the folder")
    if mkdir(path, 0o777) == 0 { return true }
    if errno == EEXIST { return false }
    throw Self.failure(path, "create the folder")
  }

  /// `mkdir -p`. When it fails, what it made on the way is gone again.
  package func makeDirectories(_ path: String) throws(RunError) {
    var missing: [String] = []
    var place = path
    while !isDirectory(place), place != "." {
      missing.append(place)
      let parent = place.parentPath
      if parent == place { break }
      place = parent
    }
    var made: [String] = []
    do throws(RunError) {
      for folder in missing.reversed() {
        if try makeDirectory(folder) {
          made.append(folder)
        } else if !isDirectory(folder) {
          throw .file(
            path: folder, action: "create the folder", reason: "a file of that name is there")
        }
      }
    } catch {
      for folder in made.reversed() { rmdir(folder) }
      throw error
    }
  }

  /// A new file with these bytes, on the disk when this returns.
  package func create(_ path: String, _ bytes: [UInt8]) throws(RunError) {
    try create(path) { (file) throws(RunError) in try file.write(bytes) }
  }

  /// A new file with what `fill` writes to it, on the disk when this returns.
  package func create(
    _ path: String, fill: (NewFile) throws(RunError) -> Void
  ) throws(RunError) {
    try check(.create, path, "create")
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path, "create") }
    do throws(RunError) {
      try fill(NewFile(path: path, descriptor: descriptor, files: self))
      try check(.synchronize, path, "write")
      guard Self.synchronize(descriptor) else { throw Self.failure(path, "write") }
      Self.sendOff(descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    // Some file systems report a full disk only here.
    guard close(descriptor) == 0 else { throw Self.failure(path, "write") }
  }

  /// Lets the disk begin with what has been written to a large file, so that little is left to wait for
  /// at its end, and gives back the memory of what is on the disk already: new memory for every
  /// checkpoint is what makes some of them slow on a virtual machine.
  fileprivate static func sendOff(_ descriptor: Int32) {
    #if !canImport(Darwin)
      if lseek(descriptor, 0, SEEK_CUR) >= largeFile {
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
      }
    #endif
  }

  private static let largeFile: off_t = 1 << 20

  /// Adds to the end of a file, which need not exist.
  package func append(_ path: String, _ bytes: [UInt8]) throws(RunError) {
    try openForAppending(path).append(bytes)
  }

  /// A file, made if it is not there, whose end can be written to for as long as it is held.
  package func openForAppending(_ path: String) throws(RunError) -> AppendedFile {
    try check(.create, path, "open for appending")
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path, "open for appending") }
    return AppendedFile(path: path, descriptor: descriptor, files: self)
  }

  /// Writes over the bytes of a file that is there, without asking for new room on the disk.
  package func overwrite(_ path: String, _ bytes: [UInt8]) throws(RunError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path, "overwrite") }
    defer { close(descriptor) }
    try writeAll(descriptor, bytes, path, .overwrite)
    guard ftruncate(descriptor, off_t(bytes.count)) == 0, Self.synchronize(descriptor) else {
      throw Self.failure(path, "overwrite")
    }
  }

  /// Writes into a device or a pipe that is there.
  package func fill(_ path: String, _ bytes: [UInt8]) throws(RunError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path, "write") }
    defer { close(descriptor) }
    try writeAll(descriptor, bytes, path, .write)
  }

  package func rename(_ path: String, to target: String) throws(RunError) {
    try check(.rename, target, "put in place")
    let outcome = CLibrary.rename(path, target)
    guard outcome == 0 else { throw Self.failure(target, "put in place") }
  }

  /// Puts a folder in place where no other is, or an empty one. False where one that is not empty is: of
  /// any number of processes that try, one succeeds.
  package func renameIfFree(_ folder: String, to target: String) throws(RunError) -> Bool {
    try check(.rename, target, "put in place")
    if CLibrary.rename(folder, target) == 0 { return true }
    if errno == ENOTEMPTY || errno == EEXIST { return false }
    throw Self.failure(target, "put in place")
  }

  package enum LinkOutcome: Sendable { case made, taken, impossible }

  /// Gives a file a second name. `.taken` when something of that name is there already: of any number
  /// of processes that try, one succeeds, on local disks and shared file systems alike. `.impossible`
  /// where files have one name only, as on exFAT and on many mounts of SMB and FUSE.
  package func link(_ path: String, to target: String) throws(RunError) -> LinkOutcome {
    var code = fault(.link, target)
    if code == 0, CLibrary.link(path, target) != 0 { code = errno }
    switch code {
    case 0: return .made
    case EEXIST: return .taken
    case EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS, EMLINK, EXDEV: return .impossible
    case _: throw Self.failure(target, "put in place", code: code)
    }
  }

  /// Makes names that were created, renamed or removed in a folder survive a loss of power.
  package func synchronizeDirectory(_ path: String) throws(RunError) {
    try check(.synchronize, path, "write the folder")
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(path, "write the folder") }
    defer { close(descriptor) }
    guard Self.synchronize(descriptor) else { throw Self.failure(path, "write the folder") }
  }

  /// False, with `errno`, when it failed. A file system that has no such thing, as many have not for
  /// folders, cannot do better.
  static func synchronize(_ descriptor: Int32) -> Bool {
    fsync(descriptor) == 0 || [EINVAL, ENOTSUP, EOPNOTSUPP, ENOSYS].contains(errno)
  }

  /// `rm -rf`; what is not there is no error. Of a link the link goes, not what it leads to.
  package func remove(_ path: String) throws(RunError) {
    if isDirectory(path), !isLink(path) {
      var attempt = 1
      while true {
        do throws(RunError) {
          for name in try list(path) { try remove("\(path)/\(name)") }
        } catch {
          // Another process may be at the same.
          if try !isThere(path) { return }
          throw error
        }
        try check(.remove, path, "remove")
        if rmdir(path) == 0 || errno == ENOENT { return }
        // A process that does not know yet that its time is over may have added to it.
        guard errno == ENOTEMPTY || errno == EEXIST, attempt < 5 else {
          throw Self.failure(path, "remove")
        }
        attempt += 1
      }
    } else {
      try check(.remove, path, "remove")
      guard unlink(path) == 0 || errno == ENOENT else { throw Self.failure(path, "remove") }
    }
  }

  /// Takes away folders in which nothing is; others stay.
  package func removeEmpty(_ folders: [String]) {
    for folder in folders { rmdir(folder) }
  }

  func writeAll(
    _ descriptor: Int32, _ bytes: [UInt8], _ path: String, _ operation: Operation
  ) throws(RunError) {
    try bytes.withUnsafeBufferPointer { (buffer) throws(RunError) in
      try writeAll(descriptor, UnsafeRawBufferPointer(buffer), path, operation)
    }
  }

  fileprivate func writeAll(
    _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ path: String, _ operation: Operation
  ) throws(RunError) {
    let code = fault(operation, path)
    let limit = code == 0 ? bytes.count : bytesBeforeFault(bytes.count)
    var written = 0
    while written < limit, let base = bytes.baseAddress {
      let offered = bytesTaken(path, limit - written)
      let count = Self.writeSome(descriptor, base + written, offered)
      if count < 0 && errno == EINTR { continue }
      if count < 0 { throw Self.failure(path, "write") }
      written += count
    }
    if code != 0 { throw Self.failure(path, "write", code: code) }
  }

  private static func writeSome(
    _ descriptor: Int32, _ base: UnsafeRawPointer, _ count: Int
  ) -> Int {
    CLibrary.write(descriptor, base, count)
  }

  func check(
    _ operation: Operation, _ path: String, _ action: String
  ) throws(RunError) {
    let code = fault(operation, path)
    if code != 0 { throw Self.failure(path, action, code: code) }
  }

  package static func failure(_ path: String, _ action: String, code: Int32 = errno) -> RunError {
    let words = strerror(code).map { String(cString: $0) } ?? "error \(code)"
    return .file(path: path, action: action, reason: words)
  }
}

/// A file that is being made.
package struct NewFile {
  fileprivate let path: String
  fileprivate let descriptor: Int32
  fileprivate let files: FileLayer

  package func write(_ bytes: [UInt8]) throws(RunError) {
    try files.writeAll(descriptor, bytes, path, .write)
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(RunError) {
    try files.writeAll(descriptor, bytes, path, .write)
    FileLayer.sendOff(descriptor)
  }
}

/// The end of a file. It stays that of the same file when another takes its name: what a process that
/// has been replaced still writes is seen by nobody.
package final class AppendedFile {
  private let path: String
  private let descriptor: Int32
  private let files: FileLayer

  fileprivate init(path: String, descriptor: Int32, files: FileLayer) {
    (self.path, self.descriptor, self.files) = (path, descriptor, files)
  }

  deinit { close(descriptor) }

  package func append(_ bytes: [UInt8]) throws(RunError) {
    try files.writeAll(descriptor, bytes, path, .append)
  }

  /// What has been added is on the disk when this returns.
  package func synchronize() throws(RunError) {
    try files.check(.synchronize, path, "write")
    guard FileLayer.synchronize(descriptor) else { throw FileLayer.failure(path, "write") }
  }

  /// Takes the file away if it has its name and nothing is in it.
  package func removeIfEmpty() {
    var (own, named) = (stat(), stat())
    guard fstat(descriptor, &own) == 0, lstat(path, &named) == 0, own.st_size == 0,
      own.st_ino == named.st_ino, own.st_dev == named.st_dev
    else { return }
    unlink(path)
  }

  package func byteCount() throws(RunError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileLayer.failure(path, "look at") }
    return Int(status.st_size)
  }
}

// Looking, which changes nothing.
extension FileLayer {
  package func isDirectory(_ path: String) -> Bool { PlainFiles.isFolder(path) }

  package func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  package func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Whether two paths lead to the same file or folder: by a link, or by another mount.
  package func isSame(_ path: String, _ other: String) -> Bool {
    var (one, two) = (stat(), stat())
    return stat(path, &one) == 0 && stat(other, &two) == 0 && one.st_dev == two.st_dev
      && one.st_ino == two.st_ino
  }

  /// Like ``exists(_:)``, where it must not be taken for absence that nobody could look.
  package func isThere(_ path: String) throws(RunError) -> Bool {
    var status = stat()
    if lstat(path, &status) == 0 { return true }
    guard errno == ENOENT || errno == ENOTDIR else { throw Self.failure(path, "look at") }
    return false
  }

  /// Seconds since something was last changed there; nil if nothing is there.
  ///
  /// - Parameter now: by the clock that the file system goes by; nil: by this machine's.
  package func age(of path: String, at now: Double? = nil) throws(RunError) -> Double? {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT || errno == ENOTDIR else { throw Self.failure(path, "look at") }
      return nil
    }
    return (now ?? wallSeconds()) - Self.changed(status)
  }

  /// Seconds since 1970 by the clock of the file system that a folder is on: when a file in it was made
  /// just now. nil where none can be made, as by somebody who may only read.
  package func clock(in folder: String) -> Double? {
    let probe = Self.temporaryName(for: "\(folder)/clock")
    let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return nil }
    defer {
      close(descriptor)
      unlink(probe)
    }
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Self.changed(status) : nil
  }

  private static func changed(_ status: stat) -> Double {
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The names in a folder, sorted.
  package func list(_ path: String) throws(RunError) -> [String] {
    guard let entries = PlainFiles.allEntries(of: path) else { throw Self.failure(path, "list") }
    return entries.map(\.name).sorted()
  }

  /// The content of a regular file of at most `limit` bytes.
  package func read(_ path: String, limit: Int = 8 << 30) throws(RunError) -> [UInt8] {
    let found: [UInt8]?
    do throws(ReadingError) {
      found = try PlainFiles.bytes(path, limit: limit)
    } catch {
      throw .file(path: path, action: "read", reason: error.reason)
    }
    guard let found else { throw Self.failure(path, "open", code: ENOENT) }
    return found
  }

  /// Bytes that an ordinary user may still write where `path`, or the nearest folder above it, is.
  package func freeBytes(at path: String) throws(RunError) -> Int {
    var place = path
    while !exists(place), place != "/", place != "." { place = place.parentPath }
    var status = statvfs()
    guard statvfs(place, &status) == 0 else { throw Self.failure(place, "look at the disk") }
    return reportedFreeBytes(Self.freeBytes(status))
  }

  /// Bytes that an ordinary user may still write; some file systems that know no end name one beyond all numbers.
  package static func freeBytes(_ status: statvfs) -> Int {
    let (bytes, isMore) = UInt64(status.f_bavail)
      .multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return isMore ? .max : Int(clamping: bytes)
  }

  /// Fails where fewer bytes than `limit` are free; nil asks for none.
  package func requireFree(_ limit: Int?, at path: String) throws(RunError) {
    guard let limit else { return }
    let free = try freeBytes(at: path)
    if free < limit { throw .diskLow(path: path, free: free, limit: limit) }
  }
}
