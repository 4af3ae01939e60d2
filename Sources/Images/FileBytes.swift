import CLibrary

/// Files read and written whole, with errors in the system's words.
enum FileBytes {
  /// No data file of a known set comes near this; a larger one is a mistake, not memory to be claimed.
  static let sizeLimit = 4 << 30

  /// The content of a regular file, or nil when there is none at `path`.
  static func readIfPresent(_ path: String) throws(DatasetError) -> [UInt8]? {
    try readIfPresent(rawPath: path.utf8CString.map(\.self))
  }

  /// The same for a path as the system has it, with a zero at its end, which need not be UTF-8.
  static func readIfPresent(
    rawPath: [CChar], limit: Int = sizeLimit
  ) throws(DatasetError) -> [UInt8]? {
    // Opening a pipe would wait for its writer.
    let descriptor = unsafe open(rawPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var path: String {
      String(decoding: rawPath.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw failure(path, "open")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path, "look at") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .system(path: path, action: "read", reason: "not a regular file")
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw .system(path: path, action: "read", reason: "\(size) bytes, the limit is \(limit)")
    }
    var failed = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size, let base = buffer.baseAddress {
        let count = unsafe read(descriptor, base + filled, size - filled)
        if count < 0 && errno == EINTR { continue }
        failed = count < 0
        if count <= 0 { break }
        filled += count
      }
    }
    if failed { throw failure(path, "read") }
    return bytes
  }

  /// The first bytes of a regular file, at most `count`; none where it cannot be read.
  static func head(rawPath: [CChar], _ count: Int) -> [UInt8] {
    let descriptor = unsafe open(rawPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = unsafe max(0, pread(descriptor, buffer.baseAddress, count, 0))
    }
  }

  /// Whether there is something at `path`, or something that keeps it from being looked at, which
  /// reading it will say.
  static func exists(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR)
  }

  static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  enum Mode {
    /// There must be none.
    case new
    /// What is there stays.
    case kept
  }

  /// A file open for reading and writing; the caller closes it.
  static func create(_ path: String, mode: Mode) throws(DatasetError) -> Int32 {
    let flags: Int32 =
      switch mode {
      case .new: O_EXCL
      case .kept: 0
      }
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0o666)
    guard descriptor >= 0 else { throw failure(path, "create") }
    return descriptor
  }

  /// Whether the open file is the one at `path`.
  static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (open, named) = (stat(), stat())
    let areThere = unsafe (fstat(descriptor, &open), stat(path, &named)) == (0, 0)
    return areThere
      && open.st_dev == named.st_dev && open.st_ino == named.st_ino
  }

  /// Names of what lies in a folder; none where it cannot be listed.
  static func names(in folder: String) -> [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      names.append(
        unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
          unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) {
            unsafe String(cString: $0)
          }
        })
    }
    return names
  }

  /// Seconds since a file was last written to; nil where there is none.
  static func age(_ path: String) -> Int? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return time(nil) - stamp(status)[1]
  }

  /// Says that a file has just been read; its other times stay.
  static func touch(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return }
    #if canImport(Darwin)
      let written = status.st_mtimespec
    #else
      let written = status.st_mtim
    #endif
    var times = [timespec(tv_sec: time(nil), tv_nsec: 0), written]
    _ = unsafe utimensat(AT_FDCWD, path, &times, 0)
  }

  static func randomBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255) }
  }

  /// Size and times of a file: what changes when it does.
  static func stamp(_ status: stat) -> [Int] {
    #if canImport(Darwin)
      let (changed, modified) = (status.st_ctimespec, status.st_mtimespec)
    #else
      let (changed, modified) = (status.st_ctim, status.st_mtim)
    #endif
    return [
      Int(status.st_size), modified.tv_sec, Int(modified.tv_nsec), changed.tv_sec,
      Int(changed.tv_nsec),
    ]
  }

  /// `mkdir -p`.
  static func createDirectory(_ path: String) throws(DatasetError) {
    if isDirectory(path) { return }
    let parent = parentFolder(path)
    if parent != path && parent != "." { try createDirectory(parent) }
    guard unsafe mkdir(path, 0o777) == 0 || isDirectory(path) else {
      throw failure(path, "create the folder")
    }
  }

  /// Gives a file another name, in place of what had it.
  static func move(_ path: String, to name: String) throws(DatasetError) {
    guard unsafe rename(path, name) == 0 else { throw failure(name, "rename to") }
  }

  /// The error of the call that has just failed.
  static func failure(_ path: String, _ action: String) -> DatasetError {
    .system(path: path, action: action, reason: systemWords(errno))
  }

  static func systemWords(_ code: Int32) -> String {
    guard let text = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}

extension FileBytes {
  /// Where a path leads, links followed; nil where there is nothing.
  static func absolute(_ path: String) -> String? {
    guard let place = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(place) }
    return unsafe String(cString: place)
  }

  static var home: String? {
    unsafe getenv("HOME").map { unsafe String(cString: $0) }
  }
}

/// `folder/name` without a second slash, or `name` when that is an absolute path.
func joined(_ folder: String, _ name: String) -> String {
  if name.hasPrefix("/") { return name }
  return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
}

/// The folder that the file at `path` lies in.
func parentFolder(_ path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
