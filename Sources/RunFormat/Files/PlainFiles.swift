import CLibrary

/// Why a file of a run cannot be used, on one line.
package struct ReadingError: Error, Hashable, CustomStringConvertible {
  package let path: String
  package let reason: String

  package init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }

  package var description: String { "\(path): \(reason)" }
}

/// Files opened for reading only, with as few system calls as will do: a folder of thousands of runs
/// is read at one go.
package enum PlainFiles {
  /// No file that a run writes and this room reads whole is larger.
  package static let sizeLimit = 256 << 20

  package struct Entry {
    package let name: String
    package let isFolder: Bool
    package let isLink: Bool
  }

  /// - Returns: nil if there is no such file.
  package static func bytes(
    _ path: String, limit: Int = sizeLimit
  ) throws(ReadingError) -> [UInt8]? {
    guard let file = try open(path, limit: limit) else { return nil }
    defer { close(file.descriptor) }
    return try read(file, from: 0, count: file.size, path)
  }

  package static func text(_ path: String) throws(ReadingError) -> String? {
    try bytes(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The first `head` and the last `tail` bytes; the same bytes twice where the file is short.
  package static func ends(
    _ path: String, head: Int, tail: Int
  ) throws(ReadingError) -> (head: [UInt8], tail: [UInt8], isWhole: Bool)? {
    guard let file = try open(path, limit: sizeLimit) else { return nil }
    defer { close(file.descriptor) }
    if file.size <= max(head, tail) {
      let all = try read(file, from: 0, count: file.size, path)
      return (all, all, true)
    }
    return (
      try read(file, from: 0, count: head, path),
      try read(file, from: file.size - tail, count: tail, path), false
    )
  }

  /// Up to `limit` bytes from an offset on, and what the file was when they were read; nil if there is no such
  /// file.
  package static func part(
    _ path: String, from offset: Int, limit: Int
  ) throws(ReadingError) -> (bytes: [UInt8], stamp: FileStamp)? {
    guard let file = try open(path, limit: .max) else { return nil }
    defer { close(file.descriptor) }
    let count = min(limit, max(0, file.size - offset))
    return (try read(file, from: offset, count: count, path), file.stamp)
  }

  private struct OpenFile {
    let descriptor: Int32
    let stamp: FileStamp
    var size: Int { stamp.size }
  }

  private static func open(_ path: String, limit: Int) throws(ReadingError) -> OpenFile? {
    // A pipe in the place of a file would block for ever.
    let descriptor = CLibrary.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw ReadingError(path: path, reason: systemWords())
    }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw ReadingError(path: path, reason: "not a regular file")
    }
    guard information.st_size <= limit else {
      close(descriptor)
      throw ReadingError(
        path: path,
        reason: "\(ByteCount(Int(information.st_size))), the limit is \(ByteCount(limit))")
    }
    return OpenFile(descriptor: descriptor, stamp: FileStamp(information))
  }

  /// Fewer bytes than asked for where the file has shrunk meanwhile.
  private static func read(
    _ file: OpenFile, from offset: Int, count: Int, _ path: String
  ) throws(ReadingError) -> [UInt8] {
    var done = 0
    var failure: String?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while done < count, let base = buffer.baseAddress {
        let got = pread(file.descriptor, base + done, count - done, off_t(offset + done))
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = systemWords() }
        if got <= 0 { break }
        done += got
      }
      filled = done
    }
    if let failure { throw ReadingError(path: path, reason: failure) }
    return bytes
  }

  /// What is in a folder, sorted by name, hidden things left out; nil if it is no folder that can be
  /// read.
  package static func entries(of folder: String) -> [Entry]? {
    allEntries(of: folder)?.filter { !$0.name.hasPrefix(".") }.sorted { $0.name < $1.name }
  }

  /// What is in a folder, in the order of the disk; nil, with `errno`, if it cannot be read.
  static func allEntries(of folder: String) -> [Entry]? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while let item = readdir(stream) {
      let name = withUnsafePointer(to: &item.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      let kind = Int32(item.pointee.d_type)
      let isFolder =
        kind == Int32(DT_DIR)
        || (kind == Int32(DT_LNK) || kind == Int32(DT_UNKNOWN))
          && self.isFolder("\(folder)/\(name)")
      entries.append(Entry(name: name, isFolder: isFolder, isLink: kind == Int32(DT_LNK)))
    }
    return entries
  }

  package static func isFolder(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }

  /// A device, a pipe or a socket, perhaps behind a link: nothing that could be replaced.
  package static func isSpecial(_ path: String) -> Bool {
    var information = stat()
    guard stat(path, &information) == 0 else { return false }
    return ![S_IFREG, S_IFDIR].contains(information.st_mode & S_IFMT)
  }

  /// In bytes; nil where there is no regular file.
  package static func size(_ path: String) -> Int? {
    var information = stat()
    guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(information.st_size)
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// What a link says; nil, with `errno`, if it cannot be read.
  package static func target(ofLink path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &bytes, bytes.count)
    guard count >= 0 else { return nil }
    return String(decoding: bytes.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Without links, `.` and `..`; nil if there is nothing.
  package static func absolute(_ path: String) -> String? {
    guard let place = realpath(path, nil) else { return nil }
    defer { free(place) }
    return String(cString: place)
  }

  private static func systemWords() -> String { String(cString: strerror(errno)) }
}
